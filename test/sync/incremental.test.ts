import { beforeEach, describe, expect, test } from "vitest";
import type { Scope } from "../../functions/model/collection.ts";
import { instantOf } from "../../functions/model/instant.ts";
import type { Connection } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import {
  COLLECTION,
  CREATION_SOURCE,
  createTestClock,
  createTestStore,
  OVERLAP_MS,
  page,
  present,
  runSync,
  type SyncOptions,
  stateOf,
  syncRecords,
  type TestClock,
  thing,
  traced,
} from "./engine.ts";
import { created, keyOfId, listedByCreation, thingsById } from "./upstream.ts";

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const hours = (from: number, until: number) => Array.from({ length: until - from }, (_, n) => created(from + n));
const sync = (ids: readonly string[], options: SyncOptions = {}, through: Store = store) =>
  runSync(through, clock, listedByCreation(thingsById(...ids)), { source: CREATION_SOURCE, ...options });
const incremental = (ids: readonly string[], options: SyncOptions = {}, through: Store = store) =>
  sync(ids, { kind: "incremental", ...options }, through);
const presentIds = async () => Object.keys(await present(store));

describe("an incremental sync", () => {
  test("lists from the newest item on, less the overlap", async () => {
    await sync(hours(0, 6));
    const asked: Scope[] = [];
    const connection: Partial<Connection> = {
      async *list(scope) {
        asked.push(scope);
        yield page(thing(created(4)), thing(created(5)), thing(created(6)));
      },
    };
    const record = await runSync(store, clock, connection, { source: CREATION_SOURCE, kind: "incremental" });
    expect(asked).toEqual([{ id: "all", range: { from: instantOf(Date.parse(created(5)) - OVERLAP_MS) } }]);
    expect(record).toMatchObject({ kind: "incremental", outcome: "complete", listed: 3, added: 1, unchanged: 2 });
    expect(await presentIds()).toEqual(hours(0, 7).map(keyOfId));
    expect(await stateOf(store)).toMatchObject({ count: 7, newest: created(6) });
  });
  test("adds, changes and removes inside its window only", async () => {
    await sync(hours(0, 6));
    const upstream = thingsById(created(5), created(6));
    upstream.set(created(5), thing(created(5), 2));
    const options = { source: CREATION_SOURCE, kind: "incremental" } as const;
    const record = await runSync(store, clock, listedByCreation(upstream), options);
    expect(record).toMatchObject({ added: 1, modified: 1, removed: 1 });
    expect(await presentIds()).toEqual([...hours(0, 4), created(5), created(6)].map(keyOfId));
  });
  test("keeps count and checksum right, so that the next full sync is known to find nothing new", async () => {
    await sync(hours(0, 6));
    await incremental([created(5), created(6), created(7)]);
    const { store: watched, calls } = traced(store);
    const listed = [...hours(0, 4), created(5), created(6), created(7)];
    expect(await sync(listed, {}, watched)).toMatchObject({ outcome: "complete", unchanged: 7 });
    expect(calls).toEqual(["scopeState", "putScopeState"]);
  });
  test("does not make the scope any fresher as a whole", async () => {
    await sync(hours(0, 6));
    const { lastCompleteAt } = await stateOf(store);
    await incremental(hours(4, 7));
    const state = await stateOf(store);
    expect(state.lastCompleteAt).toBe(lastCompleteAt);
    expect(state.lastAttemptAt && lastCompleteAt && state.lastAttemptAt > lastCompleteAt).toBe(true);
  });
  test("that finds nothing new reads its window, makes one write and leaves no record", async () => {
    await sync(hours(0, 6));
    const { store: watched, calls } = traced(store);
    expect(await incremental(hours(4, 6), {}, watched)).toMatchObject({ outcome: "complete", unchanged: 2 });
    expect(calls).toEqual(["scopeState", "discards", "items", "putScopeState"]);
    expect(await syncRecords(store)).toHaveLength(1);
    expect(await stateOf(store)).toMatchObject({ unchanged: { count: 1 } });
  });
  test("finds what became visible late within the overlap; what is later waits for a full sync", async () => {
    await sync(hours(0, 6));
    const within = instantOf(Date.parse(created(5)) - OVERLAP_MS + 1);
    const before = instantOf(Date.parse(created(4)) - 1);
    const all = [...hours(0, 6), within, before];
    expect(await incremental(all)).toMatchObject({ added: 1 });
    expect(await presentIds()).not.toContain(keyOfId(before));
    expect(await sync(all)).toMatchObject({ added: 1 });
    expect(await presentIds()).toContain(keyOfId(before));
  });
  test("goes back no further than its scope", async () => {
    const scope = { id: `from:${created(4)}`, range: { from: created(4) } };
    await sync(hours(0, 5), { scope });
    const { store: watched, calls } = traced(store);
    await incremental(hours(0, 5), { scope }, watched);
    // The window is the whole scope, so that its checksum says it all.
    expect(calls).toEqual(["scopeState", "putScopeState"]);
  });
  test("of a scope that was never listed lists it whole", async () => {
    await incremental(hours(0, 3));
    expect(await stateOf(store)).toMatchObject({ count: 3, lastCompleteAt: expect.any(String) });
  });
  test("lists the whole scope while the source's version is another", async () => {
    await sync(hours(0, 6));
    await incremental(hours(0, 6), { source: { ...CREATION_SOURCE, version: 2 } });
    expect(await stateOf(store)).toMatchObject({ sourceVersion: 2, count: 6 });
  });
  test("of a source that is not listed by creation is a full one", async () => {
    await runSync(store, clock, [thing("a"), thing("b")]);
    expect(await runSync(store, clock, [thing("a")], { kind: "incremental" })).toMatchObject({ removed: 1 });
  });
  test("never closes the scope", async () => {
    await sync(hours(0, 3));
    const limits = { bufferedCharacters: 128_000_000, batchChanges: 2_000, scopeItems: 1 };
    await incremental(hours(1, 9), { limits, deadline: 0 });
    expect((await stateOf(store)).range).toEqual({});
    expect(await presentIds()).toHaveLength(9);
  });
  test("reaches back from the newest item ever stored, though that is gone", async () => {
    await sync(hours(0, 6));
    await sync(hours(0, 3));
    expect((await stateOf(store)).newest).toBe(created(5));
    expect(await incremental([...hours(0, 3), created(4)])).toMatchObject({ listed: 1, added: 1, removed: 0 });
  });
  test("keeps what is pending in the rest of the scope", async () => {
    await sync(hours(0, 30));
    await sync(hours(20, 30));
    const { pending } = await stateOf(store);
    expect(pending).toMatchObject({ count: 20 });
    expect(await incremental(hours(28, 31))).toMatchObject({ outcome: "complete", added: 1 });
    expect((await stateOf(store)).pending).toEqual(pending);
    expect(await sync(hours(20, 31))).toMatchObject({ outcome: "complete", removed: 20 });
  });
  test("keeps a mass disappearance in its window pending", async () => {
    const twins = Array.from({ length: 20 }, (_, n) => `${created(5)}#${n}`);
    await sync([...hours(0, 3), ...twins]);
    expect(await incremental([])).toMatchObject({ outcome: "held", pending: 20, removed: 0 });
    expect(await presentIds()).toHaveLength(23);
    expect((await store.collectionRecord(COLLECTION))?.freshAt).toBeUndefined();
  });
});
