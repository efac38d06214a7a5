import { beforeEach, describe, expect, test } from "vitest";
import { HistoryExpiredError } from "../../functions/inventory/errors.ts";
import { readItem, readItems, readItemsOf } from "../../functions/inventory/items.ts";
import { openRead, readAt } from "../../functions/inventory/read-timestamp.ts";
import { ENTIRE_COLLECTION } from "../../functions/model/collection.ts";
import { EPOCH } from "../../functions/model/instant.ts";
import { initialState } from "../../functions/model/scope-state.ts";
import type { Store } from "../../functions/store/port.ts";
import { COLLECTION, createHistory, instant, RETENTION_DAYS, type TestHistory } from "./history.ts";

const { signal } = new AbortController();
const HOUR = 3_600;
const DAMAGED = { name: "SyncError", code: "damaged" };

let history: TestHistory;
let store: Store;

/** a changes every time, b stays, c is removed and comes back, d comes late. */
beforeEach(async () => {
  history = createHistory();
  store = history.store;
  await history.commit(1, { a: 1, b: 1, c: 1 });
  await history.commit(2, { a: 2, c: "removed" });
  await history.commit(3, { a: 3, c: 2, d: 1 });
});

const read = async (at?: string, { limit = 2, through = store }: { limit?: number; through?: Store } = {}) => {
  const snapshot = await openRead(through, at, RETENTION_DAYS);
  const found: Record<string, unknown> = {};
  for (let after: string | undefined; ; ) {
    const page = await readItems(snapshot, COLLECTION, {}, { limit, ...(after !== undefined && { after }) });
    expect(page.read).toBeLessThanOrEqual(limit);
    for (const { key, state, document } of page.rows) found[key] = state === "present" ? Number(document) : state;
    after = page.next;
    if (after === undefined) return found;
  }
};

describe("reading at an instant", () => {
  test.each([1, 2, 100])(
    "shows what the last sync by then had listed, and tombstones, in pages of %i",
    async (limit) => {
      const options = { limit };
      expect(await read(EPOCH, options)).toEqual({});
      expect(await read("2026-03-01T00:00:00.999Z", options)).toEqual({});
      expect(await read(instant(1), options)).toEqual({ a: 1, b: 1, c: 1 });
      expect(await read("2026-03-01T00:00:01.999Z", options)).toEqual({ a: 1, b: 1, c: 1 });
      expect(await read(instant(2), options)).toEqual({ a: 2, b: 1, c: "removed" });
      expect(await read(instant(3), options)).toEqual({ a: 3, b: 1, c: 2, d: 1 });
      expect(await read(instant(99), options)).toEqual({ a: 3, b: 1, c: 2, d: 1 });
      expect(await read(undefined, options)).toEqual({ a: 3, b: 1, c: 2, d: 1 });
    },
  );

  test("shows the same when superseded versions are still stored, have gone, or have come back late", async () => {
    const all = [instant(1), instant(2), instant(3)];
    const wanted = await Promise.all(all.map((at) => read(at)));
    const superseded = [instant(1), instant(2)].flatMap((at) => ["a", "c"].map((key) => ({ key, at })));
    await store.delete(COLLECTION, { versions: superseded }, signal);
    expect(await Promise.all(all.map((at) => read(at)))).toEqual(wanted);
    const changes = await store.changesAt(
      COLLECTION,
      superseded.filter(({ at }) => at === instant(2)),
    );
    await store.write(changes, signal);
    expect(await Promise.all(all.map((at) => read(at)))).toEqual(wanted);
  });

  test("shows one item whole, and several in the order asked for", async () => {
    const snapshot = await openRead(store, instant(2));
    expect(await readItem(snapshot, { collection: COLLECTION, key: "a" })).toMatchObject({
      ...{ key: "a", scope: "all", version: 2, firstSeenAt: instant(1), at: instant(2), document: "2" },
    });
    expect(await readItem(snapshot, { collection: COLLECTION, key: "c" })).toMatchObject({
      ...{ state: "removed", at: instant(2), cause: "not listed", document: "1" },
    });
    for (const key of ["d", "never"]) {
      expect(await readItem(snapshot, { collection: COLLECTION, key })).toBeUndefined();
    }
    const several = await readItemsOf(snapshot, COLLECTION, ["c", "d", "never", "a"]);
    expect(several.map(({ key }) => key)).toEqual(["c", "a"]);
    expect(await readItemsOf(snapshot, COLLECTION, [])).toEqual([]);
  });

  test("follows all chains of a page at once", async () => {
    const reads: number[] = [];
    const through: Store = {
      ...store,
      changesAt(collection, positions) {
        reads.push(positions.length);
        return store.changesAt(collection, positions);
      },
    };
    await read(instant(3), { through, limit: 100 });
    expect(reads).toEqual([]);
    await read(instant(1), { through, limit: 100 });
    expect(reads).toEqual([3, 2]);
  });
});

