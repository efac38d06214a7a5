import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatPath, parsePath, partOf, textsAt } from "../../functions/model/paths.ts";

const at = (value: unknown, path: string) => textsAt(value, parsePath(path) ?? []);
const part = (value: unknown, ...paths: string[]) =>
  partOf(
    value,
    paths.map((path) => parsePath(path) ?? []),
  );

describe("a path", () => {
  test.each([
    [["Status"], "Status"],
    [["Tags", 0, "Value"], "Tags[0].Value"],
    [["a.b", "c[d]", "e\\f"], "a\\.b.c\\[d\\].e\\\\f"],
    [["", "a", ""], ".a."],
    [["a", 1, 2, "b"], "a[1][2].b"],
  ])("%j is written %s", (path, text) => {
    expect(formatPath(path)).toBe(text);
    expect(parsePath(text)).toEqual(path);
  });

  test.each(["a[x]", "a[0", "[0]b", "a[01]", "a\\x", "a]", "a[-1]", "\\"])(
    "is undefined when it is written %s",
    (text) => {
      expect(parsePath(text)).toBeUndefined();
    },
  );

  test("is read as it was written, whatever its names", () => {
    const step = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(".", "[0]", "\\", "a.b"), fc.nat(1_000));
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.array(step), (first, rest) => {
        expect(parsePath(formatPath([first, ...rest]))).toEqual([first, ...rest]);
      }),
    );
  });
});

describe("the texts at a path", () => {
  const document = {
    Status: "ACTIVE",
    Count: 3,
    Ready: false,
    None: null,
    Names: ["a", "b", ["c"]],
    Tags: [
      { Key: "team", Value: "ml" },
      { Key: "env", Value: "prod" },
    ],
    "dotted.name": { x: 1 },
  };

  test.each([
    ["Status", ["ACTIVE"]],
    ["Count", ["3"]],
    ["Ready", ["false"]],
    ["None", []],
    ["Names", ["a", "b", "c"]],
    ["Names[1]", ["b"]],
    ["Names[2][0]", ["c"]],
    ["Tags.Value", ["ml", "prod"]],
    ["Tags[1].Value", ["prod"]],
    ["Tags", []],
    ["dotted\\.name.x", ["1"]],
    ["dotted.name.x", []],
    ["Status.x", []],
    ["constructor", []],
    ["__proto__", []],
    ["Names.length", []],
  ])("%s are %j", (path, texts) => {
    expect(at(document, path)).toEqual(texts);
  });

  test("of a member named __proto__ are its own", () => {
    expect(at(JSON.parse('{"__proto__":{"a":"b"}}'), "__proto__.a")).toEqual(["b"]);
  });
});

describe("the part of a document on some paths", () => {
  const document = { a: { b: 1, c: 2 }, list: [{ x: 1, y: 2 }, { x: 3 }, { y: 4 }], d: null };

  test.each([
    [["a.b"], { a: { b: 1 } }],
    [["a", "a.b"], { a: { b: 1, c: 2 } }],
    [["list.x"], { list: [{ x: 1 }, { x: 3 }] }],
    [["list[1]"], { list: [{ x: 3 }] }],
    [["list[0].y", "a.c"], { a: { c: 2 }, list: [{ y: 2 }] }],
    [["d"], { d: null }],
    [["nothing", "a.nothing"], undefined],
  ])("%j is %j", (paths, wanted) => {
    expect(part(document, ...paths)).toEqual(wanted);
  });

  test("keeps a member named __proto__ an ordinary one", () => {
    const found = part(JSON.parse('{"__proto__":{"a":1,"b":2}}'), "__proto__.a");
    expect(JSON.stringify(found)).toBe('{"__proto__":{"a":1}}');
  });
});
