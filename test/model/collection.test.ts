import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  collectionOf,
  compareKeys,
  inRange,
  keyOf,
  partsOf,
  REGION,
  scopeOfFirstPart,
} from "../../functions/model/collection.ts";

const part = fc.string({ unit: "binary", minLength: 1, maxLength: 6 });

describe("collections", () => {
  test("are named by source, account and region, and taken apart again", () => {
    const collection = collectionOf("a.b", { account: "123456789012", region: "eu-west-1" });
    expect(collection).toBe("a.b/123456789012/eu-west-1");
    expect(partsOf(collection)).toEqual({ source: "a.b", account: "123456789012", region: "eu-west-1" });
  });
  test.each(["", "a", "a/b", "a/b/c/d", "/b/c", "a//c", "#clock"])("%j is not the name of a collection", (text) => {
    expect(() => partsOf(text)).toThrow("is not a collection");
  });
});

describe("a region's name", () => {
  test.each([
    "eu-west-1",
    "mx-central-1",
    "ap-southeast-7",
    "cn-northwest-1",
    "us-gov-west-1",
    "us-isob-east-1",
    "eu-isoe-west-1",
    "eusc-de-east-1",
  ])("may be %s", (name) => {
    expect(name).toMatch(REGION);
  });
  test.each(["", "eu", "eu-west", "eu-west-1a", "EU-west-1", "eu-west-1/x", "eu-west-1\n", "e-west-1", "eu--1"])(
    "is not %j",
    (name) => {
      expect(name).not.toMatch(REGION);
    },
  );
});

describe("keys", () => {
  test.each([
    [["a"], "a"],
    [["a", "b"], "a#b"],
    [["a#", "%b"], "a%23#%25b"],
    [["a%23"], "a%2523"],
    [["", ""], "#"],
  ])("of %j", (parts, key) => expect(keyOf(...parts)).toBe(key));

  test("are different for different identities", () => {
    const identity = fc.array(part, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(identity, identity, (a, b) => {
        expect(keyOf(...a) === keyOf(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
  test("are ordered by their UTF-8 bytes", () => {
    expect(["\u{1F600}", "～", "é", "b", "aa", "a"].sort(compareKeys)).toEqual([
      "a",
      "aa",
      "b",
      "é",
      "～",
      "\u{1F600}",
    ]);
  });
});

describe("a scope of all keys with the same first part", () => {
  test("holds those and no others", () => {
    const first = fc.constantFrom("a", "a#", "a$", "a%", "a!", "", "b", "～", "\u{1F600}");
    fc.assert(
      fc.property(first, first, part, (scoped, other, rest) => {
        expect(inRange(scopeOfFirstPart(scoped).range, keyOf(other, rest))).toBe(scoped === other);
      }),
    );
  });
  test.each([
    [{}, "", true],
    [{ from: "b" }, "b", true],
    [{ from: "b" }, "a", false],
    [{ until: "b" }, "b", false],
    [{ until: "b" }, "a", true],
    [{ from: "～" }, "\u{1F600}", true],
    [{ from: "b", until: "b" }, "b", false],
  ])("%j holds %j: %s", (range, key, held) => expect(inRange(range, key)).toBe(held));
});
