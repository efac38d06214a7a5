import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical, examine, isRefusal, type ListedItem, MAX_DOCUMENT_BYTES } from "../../functions/model/item.ts";
import { type AsSent, defineSource } from "../../functions/model/source.ts";

interface Thing {
  readonly Id?: string;
  readonly From?: string;
  readonly To?: string;
  readonly Relation?: string;
}

const source = (volatile: readonly string[] = [], asSent?: AsSent<Thing>) =>
  defineSource<object, Thing>({
    id: "test.things",
    operation: "Test ListThings",
    grants: [],
    regions: [],
    everyMinutes: 60,
    volatile,
    ...(asSent && { asSent }),
    identity: ({ Id }) => [Id],
    edge: ({ From, To, Relation }) => ({
      ...(From !== undefined && { from: From }),
      ...(To !== undefined && { to: To }),
      ...(Relation !== undefined && { relation: Relation }),
    }),
    connect: () => ({}),
    disconnect: () => undefined,
    list: () => {
      throw new Error("not here");
    },
  });

function stored(document: unknown, volatile?: readonly string[]): ListedItem {
  const seen = examine(source(volatile), document);
  if (isRefusal(seen)) throw new Error(seen.reason);
  return seen;
}

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

  test("leaves out volatile members, by their paths, within lists too", () => {
    const volatile = new Set(["a.b", "c"]);
    expect(canonical({ a: { b: 1, c: 2 }, b: 3, c: 4 }, volatile)).toBe('{"a":{"c":2},"b":3}');
    expect(canonical({ a: [{ b: 1, c: 2 }, { b: 3 }] }, volatile)).toBe('{"a":[{"c":2},{}]}');
    expect(canonical({ "a.b": 1 }, new Set(["a.b"]))).toBe("{}");
  });
  test("is none for what nests too deep", () => {
    expect(canonical(nested(200))).toBeDefined();
    expect(canonical(nested(201))).toBeUndefined();
    expect(canonical(nested(100_000 / 20))).toBeUndefined();
  });
});

describe("a listed document", () => {
  test("is stored as it was listed, compared without what is volatile", () => {
    const document = { Id: "a", Value: 1, Noise: 2 };
    const seen = stored(document, ["Noise"]);
    expect(JSON.parse(seen.document())).toEqual(document);
    expect(seen.hash).toBe(stored({ Noise: 3, Value: 1, Id: "a" }, ["Noise"]).hash);
    expect(seen.hash).not.toBe(stored({ ...document, Value: 2 }, ["Noise"]).hash);
    expect(seen.hash).not.toBe(stored(document).hash);
    expect(seen.hash).toMatch(/^[\w-]{22}$/);
  });
  test.each<[unknown, unknown]>([
    [
      { Id: "a", From: "x", To: "y", Relation: "r" },
      { from: "x", to: "y", relation: "r" },
    ],
    [
      { Id: "a", From: "x", To: "y" },
      { from: "x", to: "y" },
    ],
    [
      { Id: "a", From: "x", To: "y", Relation: "" },
      { from: "x", to: "y" },
    ],
    [{ Id: "a", From: "x" }, undefined],
    [{ Id: "a", From: "", To: "y" }, undefined],
    [{ Id: "a", From: 1, To: "y" }, undefined],
  ])("%j states the edge %j", (document, edge) => expect(stored(document).edge()).toEqual(edge));

  test.each<[string, unknown, RegExp]>([
    ["no identity", { Value: 1, "\n": 2 }, /^an item without an identity was listed: \{ Value, \}$/],
    ["an empty identity", { Id: "" }, /without an identity/],
    ["an identity that is no text", { Id: 1 }, /without an identity/],
    ["nothing", null, /without an identity was listed: a null/],
    ["no document", "text", /without an identity was listed: a string/],
    ["a list", ["Id"], /without an identity/],
    ["an identity of half a character", { Id: "\ud800" }, /not valid Unicode/],
    ["an identity that is too long", { Id: "é".repeat(500) }, /identity is longer than 998 bytes: é{119}…$/],
  ])("with %s is refused, and nothing is known of it", (_, document, reason) => {
    const seen = examine(source(), document);
    expect(seen).toEqual({ reason: expect.stringMatching(reason) });
  });
  test.each<[string, unknown, RegExp]>([
    ["nests too deep", { Id: "a", Deep: nested(300) }, /^item a nests deeper than 200 levels$/],
    ["is too large", { Id: "a", Text: "é".repeat(100_000) }, /^item a is larger than 195000 bytes$/],
    ["is too large where it is volatile", { Id: "a", Noise: "x".repeat(200_000) }, /larger than/],
    ["names too long a node", { Id: "a", From: "x".repeat(1_025), To: "y" }, /names an edge longer than/],
    ["names half a character", { Id: "a", From: "\ud800", To: "y" }, /not valid Unicode/],
  ])("that %s is refused under its key", (_, document, reason) => {
    expect(examine(source(["Noise"]), document)).toEqual({ key: "a", reason: expect.stringMatching(reason) });
  });
  test("that is not of its shape as it was sent is refused by itself", () => {
    const read = (sent: unknown) => {
      if (typeof sent !== "object") throw new TypeError("not an\nobject");
      return { Id: "a", From: "x", To: "y", Made: new Date(0), Parts: [{ Made: new Date(1) }] } as Thing;
    };
    const asSent = source([], { read, shape: "1" });
    expect(examine(asSent, 7)).toEqual({ reason: "an item that cannot be read was listed: a number: not an object" });
    const seen = examine(asSent, {});
    if (isRefusal(seen)) throw new Error(seen.reason);
    const times = ["1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.001Z"];
    expect(JSON.parse(seen.document())).toMatchObject({ Id: "a", Made: times[0], Parts: [{ Made: times[1] }] });
    expect(asSent.rules).not.toBe(source([], { read, shape: "2" }).rules);
  });
  test("may have just the size and key there is room for", () => {
    const room = MAX_DOCUMENT_BYTES - JSON.stringify({ Id: "a", Text: "" }).length;
    expect(stored({ Id: "a", Text: "x".repeat(room) }).size).toBe(MAX_DOCUMENT_BYTES);
    expect(isRefusal(examine(source(), { Id: "a", Text: "x".repeat(room + 1) }))).toBe(true);
    expect(stored({ Id: "x".repeat(998) }).key).toHaveLength(998);
    expect(isRefusal(examine(source(), { Id: "x".repeat(999) }))).toBe(true);
  });
  test("never makes it throw, and its reason is one line of valid Unicode", () => {
    fc.assert(
      fc.property(
        fc.anything({ withDate: true, withNullPrototype: true, key: fc.string({ unit: "binary" }) }),
        (document) => {
          const seen = examine(source(["a.b"]), document);
          if (isRefusal(seen)) expect(seen.reason.isWellFormed() && !/[\n\r\0]/.test(seen.reason)).toBe(true);
        },
      ),
    );
  });
});
