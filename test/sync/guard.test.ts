import { describe, expect, test } from "vitest";
import type { HeldRemovals } from "../../functions/store/port.ts";
import { guardRemovals, type Removals } from "../../functions/sync/guard.ts";

const NOW = "2026-03-01T00:00:00.000Z";
const THRESHOLDS = { items: 10, share: 0.5 };
const keys = (count: number, from = 0) => Array.from({ length: count }, (_, n) => `key ${from + n}`);
const guard = (removals: Partial<Removals>) => {
  const missing = new Set(removals.keys ?? []);
  const listed = keys(removals.present ?? 100).filter((key) => !missing.has(key));
  const whole = {
    keys: [],
    range: {},
    present: 100,
    listed: () => listed,
    blemish: undefined,
    held: [],
    accepted: false,
  };
  return guardRemovals({ ...whole, ...removals }, THRESHOLDS, NOW);
};
const heldOf = (removals: Partial<Removals>): HeldRemovals => {
  const held = guard(removals);
  if (!held) throw new Error("nothing is held");
  return held;
};

describe("removals", () => {
  test.each([
    [0, 100, false],
    [50, 100, false],
    [51, 100, true],
    [10, 10, false],
    [11, 11, true],
    [11, 22, false],
    [1, 1, false],
  ])("%i of %i are held: %s", (count, present, held) => {
    expect(guard({ keys: keys(count), present }) !== undefined).toBe(held);
    expect(guard({ keys: keys(count), present, accepted: true })).toBeUndefined();
  });
  test("are held with their number and reason", () => {
    const held = heldOf({ keys: keys(60) });
    expect(held).toMatchObject({ count: 60, reason: "60 of 100 items disappeared at once", since: NOW });
    expect(held.sample).toHaveLength(60);
  });
  test("only a thousand are remembered", () => {
    expect(heldOf({ keys: keys(1_500), present: 2_000 })).toMatchObject({ count: 1_500, sample: { length: 1_000 } });
  });
});

describe("the next listing", () => {
  const held = heldOf({ keys: keys(60) });
  test.each([
    ["misses the same", keys(60), true],
    ["misses the same in another order", keys(60).reverse(), true],
    ["misses a few more", keys(70), true],
    ["misses all that was left too", keys(100), false],
    ["has one of them again", keys(59), false],
    ["misses as many others", keys(60, 40), false],
  ])("that %s agrees: %s", (_, missing, agrees) => {
    expect(guard({ keys: missing, held: [held] }) === undefined).toBe(agrees);
  });
  test("agrees for thousands, by the sample of them", () => {
    const many = { keys: keys(1_500), present: 2_000 };
    expect(guard({ ...many, held: [heldOf(many)] })).toBeUndefined();
  });
  test("does not agree with what was held for a blemish without removals", () => {
    expect(guard({ keys: keys(60), held: [heldOf({ blemish: "no identity" })] })).toBeDefined();
  });
});

describe("a listing with a blemish", () => {
  test.each([0, 1, 60])("holds %i removals", (count) => {
    expect(guard({ keys: keys(count), blemish: "no identity" })).toMatchObject({ count, reason: "no identity" });
  });
  test("holds nothing but the reason when they are accepted", () => {
    expect(guard({ keys: keys(60), blemish: "no identity", accepted: true })).toMatchObject({ count: 0, sample: [] });
  });
  test("does not agree with what an earlier one held", () => {
    const held = heldOf({ keys: keys(60) });
    expect(guard({ keys: keys(60), held: [held], blemish: "no identity" })).toMatchObject({ count: 60 });
  });
});
