import { describe, expect, test } from "vitest";
import { EPOCH, earliest, epochMs, instantOf, parseInstant } from "../../functions/model/instant.ts";

describe("instants", () => {
  test("convert to epoch milliseconds and back", () => {
    expect(instantOf(0)).toBe(EPOCH);
    expect(epochMs(instantOf(1_772_366_400_123))).toBe(1_772_366_400_123);
  });
  test("have an earliest, unknown ones aside", () => {
    expect(earliest("b", undefined, "a", "c")).toBe("a");
    expect(earliest("b", undefined)).toBe("b");
  });
  test.each([
    ["2026-03-01", "2026-03-01T00:00:00.000Z"],
    ["2026-03-01T12:30Z", "2026-03-01T12:30:00.000Z"],
    ["2026-03-01T12:30:15Z", "2026-03-01T12:30:15.000Z"],
    ["2026-03-01T12:30:15.5Z", "2026-03-01T12:30:15.500Z"],
    ["2026-03-01T12:30:15.123456789Z", "2026-03-01T12:30:15.123Z"],
    ["2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00.000Z"],
    ["2026-03-01T23:30:00-01:30", "2026-03-02T01:00:00.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["0001-01-01", "0001-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ])("%s is read as %s", (text, instant) => expect(parseInstant(text)).toBe(instant));
  test.each([
    "",
    "now",
    "2026",
    "2026-03",
    "2026-3-1",
    "2026-02-29",
    "2026-02-30T00:00:00Z",
    "2026-13-01",
    "2026-03-01T25:00Z",
    "2026-03-01T12:60Z",
    "2026-03-01T12:00:00",
    "2026-03-01 12:00:00Z",
    "2026-03-01T12:00:00.Z",
    "2026-03-01T12:00:00.1234567890Z",
    "2026-03-01T12:00:00z",
    "2026-03-01T12:00:00+1:00",
    "1772366400",
    "9999-12-31T23:59:59-01:00",
    "0000-01-01T00:00:00+01:00",
    "+002026-03-01",
    " 2026-03-01",
    "2026-03-01\n",
    "٢٠٢٦-03-01",
  ])("%j is not an instant", (text) => expect(parseInstant(text)).toBeUndefined());
});
