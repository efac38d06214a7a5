import { describe, expect, test } from "vitest";
import type { KeyRange } from "../../functions/model/collection.ts";
import type { Change, ItemVersion } from "../../functions/model/item.ts";
import type { Order, Store, StoredItem } from "../../functions/store/port.ts";
import { added, COLLECTION, instant, modified, removed, signal } from "./changes.ts";
import { openEach } from "./opened.ts";
import { HARD_DOCUMENTS, HOSTILE_KEYS, ORDERED_KEYS } from "./texts.ts";

/** The change to a first version, with what a test sets. */
function changeTo(key: string, set: Partial<ItemVersion> = {}): Change {
  const change = added(key, set.at ?? instant(1));
  return { ...change, after: { ...change.after, ...set } };
}

/** The changes that give a key so many versions, all of them still stored. */
function history(key: string, versions: number): Change[] {
  const changes = [added(key, instant(0))];
  for (let n = 1; n < versions; n += 1) {
    const before = changes.at(-1)?.after;
    if (before) changes.push(n % 3 === 2 ? removed(before, instant(n)) : modified(before, instant(n)));
  }
  return changes;
}

function keysOf(items: readonly StoredItem[]): string[] {
  return items.map(([{ key }]) => key);
}

export function rowsContract(open: () => Promise<Store>): void {
  describe("the stored items", () => {
    const opened = openEach(open);
    const write = (...changes: Change[]) => opened.store.write(changes, signal);
    /** All items of a range, in pages of at most `limit`. */
    const walk = async (range: KeyRange, limit: number, from?: string, order: Order = "asc") => {
      const items: StoredItem[] = [];
      for (let pages = 0, after = from; pages < 200; pages += 1) {
        const page = await opened.store.items(COLLECTION, range, {
          limit,
          order,
          ...(after !== undefined && { after }),
        });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        items.push(...page.items);
        after = page.next;
        if (after === undefined) return items;
        expect(page.items.length > 0 || items.length > 0).toBe(true);
      }
      throw new Error("the pages do not end");
    };

    test("are none at first", async () => {
      await write();
      expect(await opened.store.items(COLLECTION, {}, { limit: 1 })).toEqual({ items: [] });
      expect(await opened.store.itemsOf(COLLECTION, [])).toEqual([]);
      expect(await opened.store.itemsOf(COLLECTION, ["never there"])).toEqual([]);
    });

    test.each<[string, Partial<ItemVersion>]>([
      ["present", { document: '{"a":1}', version: 7, hash: "h", at: instant(5), firstSeenAt: instant(2) }],
      ["with a version before", { previousAt: instant(0), edgeAt: instant(0) }],
      ["without edges", { edges: [] }],
      ["with an edge without relation", { edges: [{ from: "a", to: "b" }] }],
      ["with edges", { edges: ["a", "b", "c"].map((to) => ({ from: 'é"#%\u0000', to, relation: "Is" })) }],
      ["removed", { state: "removed", cause: "not listed", previousAt: instant(0) }],
      ["removed with its parent", { state: "removed", cause: "parent removed" }],
      ["of another scope", { scope: "image é#%\u0000\u0001" }],
    ])("come back as they were written: %s", async (_, set) => {
      const { after } = changeTo("key", set);
      await write(changeTo("key", set));
      expect(await opened.store.itemsOf(COLLECTION, ["key"])).toEqual([[after]]);
      expect(await opened.store.items(COLLECTION, {}, { limit: 5 })).toEqual({ items: [[after]] });
    });

    test.each(HARD_DOCUMENTS)("keep documents to the letter: %s", async (_, document) => {
      await write(changeTo("key", { document }));
      expect((await opened.store.itemsOf(COLLECTION, ["key"]))[0]?.[0].document).toBe(document);
    });

    test("have all their versions, oldest first, in whatever order they were written", async () => {
      const changes = history("key", 4);
      await write(...changes.toReversed(), added("another", instant(9)));
      const versions = changes.map(({ after }) => after);
      expect(await opened.store.itemsOf(COLLECTION, ["key"])).toEqual([versions]);
      expect((await walk({}, 5)).at(-1)).toEqual(versions);
    });

    test("come by key in the order of their UTF-8 bytes", async () => {
      await write(...ORDERED_KEYS.toReversed().map((key) => added(key, instant(1))));
      const eventual = await opened.store.items(COLLECTION, {}, { limit: 100, consistency: "eventual" });
      expect(keysOf(eventual.items)).toEqual(ORDERED_KEYS);
      for (const limit of [1, 2, 3, 14, 100]) expect(keysOf(await walk({}, limit))).toEqual(ORDERED_KEYS);
    });

    test("come whole and in order when their keys are hostile", async () => {
      const changes = HOSTILE_KEYS.toReversed().flatMap((key) => history(key, 2));
      await write(...changes);
      for (const limit of [1, 4, 100]) expect(keysOf(await walk({}, limit))).toEqual(inOrder(HOSTILE_KEYS));
      expect(keysOf(await opened.store.itemsOf(COLLECTION, HOSTILE_KEYS)).sort()).toEqual([...HOSTILE_KEYS].sort());
      for (const key of HOSTILE_KEYS) {
        const [item = []] = await opened.store.itemsOf(COLLECTION, [key]);
        expect(item.map((version) => version.key)).toEqual([key, key]);
      }
      const versions = HOSTILE_KEYS.flatMap((key) => [0, 1].map((second) => ({ key, at: instant(second) })));
      await opened.store.delete(COLLECTION, { versions }, signal);
      expect(await walk({}, 100)).toEqual([]);
    });

    test("are whole in every page, however their versions straddle its limit", async () => {
      const versions: Record<string, number> = { a: 1, b: 7, c: 2, d: 1, e: 3, f: 3 };
      await write(...Object.entries(versions).flatMap(([key, count]) => history(key, count)));
      for (let limit = 1; limit <= 8; limit += 1) {
        const counts = (await walk({}, limit)).map((item) => [item[0].key, item.length]);
        expect(counts).toEqual(Object.entries(versions));
      }
    });

    test.each<[KeyRange, string[]]>([
      [{ from: "Z#", until: "Z$" }, ["Z#1", "Z#2"]],
      [{ from: "Z#1", until: "Z#2" }, ["Z#1"]],
      [{ from: "\u{1F600}" }, ["\u{1F600}", "\u{1F600}a"]],
      [{ from: "～" }, ["～", "\u{1F600}", "\u{1F600}a"]],
      [{ from: "\u{1F600}", until: "\u{1F600}a" }, ["\u{1F600}"]],
      [{ from: "a\u0000", until: "aa\u0000" }, ["aa"]],
      [{ until: "A" }, ["#", "$"]],
      [{ until: "#" }, []],
      [{ from: "a", until: "a" }, []],
      [{ from: "b", until: "a" }, []],
      [{ from: "\u{10FFFF}" }, []],
    ])("in the range %j are those of its keys", async (range, keys) => {
      await write(...ORDERED_KEYS.flatMap((key) => history(key, 2)));
      for (const limit of [1, 2, 100]) expect(keysOf(await walk(range, limit))).toEqual(keys);
    });

    test.each<KeyRange>([
      {},
      { from: "Z#", until: "\u{1F600}" },
      { until: "a" },
      { from: "a" },
      { from: "b", until: "a" },
    ])(
      "read backwards, in the range %j, are those read forwards, each whole and its versions oldest first",
      async (range) => {
        await write(...ORDERED_KEYS.flatMap((key, n) => history(key, 1 + (n % 4))));
        const forwards = await walk(range, 100);
        for (const limit of [1, 2, 5, 100])
          expect((await walk(range, limit, undefined, "desc")).toReversed()).toEqual(forwards);
      },
    );

    test.each<[string, KeyRange, string[]]>([
      ["", { from: "Z#" }, ["Z#1", "Z#2", "Z$"]],
      ["Z#", { from: "Z#", until: "Z$" }, ["Z#1", "Z#2"]],
      ["Z#1", { from: "Z#", until: "Z$" }, ["Z#2"]],
      ["Z#2", { from: "Z#", until: "Z$" }, []],
      ["Z$", { from: "Z#", until: "Z$" }, []],
      ["z", { from: "Z#", until: "Z$" }, []],
      ["A", { from: "Z#", until: "Z$" }, ["Z#1", "Z#2"]],
      ["A", {}, ["Z#1", "Z#2", "Z$"]],
    ])("after %j in the range %j are those of later keys", async (after, range, keys) => {
      await write(...["A", "Z#1", "Z#2", "Z$"].map((key) => added(key, instant(1))));
      expect(keysOf(await walk(range, 2, after))).toEqual(keys);
    });

    test("of one collection are not those of another", async () => {
      await write(added("a", instant(1)), changeTo("b", { collection: `${COLLECTION}0` }));
      expect(keysOf(await walk({}, 5))).toEqual(["a"]);
      expect(await opened.store.itemsOf(COLLECTION, ["b"])).toEqual([]);
      await opened.store.delete(`${COLLECTION}0`, { versions: [{ key: "a", at: instant(1) }] }, signal);
      expect(keysOf(await walk({}, 5))).toEqual(["a"]);
    });

    test("are each found once by their keys, however often they are asked for", async () => {
      const keys = Array.from({ length: 333 }, (_, n) => `key ${String(n).padStart(3, "0")}`);
      await write(...keys.map((key) => added(key, instant(1))));
      const found = await opened.store.itemsOf(COLLECTION, [...keys, ...keys, "none"]);
      expect(keysOf(found).sort()).toEqual(keys);
    });

    test("do not change when they are written again", async () => {
      const changes = [...history("a", 2), ...history("b", 3)];
      await write(...changes);
      const items = await walk({}, 5);
      await write(...changes.toReversed());
      await write(...changes.slice(0, 1), ...changes.slice(0, 1));
      expect(await walk({}, 5)).toEqual(items);
    });

    test("lose exactly the versions that are deleted, however often and late", async () => {
      const [first, second, third] = history("a", 3).map(({ after }) => after);
      await write(...history("a", 3), ...history("b", 1));
      for (let n = 0; n < 2; n += 1) {
        await opened.store.delete(COLLECTION, { versions: [{ key: "a", at: instant(1) }] }, signal);
        expect(await opened.store.itemsOf(COLLECTION, ["a"])).toEqual([[first, third]]);
      }
      await opened.store.delete(COLLECTION, { versions: ["a", "c"].map((key) => ({ key, at: instant(7) })) }, signal);
      expect(await walk({}, 5)).toEqual([[first, third], history("b", 1).map(({ after }) => after)]);
      // A superseded version whose write is repeated late lies about until it is deleted again.
      await write(...history("a", 2).slice(1));
      expect(await opened.store.itemsOf(COLLECTION, ["a"])).toEqual([[first, second, third]]);
    });

    test("are gone when all their versions are deleted", async () => {
      await write(...history("a", 3), ...history("b", 1));
      await opened.store.delete(COLLECTION, {}, signal);
      const versions = [0, 1, 2].map((second) => ({ key: "a", at: instant(second) }));
      await opened.store.delete(COLLECTION, { versions: [...versions, ...versions] }, signal);
      expect(keysOf(await walk({}, 1))).toEqual(["b"]);
      expect(await opened.store.itemsOf(COLLECTION, ["a"])).toEqual([]);
    });

    test("come whole when they are larger than a page of the database's", async () => {
      const keys = Array.from({ length: 30 }, (_, n) => `key ${10 + n}`);
      const document = JSON.stringify("x".repeat(190_000));
      await write(...keys.map((key) => changeTo(key, { document })));
      const items = await walk({}, 100);
      expect(keysOf(items)).toEqual(keys);
      expect(items.every(([version]) => version.document === document)).toBe(true);
      expect(keysOf(await opened.store.itemsOf(COLLECTION, keys)).sort()).toEqual(keys);
    });

    test("are written, read and deleted by the thousand", async () => {
      // More records than one transaction writes, and more keys than one page or request holds.
      const keys = Array.from({ length: 1_050 }, (_, n) => `key ${10_000 + n}`);
      await write(...keys.map((key) => changeTo(key, { edges: [] })));
      expect(keysOf(await walk({}, 1_000))).toEqual(keys);
      expect(keysOf(await opened.store.itemsOf(COLLECTION, keys)).sort()).toEqual(keys);
      const versions = keys.map((key) => ({ key, at: instant(1) }));
      await opened.store.delete(COLLECTION, { versions: versions.slice(1), changes: versions.slice(1) }, signal);
      expect(keysOf(await walk({}, 5))).toEqual(keys.slice(0, 1));
      expect((await opened.store.changes(COLLECTION, {}, 5)).changes.map(({ after }) => after.key)).toEqual(
        keys.slice(0, 1),
      );
    });

    test("stay as they are when the signal has aborted, whose reason is what rejects", async () => {
      await write(added("a", instant(1)));
      const reason = new Error("stopped");
      const aborted = AbortSignal.abort(reason);
      await expect(opened.store.write([added("b", instant(1))], aborted)).rejects.toBe(reason);
      const deletion = { versions: [{ key: "a", at: instant(1) }] };
      await expect(opened.store.delete(COLLECTION, deletion, aborted)).rejects.toBe(reason);
      expect(keysOf(await walk({}, 5))).toEqual(["a"]);
    });
  });
}

function inOrder(keys: readonly string[]): string[] {
  return [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
