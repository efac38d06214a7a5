import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "../../functions/model/canonical.ts";

const nested = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);

describe("canonical text", () => {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== "object" || value === null) return value;
    const names = Object.keys(value).sort();
    // Not an object literal's own order: names that are numbers would come first.
    return new Map(names.map((name) => [name, sorted((value as Record<string, unknown>)[name])]));
  };
  const comparable = (value: unknown) =>
    JSON.stringify(sorted(value), (_, v) => (v instanceof Map ? [...v, "map"] : v));
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, member]) => [name, shuffled(member)]),
    );
  };

  test("is the same whatever the order of members", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        expect(canonical(shuffled(value))).toBe(canonical(value));
      }),
    );
  });
  test("is the same only for the same content", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (a, b) => {
        expect(canonical(a) === canonical(b)).toBe(comparable(a) === comparable(b));
      }),
    );
  });
  test("is JSON that says the same", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        expect(JSON.parse(canonical(value) ?? "")).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
  test.each<[unknown, unknown]>([
    [{ a: undefined, b: 1 }, { b: 1 }],
    [[undefined], [null]],
    [JSON.parse('{"__proto__":1,"a":2}'), JSON.parse('{"a":2,"__proto__":1}')],
    [
      { 2: 1, 10: 2 },
      { 10: 2, 2: 1 },
    ],
  ])("%j is as %j", (a, b) => expect(canonical(a)).toBe(canonical(b)));
  test.each<[unknown, unknown]>([
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: null }, {}],
    [{ a: "1" }, { a: 1 }],
    [{ a: { b: 1 } }, { "a.b": 1 }],
    [JSON.parse('{"__proto__":{"a":1}}'), {}],
    [[], {}],
  ])("%j is not as %j", (a, b) => expect(canonical(a)).not.toBe(canonical(b)));

  test("leaves out ignored paths, within lists too", () => {
    const ignored = new Set(["a.b", "c"]);
    expect(canonical({ a: { b: 1, c: 2 }, b: 3, c: 4 }, ignored)).toBe('{"a":{"c":2},"b":3}');
    expect(canonical({ a: [{ b: 1, c: 2 }, { b: 3 }] }, ignored)).toBe('{"a":[{"c":2},{}]}');
    expect(canonical({ "a.b": 1 }, new Set(["a.b"]))).toBe("{}");
  });
  test("is undefined for a document that nests too deep", () => {
    expect(canonical(nested(200))).toBeDefined();
    expect(canonical(nested(201))).toBeUndefined();
    expect(canonical(nested(100_000 / 20))).toBeUndefined();
  });
});
