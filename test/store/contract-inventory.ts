import { beforeEach, describe, expect, test } from "vitest";
import type { KeyRange } from "../../functions/model/collection.ts";
import type { Item } from "../../functions/model/item.ts";
import type { Consistency, Store } from "../../functions/store/port.ts";
import { COLLECTION, instant, item, ORDERED_KEYS } from "./records.ts";

const { signal } = new AbortController();

/** Documents that are hard to keep whole. */
export const HARD_DOCUMENTS: readonly (readonly [string, string])[] = [
  ["empty", "{}"],
  ["control characters", JSON.stringify({ text: "\u0000\u0001\t\r\n\u001f\u007f\u2028\ufeff" })],
  ["members of every name", '{"__proto__":{"a":1},"constructor":2,"":3,"#":4,"toString":null}'],
  ["emoji", JSON.stringify({ "\u{1F600}": "\u{1F468}\u200d\u{1F469}" })],
  ["lone surrogates, escaped", JSON.stringify({ "\ud800": "\udc00a\ud83d" })],
  ["nothing in it", JSON.stringify({ list: [], empty: "", nothing: null, object: {} })],
  ["numbers", '{"large":12345678901234567890,"small":1e-300,"exact":0.1}'],
  ["190 KB", JSON.stringify({ text: "é".repeat(95_000) })],
  ["deep nesting", `${"[".repeat(200)}1${"]".repeat(200)}`],
];

