import { describe, expect, test } from "vitest";
import type { PendingRemovals } from "../../functions/model/scope-state.ts";
import { guardRemovals, MAX_PENDING_SAMPLE, type MissingItems } from "../../functions/sync/removals.ts";

const NOW = "2026-03-01T00:00:00.000Z";
const THRESHOLDS = { items: 10, share: 0.5 };
const keys = (count: number, from = 0) => Array.from({ length: count }, (_, n) => `key ${from + n}`);
const guard = (removals: Partial<MissingItems>) => {
  const missing = new Set(removals.keys ?? []);
  const listed = keys(removals.present ?? 100).filter((key) => !missing.has(key));
  const none = { untrustedReason: undefined, pending: undefined, approved: false };
  return guardRemovals({ keys: [], present: 100, listed: () => listed, ...none, ...removals }, THRESHOLDS, NOW);
};
const pendingOf = (removals: Partial<MissingItems>): PendingRemovals => {
  const pending = guard(removals);
  if (!pending) throw new Error("nothing is pending");
  return pending;
};

describe("the removal guard", () => {
  test.each([
    [0, 100, false],
    [50, 100, false],
    [51, 100, true],
    [10, 10, false],
    [11, 11, true],
    [11, 22, false],
    [1, 1, false],
  ])("keeps %i removals of %i items pending: %s", (count, present, isPending) => {
    expect(guard({ keys: keys(count), present }) !== undefined).toBe(isPending);
    expect(guard({ keys: keys(count), present, approved: true })).toBeUndefined();
  });
  test("says how many removals are pending, why, and since when", () => {
    const pending = pendingOf({ keys: keys(60) });
    expect(pending).toMatchObject({ count: 60, reason: "60 of 100 items disappeared at once", since: NOW });
    expect(pending.sample).toHaveLength(60);
  });
  test("remembers a sample of a hundred keys, the same ones each time", () => {
    const many = { keys: keys(1_500), present: 2_000 };
    expect(MAX_PENDING_SAMPLE).toBe(100);
    expect(pendingOf(many)).toMatchObject({ count: 1_500, sample: { length: 100 } });
    expect(pendingOf({ ...many, keys: many.keys.toReversed() })).toEqual(pendingOf(many));
  });
});

describe("pending removals", () => {
  const pending = pendingOf({ keys: keys(60) });
  test.each([
    ["misses the same items", true, keys(60)],
    ["misses the same items in another order", true, keys(60).reverse()],
    ["misses a few more", true, keys(70)],
    ["misses all the others too", false, keys(100)],
    ["has one of them again", false, keys(59)],
    ["misses as many others", false, keys(60, 40)],
  ])("are confirmed by a listing that %s: %s", (_, isConfirmed, missing) => {
    expect(guard({ keys: missing, pending }) === undefined).toBe(isConfirmed);
  });
  test("are confirmed by thousands, by the sample of them", () => {
    const many = { keys: keys(1_500), present: 2_000 };
    expect(guard({ ...many, pending: pendingOf(many) })).toBeUndefined();
    expect(guard({ keys: keys(1_600), present: 2_000, pending: pendingOf(many) })).toBeUndefined();
    expect(guard({ keys: keys(2_000), present: 2_000, pending: pendingOf(many) })).toBeDefined();
    expect(guard({ keys: keys(1_501, 1_499), present: 3_000, pending: pendingOf(many) })).toBeDefined();
  });
  test("are not confirmed where nothing was missing from an untrusted listing", () => {
    expect(guard({ keys: keys(60), pending: pendingOf({ untrustedReason: "no identity" }) })).toBeDefined();
  });
});

describe("an untrusted listing", () => {
  test.each([0, 1, 60])("keeps %i removals pending", (count) => {
    expect(guard({ keys: keys(count), untrustedReason: "no identity" })).toMatchObject({
      count,
      reason: "no identity",
    });
  });
  test("keeps nothing but its reason once a person has approved the removals", () => {
    expect(guard({ keys: keys(60), untrustedReason: "no identity", approved: true })).toMatchObject({
      count: 0,
      sample: [],
    });
  });
  test("confirms nothing", () => {
    const pending = pendingOf({ keys: keys(60) });
    expect(guard({ keys: keys(60), pending, untrustedReason: "no identity" })).toMatchObject({ count: 60 });
  });
});