describe("the read timestamp", () => {
  test("is EPOCH before anything was written", async () => {
    expect((await openRead(createHistory().store)).at).toBe(EPOCH);
  });

  test("is the newest commit, or an earlier instant that was asked for", async () => {
    expect((await openRead(store)).at).toBe(instant(3));
    expect((await openRead(store, instant(9))).at).toBe(instant(3));
    expect((await openRead(store, instant(2))).at).toBe(instant(2));
    const snapshot = await openRead(store);
    expect([readAt(snapshot, undefined), readAt(snapshot, instant(2)), readAt(snapshot, instant(9))]).toMatchObject([
      { at: instant(3) },
      { at: instant(2) },
      { at: instant(3) },
    ]);
  });

  test("stays just below a sync that writes, until it is committed", async () => {
    const sync = await history.write(5, { a: 5, b: "removed", e: 1 });
    await history.store.begin({ collection: "other/123456789012/eu-west-1", scope: "all", lease: 1 });
    expect((await openRead(store)).at).toBe("2026-03-01T00:00:04.999Z");
    expect(await read()).toEqual({ a: 3, b: 1, c: 2, d: 1 });
    expect(await read(instant(99))).toEqual({ a: 3, b: 1, c: 2, d: 1 });
    await sync.commit();
    expect((await openRead(store)).at).toBe(instant(5));
    expect(await read()).toEqual({ a: 5, b: "removed", c: 2, d: 1, e: 1 });
  });
});

describe("what was discarded", () => {
  const wanted = { a: 3, b: 1, c: 2, d: 1 };

  test("is never shown, at any instant, before and after later commits", async () => {
    const sync = await history.write(5, { a: 5, b: "removed", e: 1 });
    await sync.discard();
    for (const at of [undefined, instant(5), instant(99)]) expect(await read(at)).toEqual(wanted);
    await history.commit(6, { b: 6 });
    expect(await read(instant(5))).toEqual(wanted);
    expect(await read(instant(6))).toEqual({ ...wanted, b: 6 });
  });

  test.each([
    ["", true],
    [", and its rows come back late", false],
  ])("is not shown when it is discarded and deleted while it is read%s", async (_, versionsGo) => {
    for (const step of ["readTimestamp", "items", "discards", "changesAt"] as const) {
      const sync = await history.write(10, { a: 5, b: "removed", e: 1 });
      const { changes } = sync;
      const positions = changes.map(({ after: { key, at } }) => ({ key, at }));
      let isDone = false;
      const undo = async () => {
        if (isDone) return;
        isDone = true;
        await sync.discard();
        await store.delete(COLLECTION, { ...(versionsGo && { versions: positions }), changes: positions }, signal);
      };
      for (const before of [true, false]) {
        const through = new Proxy(store, {
          get(target, name) {
            const member: unknown = Reflect.get(target, name);
            if (typeof member !== "function" || name !== step) return member;
            return async (...parameters: unknown[]) => {
              if (before) await undo();
              const result: unknown = await Reflect.apply(member, target, parameters);
              await undo();
              return result;
            };
          },
        });
        expect(await read(undefined, { through }), step).toEqual(wanted);
        expect(await read(instant(2), { through }), step).toEqual({ a: 2, b: 1, c: "removed" });
      }
    }
  });
});

describe("a chain without its log record", () => {
  const withoutRecord = () => store.delete(COLLECTION, { changes: [{ at: instant(3), key: "a" }] }, signal);

  test("is damage: the error names the item and the remedy, and what needs no chain is still read", async () => {
    await withoutRecord();
    await expect(read(instant(2))).rejects.toMatchObject({
      ...DAMAGED,
      message: expect.stringMatching(/item a in test\.things.*`stocktake verify --repair`/),
    });
    expect(await read(instant(3))).toMatchObject({ a: 3 });
    const snapshot = await openRead(store, instant(2));
    expect(await readItem(snapshot, { collection: COLLECTION, key: "b" })).toMatchObject({ document: "1" });
  });

  test("that a repair could not restore says from when on there is history", async () => {
    await withoutRecord();
    const state = { ...initialState(COLLECTION, ENTIRE_COLLECTION), revision: 1, logLostUntil: instant(3) };
    expect(await store.putScopeState(state)).toBe(true);
    await expect(read(instant(2))).rejects.toThrow(HistoryExpiredError);
    await expect(read(instant(2))).rejects.toMatchObject({ since: instant(3) });
    expect(await read(instant(3))).toMatchObject({ a: 3 });
  });

  test("has expired once the instant is outside the retention period", async () => {
    await withoutRecord();
    history.setTime(RETENTION_DAYS * 24 * HOUR);
    await expect(read(instant(2))).rejects.toMatchObject(DAMAGED);
    history.setTime(RETENTION_DAYS * 24 * HOUR + 3);
    await expect(read(instant(2))).rejects.toThrow(HistoryExpiredError);
    const forever = await openRead(store, instant(2));
    await expect(readItem(forever, { collection: COLLECTION, key: "a" })).rejects.toMatchObject(DAMAGED);
  });
});
