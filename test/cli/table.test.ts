import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { instantFrom } from "../../cli/read/instants.ts";
import { type Column, fitText, layOut, surfaceOf } from "../../cli/table.ts";

test("a table gives its width to the columns that need it, and measures wide characters", () => {
  const columns: Column<readonly string[]>[] = [
    { heading: "A", text: ([a = ""]) => a, cut: "end" },
    { heading: "SPARE", text: () => "spare", spare: true },
    { heading: "B", text: ([, b = ""]) => b, cut: "middle", color: () => "red" },
  ];
  const row = ["名前".repeat(20), "arn:aws:x:y:z:thing/0123456789012345678901234567890"];
  const written = (width: number, colors = false) => layOut(columns, [row], { width, colors }).row(row);
  expect(written(60)).toMatch(/^(名前)+名?… {2,3}spare {2}arn:\S+…\d+\n$/);
  expect(stringWidth(written(60).trimEnd())).toBeLessThanOrEqual(60);
  expect(written(40)).toMatch(/^(名前)+名?… ? {2}arn:\S+…\d+\n$/);
  expect(written(200)).toBe(`${row[0]}  spare  ${row[1]}\n`);
  expect(written(200, true)).toContain(`\u001b[31m${row[1]}\u001b[39m`);
  expect(fitText("👩‍👩‍👧 family", 4, "end")).toBe("👩‍👩‍👧 …");
  expect(fitText("abc", 1, "middle")).toBe("…");
  expect(surfaceOf({ isTTY: true, columns: 0, hasColors: () => false })).toEqual({ width: 80, colors: false });
});

describe("instants", () => {
  const now = Date.UTC(2026, 2, 8, 12);
  test.each([
    ["30m", "2026-03-08T11:30:00.000Z"],
    ["24h", "2026-03-07T12:00:00.000Z"],
    ["7d", "2026-03-01T12:00:00.000Z"],
    ["1w", "2026-03-01T12:00:00.000Z"],
    ["90s", "2026-03-08T11:58:30.000Z"],
    ["2026-03-01", "2026-03-01T00:00:00.000Z"],
    ["2026-03-01T12:00:00+02:00", "2026-03-01T10:00:00.000Z"],
  ])("%s is %s", (text, instant) => {
    expect(instantFrom(text, "--at", now)).toBe(instant);
  });

  test.each(["tomorrow", "7", "d", "-1d", "1.5h", "2026-13-01", "2026-03-01T12:00", ""])("%s is rejected", (text) => {
    expect(() => instantFrom(text, "--at", now)).toThrow(/^--at must be a date .* not "/);
  });
});
