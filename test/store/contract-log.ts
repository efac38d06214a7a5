import { describe, expect, test } from "vitest";
import type { Change, ItemVersion, LogPosition } from "../../functions/model/item.ts";
import type { Store } from "../../functions/store/port.ts";
import { added, COLLECTION, instant, modified, removed, signal } from "./changes.ts";
import { openEach } from "./opened.ts";
import { HARD_DOCUMENTS, HOSTILE_KEYS, ORDERED_KEYS } from "./texts.ts";

type Stretch = Parameters<Store["changes"]>[1];

function positionsOf(changes: readonly Change[]): LogPosition[] {
  return changes.map(({ after: { at, key } }) => ({ at, key }));
}

export function logContract(open: () => Promise<Store>): void {
  describe("the log", () => {
    const opened = openEach(open);
    const write = (...changes: Change[]) => opened.store.write(changes, signal);
    /** All changes of a stretch, in pages of at most `limit`. */
    const walk = async (range: Stretch, limit: number) => {
      const changes: Change[] = [];
      for (let { after } = range, pages = 0; pages < 200; pages += 1) {
        const page = await opened.store.changes(COLLECTION, { ...range, ...(after && { after }) }, limit);
        expect(page.changes.length).toBeLessThanOrEqual(limit);
        changes.push(...page.changes);
        after = page.next;
        if (!after) return changes;
      }
      throw new Error("the pages do not end");
    };

    test("is empty at first", async () => {
      expect(await opened.store.changes(COLLECTION, {}, 1)).toEqual({ changes: [] });
      expect(await opened.store.changesAt(COLLECTION, [])).toEqual([]);
      expect(await opened.store.changesAt(COLLECTION, [{ at: instant(1), key: "a" }])).toEqual([]);
    });

    const { after: first } = added("a#b#%23", instant(0), '{"before":1}');
    const { after: tombstone } = removed(first, instant(1));
    const again: ItemVersion = { ...first, at: instant(2), version: 3, previousAt: instant(1), edgeAt: instant(2) };
    const elsewhere = (version: ItemVersion): ItemVersion => ({ ...version, scope: "image é#%\u0000", edges: [] });
    test.each<[string, Change]>([
      ["added", { kind: "added", after: first }],
      ["added again", { kind: "added", before: tombstone, after: again }],
      ["modified", modified(first, instant(1), '{"after":1}')],
      ["modified in its edges only", { kind: "modified", before: first, after: { ...again, previousAt: instant(0) } }],
      ["removed", removed(first, instant(1))],
      ["reindexed", { kind: "reindexed", before: first, after: { ...again, edges: [{ from: "x", to: "y" }] } }],
      ["in another scope", { kind: "modified", before: elsewhere(first), after: elsewhere(again) }],
    ])("gives a change as it was written: %s", async (_, change) => {
      await write(change);
      expect(await opened.store.changesAt(COLLECTION, positionsOf([change]))).toEqual([change]);
      expect(await opened.store.changes(COLLECTION, {}, 5)).toEqual({ changes: [change] });
    });

    test.each(HARD_DOCUMENTS)("keeps documents before and after to the letter: %s", async (_, document) => {
      const { after: before } = added("key", instant(0), document);
      await write(modified(before, instant(1), document), modified(before, instant(2), "{}"));
      await write(removed(before, instant(3)));
      const documents = (await walk({}, 5)).map((change) => [change.before?.document, change.after.document]);
      expect(documents).toEqual([
        [document, document],
        [document, "{}"],
        [document, document],
      ]);
    });

    test("is in order of time, then of the key's UTF-8 bytes", async () => {
      const written = [3, 1, 2].flatMap((second) =>
        ORDERED_KEYS.toReversed().map((key) => added(key, instant(second))),
      );
      await write(...written);
      const expected = [1, 2, 3].flatMap((second) => ORDERED_KEYS.map((key) => ({ at: instant(second), key })));
      for (const limit of [1, 5, 14, 42, 100]) expect(positionsOf(await walk({}, limit))).toEqual(expected);
    });

    test("gives changes of hostile keys, and loses those that are deleted", async () => {
      const written = HOSTILE_KEYS.map((key) => added(key, instant(1)));
      await write(...written);
      const keys = (changes: readonly Change[]) => new Set(changes.map(({ after }) => after.key));
      for (const limit of [1, 100]) expect(keys(await walk({}, limit))).toEqual(new Set(HOSTILE_KEYS));
      const found = await opened.store.changesAt(COLLECTION, positionsOf(written));
      expect(found).toHaveLength(HOSTILE_KEYS.length);
      expect(keys(found)).toEqual(new Set(HOSTILE_KEYS));
      await opened.store.delete(COLLECTION, { changes: positionsOf(written) }, signal);
      expect(await walk({}, 5)).toEqual([]);
    });

    test.each<[Stretch, string[]]>([
      [{}, ["1a", "1b", "2", "2a", "3a"]],
      [{ after: instant(0) }, ["1a", "1b", "2", "2a", "3a"]],
      [{ after: instant(1) }, ["2", "2a", "3a"]],
      [{ after: instant(1.5) }, ["2", "2a", "3a"]],
      [{ after: instant(3) }, []],
      [{ after: { at: instant(1), key: "a" } }, ["1b", "2", "2a", "3a"]],
      [{ after: { at: instant(1), key: "aa" } }, ["1b", "2", "2a", "3a"]],
      [{ after: { at: instant(2), key: "" } }, ["2", "2a", "3a"]],
      [{ until: instant(2) }, ["1a", "1b", "2", "2a"]],
      [{ until: instant(1.999) }, ["1a", "1b"]],
      [{ until: instant(0.5) }, []],
      [{ after: instant(1), until: instant(2) }, ["2", "2a"]],
      [{ after: { at: instant(2), key: "a" }, until: instant(2) }, []],
      [{ after: instant(2), until: instant(2) }, []],
      [{ after: instant(2), until: instant(1) }, []],
    ])("has the stretch %j", async (range, expected) => {
      const all = [
        ["1", "a"],
        ["1", "b"],
        ["2", "\u0000"],
        ["2", "a"],
        ["3", "a"],
      ] as const;
      await write(...all.map(([second, key]) => added(key, instant(Number(second)))));
      const short = ({ after: { at, key } }: Change) => `${new Date(at).getUTCSeconds()}${key.replace("\u0000", "")}`;
      for (const limit of [1, 2, 5, 100]) expect((await walk(range, limit)).map(short)).toEqual(expected);
    });

    test("reads backwards what it reads forwards, in every stretch", async () => {
      const written = [1, 2, 3].flatMap((second) => ORDERED_KEYS.map((key) => added(key, instant(second))));
      await write(...written.toReversed());
      const walkBack = async (range: Stretch, limit: number) => {
        const changes: Change[] = [];
        for (let { before } = range, pages = 0; pages < 200; pages += 1) {
          const page = await opened.store.changes(COLLECTION, { ...range, ...(before && { before }) }, limit, "desc");
          expect(page.changes.length).toBeLessThanOrEqual(limit);
          changes.push(...page.changes);
          before = page.next;
          if (!before) return positionsOf(changes.toReversed());
        }
        throw new Error("the pages do not end");
      };
      const [some = "", , other = ""] = ORDERED_KEYS;
      const stretches: Stretch[] = [
        {},
        { until: instant(2) },
        { after: instant(1) },
        { after: { at: instant(1), key: other }, until: instant(2) },
        { before: { at: instant(2), key: other } },
        { before: { at: instant(2), key: "" }, after: instant(0) },
        { after: { at: instant(1), key: some }, before: { at: instant(3), key: some } },
        { before: { at: instant(3), key: "a" }, until: instant(1) },
        { before: { at: instant(1), key: some } },
        { after: instant(3) },
      ];
      for (const range of stretches) {
        const forwards = positionsOf(await walk(range, 100));
        for (const limit of [1, 5, 100]) expect(await walkBack(range, limit), JSON.stringify(range)).toEqual(forwards);
      }
      expect(positionsOf(await walk({ before: { at: instant(2), key: "" } }, 3))).toHaveLength(ORDERED_KEYS.length);
    });

    test("of one collection is not that of another", async () => {
      const { after } = added("a", instant(1));
      await write({ kind: "added", after: { ...after, collection: `${COLLECTION}0` } });
      expect(await walk({}, 5)).toEqual([]);
      expect(await opened.store.changesAt(COLLECTION, [{ at: instant(1), key: "a" }])).toEqual([]);
    });

    test("finds each of hundreds of positions once, and passes over those where nothing is", async () => {
      const written = Array.from({ length: 333 }, (_, n) => added(`key ${1_000 + n}`, instant(n)));
      await write(...written);
      const positions = positionsOf(written);
      const none = positions.map(({ key }) => ({ key, at: instant(9_999) }));
      const found = await opened.store.changesAt(COLLECTION, [...positions, ...none, ...positions]);
      expect(found.sort((a, b) => (a.after.at < b.after.at ? -1 : 1))).toEqual(written);
    });

    test("does not change when changes are written again", async () => {
      const written = [added("a", instant(1)), added("b", instant(1))];
      await write(...written);
      await write(...written.toReversed(), ...written);
      expect(await walk({}, 5)).toEqual(written);
    });

    test("loses exactly the changes that are deleted, however often and late", async () => {
      const written = [1, 2, 3].map((second) => added("a", instant(second)));
      await write(...written, added("b", instant(2)));
      for (let n = 0; n < 2; n += 1) {
        await opened.store.delete(COLLECTION, { changes: [{ at: instant(2), key: "a" }] }, signal);
        expect(positionsOf(await walk({}, 5))).toEqual([
          { at: instant(1), key: "a" },
          { at: instant(2), key: "b" },
          { at: instant(3), key: "a" },
        ]);
      }
    });
  });
}
