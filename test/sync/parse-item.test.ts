import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defineSource } from "../../functions/model/source.ts";
import { isRejected, type ListedItem, MAX_DOCUMENT_BYTES, parseItem } from "../../functions/sync/parse-item.ts";

interface Thing {
  readonly Id?: string;
  readonly From?: string;
  readonly To?: string;
  readonly Relation?: string;
  readonly Parts?: readonly string[];
}

const source = (ignoredPaths: readonly string[] = []) =>
  defineSource<object, Thing>({
    id: "test.things",
    operation: "Test ListThings",
    grants: [],
    regions: [],
    intervalMinutes: 60,
    ignoredPaths,
    identity: ({ Id }) => [Id],
    edges: ({ From, To, Relation, Parts = [] }) => [
      {
        ...(From !== undefined && { from: From }),
        ...(To !== undefined && { to: To }),
        ...(Relation !== undefined && { relation: Relation }),
      },
      ...Parts.map((to) => ({ from: "whole", to })),
    ],
    connect: () => ({}),
    disconnect: () => undefined,
    list: () => {
      throw new Error("not here");
    },
  });

function stored(document: unknown, ignoredPaths?: readonly string[]): ListedItem {
  const parsed = parseItem(source(ignoredPaths), document);
  if (isRejected(parsed)) throw new Error(parsed.reason);
  return parsed;
}

const nested = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);

describe("a listed document", () => {
  test("is stored as it was listed, and compared without ignored paths", () => {
    const document = { Id: "a", Value: 1, Noise: 2 };
    const seen = stored(document, ["Noise"]);
    expect(JSON.parse(seen.document)).toEqual(document);
    expect(seen.hash).toBe(stored({ Noise: 3, Value: 1, Id: "a" }, ["Noise"]).hash);
    expect(seen.hash).not.toBe(stored({ ...document, Value: 2 }, ["Noise"]).hash);
    expect(seen.hash).not.toBe(stored(document).hash);
    expect(seen.hash).toMatch(/^[\w-]{22}$/);
  });
  test.each<[unknown, readonly unknown[]]>([
    [{ Id: "a", From: "x", To: "y", Relation: "r" }, [{ from: "x", to: "y", relation: "r" }]],
    [{ Id: "a", From: "x", To: "y" }, [{ from: "x", to: "y" }]],
    [{ Id: "a", From: "x", To: "y", Relation: "" }, [{ from: "x", to: "y" }]],
    [{ Id: "a", From: "x" }, []],
    [{ Id: "a", From: "", To: "y" }, []],
    [{ Id: "a", From: 1, To: "y" }, []],
    [
      { Id: "a", Parts: ["p", "", "q"] },
      [
        { from: "whole", to: "p" },
        { from: "whole", to: "q" },
      ],
    ],
  ])("%j states the edges %j", (document, edges) => expect(stored(document).edges).toEqual(edges));
  test("has another hash under another key or with other edges", () => {
    const hashes = [{ Id: "a" }, { Id: "b" }, { Id: "a", From: "x", To: "y" }].map((document) => stored(document).hash);
    expect(new Set(hashes).size).toBe(3);
    const withEdge = stored({ Id: "a", From: "x", To: "y" }, ["From", "To"]);
    expect(withEdge.hash).not.toBe(stored({ Id: "a", From: "x", To: "z" }, ["From", "To"]).hash);
  });
  test("may name many edges, as long as they and the document fit a record", () => {
    const Parts = Array.from({ length: 2_000 }, (_, n) => `part ${n}`);
    expect(stored({ Id: "a", Parts }).edges).toHaveLength(2_000);
    const tooMany = parseItem(source(), { Id: "a", Parts: [...Parts, ...Parts, ...Parts] });
    expect(tooMany).toEqual({ key: "a", reason: "item a is larger than 195000 bytes" });
  });
  test.each<[string, unknown, RegExp]>([
    ["no identity", { Value: 1, "\n": 2 }, /^an item without an identity was listed: \{ Value, \}$/],
    ["an empty identity", { Id: "" }, /without an identity/],
    ["an identity that is no text", { Id: 1 }, /without an identity/],
    ["nothing", null, /without an identity was listed: a null/],
    ["no document", "text", /without an identity was listed: a string/],
    ["a list", ["Id"], /without an identity/],
    ["an identity of half a character", { Id: "\ud800" }, /not valid Unicode/],
    ["an identity that is too long", { Id: "é".repeat(500) }, /identity is longer than 998 bytes: é{119}…$/],
  ])("with %s is rejected without a key", (_, document, reason) => {
    const seen = parseItem(source(), document);
    expect(seen).toEqual({ reason: expect.stringMatching(reason) });
  });
  test.each<[string, unknown, RegExp]>([
    ["nests too deep", { Id: "a", Deep: nested(300) }, /^item a nests deeper than 200 levels$/],
    ["is too large", { Id: "a", Text: "é".repeat(100_000) }, /^item a is larger than 195000 bytes$/],
    ["is too large in an ignored path", { Id: "a", Noise: "x".repeat(200_000) }, /larger than/],
    ["names too long a node", { Id: "a", From: "x".repeat(1_025), To: "y" }, /names an edge longer than/],
    ["names half a character", { Id: "a", From: "\ud800", To: "y" }, /not valid Unicode/],
  ])("that %s is rejected under its key", (_, document, reason) => {
    expect(parseItem(source(["Noise"]), document)).toEqual({ key: "a", reason: expect.stringMatching(reason) });
  });
  test("may have exactly the size and the key that fit", () => {
    const room = MAX_DOCUMENT_BYTES - JSON.stringify({ Id: "a", Text: "" }).length;
    expect(stored({ Id: "a", Text: "x".repeat(room) }).document).toHaveLength(MAX_DOCUMENT_BYTES);
    expect(isRejected(parseItem(source(), { Id: "a", Text: "x".repeat(room + 1) }))).toBe(true);
    expect(stored({ Id: "x".repeat(998) }).key).toHaveLength(998);
    expect(isRejected(parseItem(source(), { Id: "x".repeat(999) }))).toBe(true);
  });
  test("never makes parsing throw, and the reason is one line of valid Unicode", () => {
    fc.assert(
      fc.property(
        fc.anything({ withDate: true, withNullPrototype: true, key: fc.string({ unit: "binary" }) }),
        (document) => {
          const seen = parseItem(source(["a.b"]), document);
          if (isRejected(seen)) expect(seen.reason.isWellFormed() && !/[\n\r\0]/.test(seen.reason)).toBe(true);
        },
      ),
    );
  });
});
