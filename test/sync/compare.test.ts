import { expect, test } from "vitest";
import type { ListedItem } from "../../functions/model/item.ts";
import { startComparison } from "../../functions/sync/compare.ts";

const listed = (key: string, hash: string): ListedItem => ({
  key,
  hash: hashOf(hash),
  size: 1,
  document: () => "{}",
  edge: () => undefined,
});
const hashOf = (n: string) => n.repeat(21).concat("A");
const compareWithStored = () => {
  const comparison = startComparison();
  comparison.store([
    { key: "same", hash: hashOf("1"), present: true },
    { key: "other", hash: hashOf("1"), present: true },
    { key: "unlisted", hash: hashOf("1"), present: true },
    { key: "tombstone", hash: hashOf("1"), present: false },
  ]);
  return comparison;
};

test.each([
  ["same", "1", "unchanged"],
  ["other", "2", { kind: "modified", known: true }],
  ["new", "1", { kind: "added", known: false }],
  ["tombstone", "1", { kind: "added", known: true }],
  ["tombstone", "2", { kind: "added", known: true }],
])("%s listed with hash %s", (key, hash, expected) => {
  const comparison = compareWithStored();
  const found = comparison.see(listed(key, hash));
  if (typeof expected === "string") expect(found).toBe(expected);
  else expect(found).toMatchObject({ ...expected, key });
  expect(comparison.see(listed(key, "3"))).toBe("repeated");
});

test("what is missing is what is present, not listed and not kept", () => {
  const comparison = compareWithStored();
  expect(comparison.missing(() => true)).toEqual(["same", "other", "unlisted"]);
  comparison.see(listed("same", "1"));
  comparison.keep("other");
  expect(comparison.missing(() => true)).toEqual(["unlisted"]);
  expect(comparison.missing((key) => key < "u")).toEqual([]);
  expect(comparison.seenPresent).toBe(2);
  expect(comparison.see(listed("other", "2"))).toBe("repeated");
});
