import { beforeEach, describe, expect, test } from "vitest";
import { ENTIRE_COLLECTION } from "../../functions/model/collection.ts";
import { SyncError } from "../../functions/model/errors.ts";
import type { ItemVersion } from "../../functions/model/item.ts";
import { initialState, type ScopeState } from "../../functions/model/scope-state.ts";
import type { Store } from "../../functions/store/port.ts";
import type { PendingChange } from "../../functions/sync/diff.ts";
import { isRejected, parseItem } from "../../functions/sync/parse-item.ts";
import { abort, beginTransaction, commit } from "../../functions/sync/transaction.ts";
import {
  COLLECTION,
  connected,
  createTestClock,
  createTestHost,
  createTestStore,
  listing,
  log,
  page,
  present,
  replaced,
  runSync,
  SOURCE,
  stateOf,
  type TestClock,
  type Thing,
  thing,
  traced,
} from "./engine.ts";

const lost = new SyncError("unavailable", "the answer was lost");
const superseded = expect.objectContaining({ name: "SyncError", code: "superseded" });

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const JOB = {
  ...{ source: SOURCE, collection: COLLECTION, scope: ENTIRE_COLLECTION, kind: "full" as const },
  connection: connected({}),
};
const itemOf = (document: Thing) => {
  const item = parseItem(SOURCE, document);
  if (isRejected(item)) throw new Error(item.reason);
  return item;
};
const added = (document: Thing): PendingChange => ({
  ...{ kind: "added", key: document.Id ?? "", listed: itemOf(document), mayExist: true },
});
const modified = (document: Thing): PendingChange => ({
  ...{ kind: "modified", key: document.Id ?? "", listed: itemOf(document), mayExist: true },
});
const removed = (key: string): PendingChange => ({ kind: "removed", key, cause: "not listed" });
const seenState = async () =>
  (await store.scopeState(COLLECTION, "all")) ?? initialState(COLLECTION, ENTIRE_COLLECTION);
const begin = async (through: Store = store, seen?: ScopeState) => {
  const host = createTestHost(through, clock);
  return { host, transaction: await beginTransaction(host, JOB, seen ?? (await seenState())) };
};
const head = async (key: string): Promise<ItemVersion | undefined> =>
  (await store.itemsOf(COLLECTION, [key]))[0]?.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0];
const unchanged = (state: ScopeState) => state;

describe("beginning a transaction", () => {
  test("acquires, ticks the clock with a mark, and only then registers the instant", async () => {
    const { store: watched, calls } = traced(store);
    const { transaction } = await begin(watched);
    expect(calls).toEqual(["discards", "putScopeState", "collectionRecord", "begin", "putScopeState"]);
    expect(await stateOf(store)).toMatchObject({ writing: transaction.at, holder: expect.any(String) });
    await transaction.lease.stop();
  });
  test("keeps readers just below its instant", async () => {
    await runSync(store, clock, [thing("a")]);
    const before = await store.readTimestamp();
    const { transaction } = await begin();
    expect(transaction.at > before).toBe(true);
    const held = await store.readTimestamp();
    expect(held >= before && held < transaction.at).toBe(true);
    expect(await store.marks()).toEqual([{ collection: COLLECTION, scope: "all", lease: 2 }]);
    await transaction.lease.stop();
  });
  test("writes nothing under an instant that is not registered: it gives the scope up again", async () => {
    let puts = 0;
    const failing = replaced(store, {
      async putScopeState(state) {
        puts += 1;
        if (puts === 2) throw lost;
        return store.putScopeState(state);
      },
    });
    await expect(begin(failing)).rejects.toBe(lost);
    expect(await stateOf(store)).not.toHaveProperty("holder");
    expect(await stateOf(store)).not.toHaveProperty("writing");
    expect(await store.marks()).toEqual([]);
  });
  test("gives the scope up where the clock cannot be ticked", async () => {
    const failing = replaced(store, { begin: () => Promise.reject(lost) });
    await expect(begin(failing)).rejects.toBe(lost);
    expect(await stateOf(store)).toMatchObject({ lease: 1 });
    expect(await stateOf(store)).not.toHaveProperty("holder");
  });
  test("leaves an instant whose registration was stored and unheard to be discarded", async () => {
    let puts = 0;
    const unheard = replaced(store, {
      async putScopeState(state) {
        puts += 1;
        const stored = await store.putScopeState(state);
        if (puts === 2) throw lost;
        return stored;
      },
    });
    await expect(begin(unheard)).rejects.toBe(lost);
    await runSync(store, clock, [thing("a")]);
    expect(await present(store)).toEqual({ a: 1 });
    expect(await store.marks()).toEqual([]);
    expect((await store.discards(COLLECTION)).size).toBe(1);
  });
});