export function inventoryContract(open: () => Promise<Store>): void {
  describe("the inventory", () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    const write = (...items: Item[]) => store.writeItems(items, signal);
    const keysOf = (items: readonly { key: string }[]) => items.map(({ key }) => key);
    const index = async (range: KeyRange = {}, consistency?: Consistency) => {
      const entries = [];
      for await (const page of store.index(COLLECTION, range, consistency)) entries.push(...page);
      return entries;
    };
    /** All pages of a range, each of at most `limit`. */
    const walk = async (range: KeyRange, limit: number, after?: string) => {
      const keys: string[] = [];
      for (let pages = 0; pages < 100; pages += 1) {
        const page = await store.itemPage(COLLECTION, range, { limit, ...(after !== undefined && { after }) });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        keys.push(...keysOf(page.items));
        after = page.items.at(-1)?.key;
        if (page.end || after === undefined) return keys;
      }
      throw new Error("the pages do not end");
    };

    test("an item is read with its scope's standing, each of them if there is one", async () => {
      const both = () => store.standingAndItem(COLLECTION, "scope", "key");
      expect(await both()).toEqual({ standing: undefined, item: undefined });
      await write(item("key"), item("another"));
      expect(await both()).toEqual({ standing: undefined, item: item("key") });
      const scope = { id: "scope", range: {} };
      const lease = { collection: COLLECTION, scope, holder: "me", now: 1_000, until: 2_000 };
      const { standing } = await store.takeLease(lease);
      await store.takeLease({ ...lease, scope: { ...scope, id: "other" } });
      expect(await both()).toEqual({ standing, item: item("key") });
    });

    test.each<[string, Partial<Item>]>([
      ["present", { document: '{"a":1}', version: 7, hash: "h", firstSeenAt: instant(1), changedAt: instant(2) }],
      ["with an edge", { edge: { from: "a", to: "b", relation: "r" } }],
      ["with an edge without relation", { edge: { from: "a", to: "b" } }],
      ["removed", { state: "removed", removedAt: instant(3), cause: "not listed" }],
      [
        "removed with its parent",
        { state: "removed", removedAt: instant(3), cause: "parent removed", edge: { from: "a", to: "b" } },
      ],
      ["of another scope", { scope: "image é#%" }],
    ])("an item comes back as it was written: %s", async (_, set) => {
      await write(item("key", set));
      expect(await store.items(COLLECTION, ["key"])).toEqual([item("key", set)]);
      expect((await store.itemPage(COLLECTION, {}, { limit: 5 })).items).toEqual([item("key", set)]);
    });
    test.each(HARD_DOCUMENTS)("a document comes back to the letter: %s", async (_, document) => {
      await write(item("key", { document }));
      expect((await store.items(COLLECTION, ["key"]))[0]?.document).toBe(document);
    });
    test("a later write replaces the whole record", async () => {
      await write(
        item("key", { state: "removed", removedAt: instant(3), cause: "not listed", edge: { from: "a", to: "b" } }),
      );
      await write(item("key", { version: 2 }));
      expect(await store.items(COLLECTION, ["key"])).toEqual([item("key", { version: 2 })]);
    });

    test("keys are ordered by their UTF-8 bytes", async () => {
      await write(...ORDERED_KEYS.toReversed().map((key) => item(key)));
      expect(keysOf(await index())).toEqual(ORDERED_KEYS);
      expect(keysOf(await index({}, "eventual"))).toEqual(ORDERED_KEYS);
      for (const limit of [1, 2, 3, 100]) expect(await walk({}, limit)).toEqual(ORDERED_KEYS);
    });
    test.each<[KeyRange, string[]]>([
      [{ from: "Z#", until: "Z$" }, ["Z#1", "Z#2"]],
      [{ from: "Z#1", until: "Z#2" }, ["Z#1"]],
      [{ from: "\u{1F600}" }, ["\u{1F600}", "\u{1F600}a"]],
      [{ from: "～" }, ["～", "\u{1F600}", "\u{1F600}a"]],
      [{ from: "\u{1F600}", until: "\u{1F600}a" }, ["\u{1F600}"]],
      [{ until: "A" }, ["#", "$"]],
      [{ until: "#" }, []],
      [{ from: "a", until: "a" }, []],
      [{ from: "b", until: "a" }, []],
      [{ from: "\u{10FFFF}" }, []],
    ])("the range %j", async (range, keys) => {
      await write(...ORDERED_KEYS.map((key) => item(key)));
      expect(keysOf(await index(range))).toEqual(keys);
      for (const limit of [1, 2, 100]) expect(await walk(range, limit)).toEqual(keys);
    });
    test.each<[string, KeyRange, string[]]>([
      ["", { from: "Z#" }, ["Z#1", "Z#2", "Z$"]],
      ["Z#", { from: "Z#", until: "Z$" }, ["Z#1", "Z#2"]],
      ["Z#1", { from: "Z#", until: "Z$" }, ["Z#2"]],
      ["Z#2", { from: "Z#", until: "Z$" }, []],
      ["Z$", { from: "Z#", until: "Z$" }, []],
      ["z", { from: "Z#", until: "Z$" }, []],
      ["A", { from: "Z#", until: "Z$" }, ["Z#1", "Z#2"]],
    ])("after %j in the range %j", async (after, range, keys) => {
      await write(item("A"), item("Z#1"), item("Z#2"), item("Z$"));
      expect(await walk(range, 2, after)).toEqual(keys);
    });
    test("the index tells tombstones from what is present", async () => {
      await write(
        item("a", { hash: "1" }),
        item("b", { hash: "2", state: "removed", removedAt: instant(1), cause: "not listed" }),
      );
      expect(await index()).toEqual([
        { key: "a", hash: "1", present: true },
        { key: "b", hash: "2", present: false },
      ]);
    });
    test.each<[KeyRange, string | undefined]>([
      [{}, "\u{1F600}a"],
      [{ until: "\u{1F600}a" }, "\u{1F600}"],
      [{ from: "Z#", until: "Z$" }, "Z#2"],
      [{ from: "Z", until: "Z#" }, undefined],
      [{ from: "b", until: "a" }, undefined],
      [{ until: "#" }, undefined],
    ])("the last key of %j is %j", async (range, key) => {
      expect(await store.lastKey(COLLECTION, range)).toBeUndefined();
      await write(...ORDERED_KEYS.map((each) => item(each)));
      expect(await store.lastKey(COLLECTION, range)).toBe(key);
    });
    test("collections do not mix", async () => {
      await write(item("a"), item("b", { collection: `${COLLECTION}0` }));
      expect(keysOf(await index())).toEqual(["a"]);
      expect(await store.items(COLLECTION, ["b"])).toEqual([]);
    });

    test("nothing written, read or deleted", async () => {
      await write();
      await store.deleteItems(COLLECTION, [], signal);
      await store.deleteItems(COLLECTION, ["never there"], signal);
      expect(await store.items(COLLECTION, [])).toEqual([]);
      expect(await store.items(COLLECTION, ["never there"])).toEqual([]);
      expect(await index()).toEqual([]);
      expect(await store.itemPage(COLLECTION, {}, { limit: 1 })).toEqual({ items: [], end: true });
    });
    test("hundreds at once, asked for twice, deleted twice", async () => {
      const keys = Array.from({ length: 333 }, (_, n) => `key ${String(n).padStart(3, "0")}`);
      await write(...keys.map((key) => item(key)));
      expect(keysOf(await index())).toEqual(keys);
      expect(keysOf(await store.items(COLLECTION, [...keys, ...keys, "none"])).sort()).toEqual(keys);
      const [kept = "", ...rest] = keys;
      await store.deleteItems(COLLECTION, [...rest, ...rest], signal);
      expect(keysOf(await index())).toEqual([kept]);
    });
    test("pages of more than a megabyte come whole", async () => {
      const keys = Array.from({ length: 30 }, (_, n) => `key ${10 + n}`);
      await write(...keys.map((key) => item(key, { document: JSON.stringify("x".repeat(190_000)) })));
      expect(keysOf(await index())).toEqual(keys);
      expect(await walk({}, 100)).toEqual(keys);
      expect(keysOf(await store.items(COLLECTION, keys)).sort()).toEqual(keys);
    });
    test("an aborted write rejects with the signal's reason", async () => {
      const reason = new Error("stopped");
      await expect(store.writeItems([item("a")], AbortSignal.abort(reason))).rejects.toThrow(reason);
      await expect(store.deleteItems(COLLECTION, ["a"], AbortSignal.abort(reason))).rejects.toThrow(reason);
      expect(await index()).toEqual([]);
    });
  });
}
