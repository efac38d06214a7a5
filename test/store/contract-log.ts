import { beforeEach, describe, expect, test } from "vitest";
import type { Change } from "../../functions/model/item.ts";
import { type LogRange, type Store, type SyncRecord, syncKey } from "../../functions/store/port.ts";
import { HARD_DOCUMENTS } from "./contract-inventory.ts";
import { COLLECTION, change, instant, ORDERED_KEYS, syncRecord, version } from "./records.ts";

const { signal } = new AbortController();

export function logContract(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });

  describe("the log", () => {
    const write = (...changes: Change[]) => store.writeChanges(changes, signal);
    const places = (changes: readonly Change[]) => changes.map(({ at, key }) => ({ at, key }));
    const walk = async (range: LogRange, limit: number) => {
      const changes: Change[] = [];
      let { after } = range;
      for (let pages = 0; pages < 100; pages += 1) {
        const page = await store.changePage(COLLECTION, { ...range, ...(after && { after }) }, limit);
        expect(page.changes.length).toBeLessThanOrEqual(limit);
        changes.push(...page.changes);
        const last = page.changes.at(-1);
        if (page.end || !last) return changes;
        after = { at: last.at, key: last.key };
      }
      throw new Error("the pages do not end");
    };

    const before = version({ version: 3, document: '{"before":1}', edge: { from: "a", to: "b" } });
    const tombstone = version({ state: "removed", removedAt: instant(0), cause: "parent removed" });
    test.each<[string, Partial<Change>]>([
      ["added", {}],
      ["added again", { before: tombstone, previousAt: instant(0), version: 4 }],
      ["modified", { kind: "modified", before, previousAt: instant(0), document: '{"after":1}' }],
      ["removed", { kind: "removed", before, previousAt: instant(0), document: before.document, cause: "not listed" }],
      ["of another scope", { scope: "image é#%", sync: `${instant(0)}#image é#%` }],
    ])("a change comes back as it was written: %s", async (_, set) => {
      const written = change(instant(1), "a#b#%23", set);
      await write(written);
      expect(await store.changes(COLLECTION, [written])).toEqual([written]);
      expect(await store.changePage(COLLECTION, {}, 5)).toEqual({ changes: [written], end: true });
    });
    test.each(HARD_DOCUMENTS)("documents before and after come back to the letter: %s", async (_, document) => {
      await write(change(instant(1), "key", { kind: "modified", document, before: version({ document }) }));
      const [stored] = await store.changes(COLLECTION, [{ at: instant(1), key: "key" }]);
      expect(stored?.document).toBe(document);
      expect(stored?.before?.document).toBe(document);
    });

    test("is ordered by time, then by the key's UTF-8 bytes", async () => {
      const written = [3, 1, 2].flatMap((second) =>
        ORDERED_KEYS.toReversed().map((key) => change(instant(second), key)),
      );
      await write(...written);
      const expected = [1, 2, 3].flatMap((second) => ORDERED_KEYS.map((key) => ({ at: instant(second), key })));
      for (const limit of [1, 5, 14, 100]) expect(places(await walk({}, limit))).toEqual(expected);
    });
    test.each<[LogRange, string[]]>([
      [{}, ["1a", "1b", "2", "2a", "3a"]],
      [{ after: instant(0) }, ["1a", "1b", "2", "2a", "3a"]],
      [{ after: instant(1) }, ["2", "2a", "3a"]],
      [{ after: instant(1.5) }, ["2", "2a", "3a"]],
      [{ after: instant(3) }, []],
      [{ after: { at: instant(1), key: "a" } }, ["1b", "2", "2a", "3a"]],
      [{ after: { at: instant(1), key: "aa" } }, ["1b", "2", "2a", "3a"]],
      [{ after: { at: instant(2), key: "" } }, ["2a", "3a"]],
      [{ until: instant(2) }, ["1a", "1b", "2", "2a"]],
      [{ until: instant(1.999) }, ["1a", "1b"]],
      [{ until: instant(0.5) }, []],
      [{ after: instant(1), until: instant(2) }, ["2", "2a"]],
      [{ after: { at: instant(2), key: "a" }, until: instant(2) }, []],
      [{ after: instant(2), until: instant(2) }, []],
      [{ after: instant(2), until: instant(1) }, []],
    ])("the stretch %j", async (range, expected) => {
      const all = [
        ["1", "a"],
        ["1", "b"],
        ["2", ""],
        ["2", "a"],
        ["3", "a"],
      ] as const;
      await write(...all.map(([second, key]) => change(instant(Number(second)), key)));
      for (const limit of [1, 2, 100]) {
        const found = await walk(range, limit);
        const names = found.map(({ at, key }) => `${new Date(at).getUTCSeconds()}${key}`);
        expect(names).toEqual(expected);
      }
    });
    test("nothing written, read or deleted", async () => {
      await write();
      await store.deleteChanges(COLLECTION, [], signal);
      await store.deleteChanges(COLLECTION, [{ at: instant(1), key: "never there" }], signal);
      expect(await store.changes(COLLECTION, [])).toEqual([]);
      expect(await store.changes(COLLECTION, [{ at: instant(1), key: "never there" }])).toEqual([]);
      expect(await store.changePage(COLLECTION, {}, 5)).toEqual({ changes: [], end: true });
    });
    test("hundreds at once, asked for twice, deleted twice", async () => {
      const all = Array.from({ length: 260 }, (_, n) => change(instant(n % 3), `key ${String(n).padStart(3, "0")}`));
      await write(...all);
      expect(await store.changes(COLLECTION, [...all, ...all])).toHaveLength(260);
      const gone = all.slice(1);
      await store.deleteChanges(COLLECTION, [...gone, ...gone], signal);
      expect(places(await walk({}, 100))).toEqual(places(all.slice(0, 1)));
    });
    test("pages of more than a megabyte come whole", async () => {
      const document = JSON.stringify("x".repeat(190_000));
      const all = Array.from({ length: 10 }, (_, n) =>
        change(instant(1), `key ${n}`, { kind: "modified", document, before: version({ document }) }),
      );
      await write(...all);
      expect(places(await walk({}, 100))).toEqual(places(all));
      expect(await store.changes(COLLECTION, all)).toHaveLength(10);
    });
    test("an aborted write rejects with the signal's reason", async () => {
      const reason = new Error("stopped");
      const place = change(instant(1), "a");
      await expect(store.writeChanges([place], AbortSignal.abort(reason))).rejects.toThrow(reason);
      await expect(store.deleteChanges(COLLECTION, [place], AbortSignal.abort(reason))).rejects.toThrow(reason);
      expect(await walk({}, 5)).toEqual([]);
    });
  });

  describe("the records of syncs", () => {
    const record = (...records: SyncRecord[]) => Promise.all(records.map((one) => store.recordSync(one)));

    test.each<[string, Partial<SyncRecord>]>([
      ["complete", { at: instant(2) }],
      [
        "held",
        { outcome: "held", at: instant(2), refused: 2, refusals: ["an item without an identity was listed: { a }"] },
      ],
      ["failed", { outcome: "failed", error: { code: "throttled", message: "later" } }],
      ["with nothing counted", { pages: 0, listed: 0, added: 0, retries: 0, durationMs: 0 }],
    ])("a record comes back as it was written: %s", async (_, set) => {
      await record(syncRecord(instant(1), set));
      expect(await store.syncPage(COLLECTION, {}, 5)).toEqual({ syncs: [syncRecord(instant(1), set)], end: true });
    });
    test("none", async () => {
      expect(await store.syncPage(COLLECTION, {}, 5)).toEqual({ syncs: [], end: true });
      expect(await store.syncPage(COLLECTION, { since: instant(2), before: `${instant(1)}#all` }, 5)).toEqual({
        syncs: [],
        end: true,
      });
    });
    test("come newest first, page by page, since an instant and before a record", async () => {
      const all = [1, 2, 3].flatMap((second) => ["a", "b"].map((scope) => syncRecord(instant(second), { scope })));
      await record(...all);
      const newestFirst = all.toReversed().map(syncKey);
      const walk = async (range: { since?: string; before?: string }, limit: number) => {
        const keys: string[] = [];
        for (let { before } = range; ; before = keys.at(-1)) {
          const page = await store.syncPage(COLLECTION, { ...range, ...(before !== undefined && { before }) }, limit);
          expect(page.syncs.length).toBeLessThanOrEqual(limit);
          keys.push(...page.syncs.map(syncKey));
          if (page.end || page.syncs.length === 0) return keys;
        }
      };
      for (const limit of [1, 2, 3, 100]) {
        expect(await walk({}, limit)).toEqual(newestFirst);
        expect(await walk({ since: instant(2) }, limit)).toEqual(newestFirst.slice(0, 4));
        expect(await walk({ since: instant(2.5) }, limit)).toEqual(newestFirst.slice(0, 2));
        expect(await walk({ before: `${instant(3)}#a` }, limit)).toEqual(newestFirst.slice(2));
        expect(await walk({ before: `${instant(2)}#aa` }, limit)).toEqual(newestFirst.slice(3));
        expect(await walk({ since: instant(2), before: `${instant(3)}#a` }, limit)).toEqual(newestFirst.slice(2, 4));
      }
    });
    test("one sync is recorded once", async () => {
      await record(syncRecord(instant(1)), syncRecord(instant(1)));
      expect((await store.syncPage(COLLECTION, {}, 5)).syncs).toHaveLength(1);
    });
  });
}