describe("a transaction", () => {
  test("is invisible until it is committed, and then visible whole", async () => {
    await runSync(store, clock, [thing("a", 1), thing("b", 1)]);
    const { host, transaction } = await begin();
    await transaction.apply([modified(thing("a", 2)), removed("b"), added(thing("c", 1))]);
    expect(await present(store)).toEqual({ a: 1, b: 1 });
    expect(await log(store)).toEqual(["added a 1", "added b 1"]);
    await commit(host, transaction, unchanged);
    expect(await present(store)).toEqual({ a: 2, c: 1 });
    expect((await log(store)).slice(2)).toEqual(["modified a 2", "removed b 2", "added c 1"]);
  });
  test("chains every version to the one before", async () => {
    await runSync(store, clock, [thing("a", 1)]);
    const first = await head("a");
    const { host, transaction } = await begin();
    await transaction.apply([modified(thing("a", 2))]);
    await commit(host, transaction, unchanged);
    expect(await head("a")).toMatchObject({
      ...{ at: transaction.at, previousAt: first?.at, firstSeenAt: first?.at, version: 2, scope: "all" },
    });
  });
  test("commits in one write, after which it deletes its mark and what it superseded", async () => {
    await runSync(store, clock, [thing("a", 1)]);
    const { store: watched, calls } = traced(store);
    const { host, transaction } = await begin(watched);
    await transaction.apply([modified(thing("a", 2))]);
    calls.length = 0;
    const committed = await commit(host, transaction, (state) => ({ ...state, count: 7 }));
    expect(calls).toEqual(["putScopeState", "deleteMarks", "delete"]);
    expect(committed).toEqual(await stateOf(store));
    expect(committed).toMatchObject({ count: 7, committedAt: transaction.at, discarding: [] });
    for (const gone of ["holder", "expires", "writing"]) expect(committed).not.toHaveProperty(gone);
    expect((await store.itemsOf(COLLECTION, ["a"]))[0]).toHaveLength(1);
    expect(await store.readTimestamp()).toBe(transaction.at);
  });
  test("stays committed where cleaning up fails", async () => {
    await runSync(store, clock, [thing("a", 1)]);
    const failing = replaced(store, { delete: () => Promise.reject(lost) });
    const { host, transaction } = await begin(failing);
    await transaction.apply([modified(thing("a", 2))]);
    await commit(host, transaction, unchanged);
    expect(await present(store)).toEqual({ a: 2 });
    expect((await store.itemsOf(COLLECTION, ["a"]))[0]).toHaveLength(2);
  });
  test("deletes what an earlier, discarded instant left", async () => {
    await runSync(store, clock, [thing("a", 1)]);
    const dead = await begin();
    await dead.transaction.apply([modified(thing("a", 9)), added(thing("x"))]);
    await dead.transaction.lease.stop();
    clock.jump(31_000);
    const { host, transaction } = await begin();
    await transaction.apply([modified(thing("a", 2))]);
    await commit(host, transaction, unchanged);
    expect(await store.itemsOf(COLLECTION, ["x"])).toEqual([]);
    expect((await store.itemsOf(COLLECTION, ["a"]))[0]).toHaveLength(1);
    const { changes } = await store.changes(COLLECTION, {}, 10);
    expect(changes.map(({ after }) => after.at)).not.toContain(dead.transaction.at);
    expect([...(await store.discards(COLLECTION))]).toEqual([dead.transaction.at]);
  });
  test("refuses to end a version that is not stored", async () => {
    await runSync(store, clock, [thing("a", 1)]);
    const { transaction } = await begin();
    for (const change of [removed("gone"), modified(thing("gone", 2))]) {
      await expect(transaction.apply([change])).rejects.toMatchObject({ code: "damaged" });
    }
    await transaction.lease.stop();
  });
  test("takes nothing for damage that a writer did which has taken over", async () => {
    await runSync(store, clock, [thing("a", 1)]);
    const slow = await begin();
    clock.jump(31_000);
    const { host, transaction } = await begin();
    await transaction.apply([removed("a")]);
    await commit(host, transaction, unchanged);
    await expect(slow.transaction.apply([modified(thing("a", 2))])).rejects.toEqual(superseded);
    await slow.transaction.lease.stop();
  });
  test("stops writing once its lease is known to be lost", async () => {
    const { transaction } = await begin();
    clock.jump(31_000);
    const next = await begin();
    await clock.advance(1);
    await expect(transaction.apply([added(thing("a"))])).rejects.toEqual(superseded);
    await Promise.all([transaction.lease.stop(), next.transaction.lease.stop()]);
  });
});

