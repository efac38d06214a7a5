import { beforeEach, describe, expect, test } from "vitest";
import { readChanges } from "../../functions/inventory/changes.ts";
import { readHistory } from "../../functions/inventory/history.ts";
import { readItem } from "../../functions/inventory/items.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import type { Instant } from "../../functions/model/instant.ts";
import type { LogPosition } from "../../functions/model/item.ts";
import { COLLECTION, createHistory, instant, type TestHistory } from "./history.ts";

const { signal } = new AbortController();

let history: TestHistory;

beforeEach(async () => {
  history = createHistory();
  await history.commit(1, { a: 1, b: 1 });
  await history.commit(2, { a: 2, b: "removed" });
  await history.commit(3, { b: 2, c: 1 });
});

const walk = async (at: Instant | undefined, limit: number, since?: Instant) => {
  const snapshot = await openRead(history.store, at);
  const found: string[] = [];
  for (let after: Instant | LogPosition | undefined = since; ; ) {
    const page = await readChanges(snapshot, COLLECTION, { limit, ...(after !== undefined && { after }) });
    expect(page.read).toBeLessThanOrEqual(limit);
    found.push(...page.rows.map(({ kind, after }) => `${kind} ${after.key}`));
    after = page.next;
    if (after === undefined) return found;
  }
};

const ALL = ["added a", "added b", "modified a", "removed b", "added b", "added c"];

describe("the log", () => {
  test.each([1, 2, 3, 100])("is read in pages of %i, from after an instant up to the read timestamp", async (limit) => {
    expect(await walk(undefined, limit)).toEqual(ALL);
    expect(await walk(instant(2), limit)).toEqual(ALL.slice(0, 4));
    expect(await walk(undefined, limit, instant(1))).toEqual(ALL.slice(2));
    expect(await walk(instant(2), limit, instant(1))).toEqual(ALL.slice(2, 4));
    expect(await walk(undefined, limit, instant(3))).toEqual([]);
  });

  test("has nothing of a sync that writes or was discarded, and everything of one that was committed", async () => {
    const sync = await history.write(4, { a: 4 });
    expect(await walk(undefined, 2)).toEqual(ALL);
    await sync.discard();
    expect(await walk(undefined, 2)).toEqual(ALL);
    await history.commit(5, { a: 5 });
    expect(await walk(undefined, 2)).toEqual([...ALL, "modified a"]);
  });

  test("leaves out what was only reindexed", async () => {
    await history.commit(4, { a: { edges: [{ from: "a", to: "b" }], reindexed: true } });
    await history.commit(5, { a: 5 });
    expect(await walk(undefined, 1)).toEqual([...ALL, "modified a"]);
  });
});

describe("an item's history", () => {
  const versions = async (key: string, { at, limit = 2 }: { at?: Instant; limit?: number } = {}) => {
    const snapshot = await openRead(history.store, at);
    const found: string[] = [];
    for (let before: Instant | undefined; ; ) {
      const item = { collection: COLLECTION, key };
      const page = await readHistory(snapshot, item, { limit, ...(before !== undefined && { before }) });
      if (!page) return undefined;
      expect(page.entries.length).toBeLessThanOrEqual(limit);
      for (const { version, content, change, until = "now" } of page.entries) {
        const kind = change?.kind ?? "unknown";
        const interval = `${version.at.slice(17, 19)}-${until.slice(17, 19)}`;
        found.push(`${version.version} ${kind} ${content.document} ${interval}`);
      }
      before = page.next;
      if (before === undefined) return found;
    }
  };

  test.each([1, 2, 100])("goes from the newest version to the first, in pages of %i", async (limit) => {
    expect(await versions("b", { limit })).toEqual(["3 added 2 03-", "2 removed 1 02-03", "1 added 1 01-02"]);
    expect(await versions("b", { limit, at: instant(2) })).toEqual(["2 removed 1 02-", "1 added 1 01-02"]);
    expect(await versions("a", { limit })).toEqual(["2 modified 2 02-", "1 added 1 01-02"]);
    expect(await versions("c", { limit, at: instant(2) })).toBeUndefined();
    expect(await versions("never", { limit })).toBeUndefined();
  });

  test("has nothing of a sync that writes or was discarded", async () => {
    const sync = await history.write(4, { a: 4, c: 4 });
    expect(await versions("a")).toEqual(["2 modified 2 02-", "1 added 1 01-02"]);
    await sync.discard();
    expect(await versions("a")).toEqual(["2 modified 2 02-", "1 added 1 01-02"]);
  });

  test.each([1, 2, 100])("shows a reindexed version as the version before it, in pages of %i", async (limit) => {
    const edges = [{ from: "a", to: "b" }];
    await history.commit(4, { a: { edges, reindexed: true }, c: { edges, reindexed: true } });
    await history.commit(5, { c: { edges: [], value: 7, reindexed: true } });
    expect(await versions("a", { limit })).toEqual(["2 modified 2 02-", "1 added 1 01-02"]);
    expect(await versions("c", { limit })).toEqual(["1 added 7 03-"]);
    await history.commit(6, { a: 6 });
    expect(await versions("a", { limit })).toEqual(["4 modified 6 06-", "2 modified 2 02-06", "1 added 1 01-02"]);
    const snapshot = await openRead(history.store, instant(5));
    const page = await readHistory(snapshot, { collection: COLLECTION, key: "a" }, { limit: 1 });
    expect(page?.entries[0]?.content.edges).toEqual(edges);
    expect(await readItem(snapshot, { collection: COLLECTION, key: "a" })).toMatchObject({ at: instant(4), edges });
  });

  test("ends where the log no longer has the change", async () => {
    await history.store.delete(COLLECTION, { changes: [{ at: instant(1), key: "b" }] }, signal);
    expect(await versions("b")).toEqual(["3 added 2 03-", "2 removed 1 02-03", "1 unknown 1 01-02"]);
    await history.store.delete(COLLECTION, { changes: [{ at: instant(2), key: "b" }] }, signal);
    expect(await versions("b")).toEqual(["3 added 2 03-", "2 unknown 1 02-03"]);
    await history.store.delete(COLLECTION, { changes: [{ at: instant(3), key: "b" }] }, signal);
    expect(await versions("b")).toEqual(["3 unknown 2 03-"]);
  });
});
