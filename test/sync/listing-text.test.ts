import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_DEPTH } from "../../functions/model/source.ts";
import { startListingText } from "../../functions/sync/listing-text.ts";

const textOf = (pages: readonly (readonly unknown[])[], rules = "", plain = 1_000_000) => {
  const text = startListingText({ rules, expected: 0, plain });
  for (const page of pages) text.add(page);
  return text;
};
const nested = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`) as unknown;
const depthOf = (value: unknown): number => {
  let depth = 0;
  for (let at = value; typeof at === "object" && at !== null; at = Object.values(at)[0]) depth += 1;
  return depth;
};

describe("the digest of a listing", () => {
  test("is the same however the documents are spread over pages", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.array(fc.nat({ max: 5 })), (documents, sizes) => {
        const pages = [];
        let from = 0;
        for (const size of sizes) {
          pages.push(documents.slice(from, from + size));
          from += size;
        }
        pages.push(documents.slice(from));
        const filled = pages.filter((page) => page.length > 0);
        expect(textOf(filled).digest()).toBe(textOf(documents.length > 0 ? [documents] : []).digest());
      }),
    );
  });
  test("tells listings apart, and the same listing under other rules", () => {
    const listings = [[], [1], [[1]], [1, 2], [2, 1], [[1, 2]], ["1,2"], ["1", "2"], [{ a: 1 }], [{ a: 1 }, { a: 1 }]];
    const digests = [...listings.map((listing) => textOf([listing]).digest()), textOf([[1]], "other").digest()];
    expect(new Set(digests).size).toBe(digests.length);
  });
  test("can be asked for on the way", () => {
    const text = textOf([[1]]);
    const before = text.digest();
    expect(text.digest()).toBe(before);
    text.add([2]);
    expect(text.digest()).toBe(textOf([[1, 2]]).digest());
  });
});

describe("pages", () => {
  test("are held until they are taken out, and looked at once from then on", () => {
    const text = textOf([[{ a: 1 }, { b: 2 }], [{ c: 3 }]]);
    expect(text.held).toBeGreaterThan(20);
    expect([...text.takeOut()]).toEqual([[{ a: 1 }, { b: 2 }], [{ c: 3 }]]);
    expect(text.held).toBe(0);
    expect(text.add([{ d: 4 }])).toEqual([{ d: 4 }]);
    expect([...text.takeOut()]).toEqual([]);
    expect(text.documents).toBe(4);
  });
  test("are held compressed when all of them are expected to be too much", () => {
    const documents = Array.from({ length: 1_000 }, (_, n) => ({ Id: `thing-${n}`, Text: "ü漢".repeat(20) }));
    const [plain, compressed] = [textOf([documents]), textOf([documents], "", 50_000)];
    const little = plain.held / 5;
    expect(compressed.held).toBeLessThan(little);
    expect(compressed.digest()).toBe(plain.digest());
    expect([...compressed.takeOut()]).toEqual([documents]);
    const expecting = startListingText({ rules: "", expected: 100_000, plain: 1_000_000 });
    expecting.add(documents);
    expect(expecting.held).toBeLessThan(little);
  });
  test("come in the form in which they are stored", () => {
    const document = { At: new Date(0), In: [{ At: new Date(Number.NaN) }], No: undefined, n: 1.5, ["__proto__"]: 1 };
    const [[stored]] = [...textOf([[document]]).takeOut()] as [[Record<string, unknown>]];
    expect(JSON.stringify(stored)).toBe('{"At":"1970-01-01T00:00:00.000Z","In":[{"At":null}],"n":1.5,"__proto__":1}');
  });
  test("hold documents of any depth, so far down that it shows", () => {
    const [[deep, flat]] = [...textOf([[nested(100_000), { a: 1 }]]).takeOut()] as [[unknown, unknown]];
    expect(depthOf(deep)).toBeGreaterThan(MAX_DEPTH);
    expect(depthOf(deep)).toBeLessThan(2 * MAX_DEPTH);
    expect(flat).toEqual({ a: 1 });
    expect(depthOf([...textOf([[nested(MAX_DEPTH * 2)]]).takeOut()].flat()[0])).toBe(MAX_DEPTH * 2);
  });
});