describe("giving a transaction up", () => {
  test("discards its instant where readers find it, and only then deletes its mark", async () => {
    await runSync(store, clock, [thing("a", 1)]);
    const { store: watched, calls } = traced(store);
    const { host, transaction } = await begin(watched);
    await transaction.apply([modified(thing("a", 2)), added(thing("b"))]);
    calls.length = 0;
    expect(await abort(host, transaction, (state) => ({ ...state, outcome: "failed" }))).toBeUndefined();
    expect(calls.slice(0, 3)).toEqual(["putScopeState", "addDiscards", "deleteMarks"]);
    expect(await stateOf(store)).toMatchObject({ outcome: "failed", count: 1, discarding: [transaction.at] });
    for (const gone of ["holder", "expires", "writing"]) expect(await stateOf(store)).not.toHaveProperty(gone);
    expect([...(await store.discards(COLLECTION))]).toEqual([transaction.at]);
    expect(await present(store)).toEqual({ a: 1 });
    expect(await log(store)).toEqual(["added a 1"]);
  });
  test("leaves nothing of what it wrote", async () => {
    await runSync(store, clock, [thing("a", 1)]);
    const { host, transaction } = await begin();
    await transaction.apply([modified(thing("a", 2)), added(thing("b"))]);
    await abort(host, transaction, unchanged);
    const { items } = await store.items(COLLECTION, {}, { limit: 10 });
    expect(items.map((versions) => versions.length)).toEqual([1]);
    expect((await store.changes(COLLECTION, {}, 10)).changes).toHaveLength(1);
  });
  test("deletes the edges that only it introduced, and no others", async () => {
    const source = { ...SOURCE, edges: (document: unknown) => [{ from: "x", to: `${(document as Thing).Value}` }] };
    const candidates = async (node: string) => {
      const found: string[] = [];
      for await (const edges of store.edgeCandidates("to", node)) found.push(...edges.map(({ key }) => key));
      return found;
    };
    await runSync(store, clock, [thing("a", "kept"), thing("b", "kept")], { source });
    const failure = new Error("no");
    const limits = { bufferedCharacters: 0, batchChanges: 1, scopeItems: 50_000 };
    const changed = [{ ...thing("a", "kept"), More: 1 }, thing("b", "new"), thing("c", "new")];
    await runSync(store, clock, listing([page(...changed)], failure), { source, limits });
    expect(await candidates("new")).toEqual([]);
    expect((await candidates("kept")).sort()).toEqual(["a", "b"]);
    expect(await present(store)).toEqual({ a: "kept", b: "kept" });
  });
  test("answers the state where the commit had been stored and only its answer was lost", async () => {
    let losing = false;
    const unheard = replaced(store, {
      async putScopeState(state) {
        const stored = await store.putScopeState(state);
        if (losing) throw lost;
        return stored;
      },
    });
    const { host, transaction } = await begin(unheard);
    await transaction.apply([added(thing("a"))]);
    losing = true;
    await expect(commit(host, transaction, unchanged)).rejects.toBe(lost);
    losing = false;
    expect(await abort(host, transaction, unchanged)).toMatchObject({ committedAt: transaction.at });
    expect(await present(store)).toEqual({ a: 1 });
    expect(await store.marks()).toEqual([]);
    expect((await store.discards(COLLECTION)).size).toBe(0);
  });
  test("makes a commit that arrives late impossible", async () => {
    let late: (() => Promise<boolean>) | undefined;
    let losing = false;
    const slow = replaced(store, {
      async putScopeState(state) {
        if (!losing) return store.putScopeState(state);
        late = () => store.putScopeState(state);
        throw lost;
      },
    });
    const { host, transaction } = await begin(slow);
    await transaction.apply([added(thing("a"))]);
    losing = true;
    await expect(commit(host, transaction, unchanged)).rejects.toBe(lost);
    losing = false;
    await abort(host, transaction, unchanged);
    expect(await late?.()).toBe(false);
    expect(await present(store)).toEqual({});
    expect(await stateOf(store)).not.toHaveProperty("committedAt");
  });
  test("fails where another took over, who has discarded the instant", async () => {
    const { host, transaction } = await begin();
    await transaction.apply([added(thing("a"))]);
    clock.jump(31_000);
    await runSync(store, clock, [thing("b")]);
    await expect(commit(host, transaction, unchanged)).rejects.toEqual(superseded);
    await expect(abort(host, transaction, unchanged)).rejects.toEqual(superseded);
    expect([...(await store.discards(COLLECTION))]).toEqual([transaction.at]);
    expect(await present(store)).toEqual({ b: 1 });
    expect(await log(store)).toEqual(["added b 1"]);
  });
});
