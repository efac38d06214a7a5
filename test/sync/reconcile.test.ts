import { beforeEach, describe, expect, test } from "vitest";
import { scopeOfFirstPart } from "../../functions/model/collection.ts";
import type { Store } from "../../functions/store/port.ts";
import {
  COLLECTION,
  createTestClock,
  createTestStore,
  listing,
  log,
  manyThings,
  page,
  present,
  reconcile,
  runSync,
  SOURCE,
  stateOf,
  syncRecords,
  type TestClock,
  type Thing,
  thing,
  traced,
} from "./engine.ts";

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const things = (...ids: string[]) => ids.map((id) => thing(id));
const entireLog = async () => (await store.changes(COLLECTION, {}, 100)).changes;

describe("a sync", () => {
  test("adds, modifies, removes and adds again, and records it", async () => {
    const first = await runSync(store, clock, [thing("a", 1), thing("b", 1), thing("c", 1)]);
    expect(first).toMatchObject({ outcome: "complete", kind: "full", scope: "all", pages: 1, listed: 3 });
    expect(first).toMatchObject({ added: 3, modified: 0, removed: 0, unchanged: 0 });
    const second = await runSync(store, clock, [thing("a", 1), thing("b", 2)]);
    expect(second).toMatchObject({ outcome: "complete", listed: 2, added: 0, modified: 1, removed: 1, unchanged: 1 });
    const third = await runSync(store, clock, [thing("a", 1), thing("b", 2), thing("c", 3)]);
    expect(await present(store)).toEqual({ a: 1, b: 2, c: 3 });
    expect(await log(store)).toEqual([
      ...["added a 1", "added b 1", "added c 1"],
      ...["modified b 2", "removed c 2", "added c 3"],
    ]);
    expect(await stateOf(store)).toMatchObject({ outcome: "complete", count: 3, committedAt: third.at });
    expect(await syncRecords(store)).toEqual([third, second, first]);
  });
  test("lets readers read what it listed at its instant, and what was there before until then", async () => {
    const { at: first = "" } = await runSync(store, clock, [thing("a", 1)]);
    const { at: second = "" } = await runSync(store, clock, [thing("a", 2), thing("b")]);
    const { at: third = "" } = await runSync(store, clock, [thing("b", 2)]);
    expect(await present(store, first)).toEqual({ a: 1 });
    expect(await present(store, second)).toEqual({ a: 2, b: 1 });
    expect(await present(store, third)).toEqual({ b: 2 });
  });
  test("gives all its changes one instant, its commit's", async () => {
    const record = await runSync(store, clock, things("a", "b"));
    expect(new Set((await entireLog()).map(({ after }) => after.at))).toEqual(new Set([record.at]));
    expect((await stateOf(store)).committedAt).toBe(record.at);
  });
  test("chains an item's changes, and keeps when it was first seen", async () => {
    for (const listed of [[thing("a", 1)], [thing("a", 2)], [], [thing("a", 3)]]) await runSync(store, clock, listed);
    const changes = await entireLog();
    const instants = changes.map(({ after }) => after.at);
    expect(changes.map(({ after }) => after.previousAt)).toEqual([undefined, ...instants.slice(0, -1)]);
    expect(changes.map(({ before }) => before?.version)).toEqual([undefined, 1, 2, 3]);
    const document = JSON.stringify(thing("a", 2));
    expect(changes[2]).toMatchObject({ kind: "removed", after: { cause: "not listed", state: "removed", document } });
    expect(changes[3]?.after).toMatchObject({ state: "present", version: 4, firstSeenAt: instants[0] });
    expect(changes[3]?.after).not.toHaveProperty("cause");
  });
  test("that finds nothing new reads the state and makes one write, however many items there are", async () => {
    const listed = manyThings(5_000);
    await runSync(store, clock, listed);
    const { store: watched, calls } = traced(store);
    expect(await runSync(watched, clock, listed)).toMatchObject({ unchanged: 5_000, added: 0, modified: 0 });
    expect(calls).toEqual(["scopeState", "putScopeState"]);
  });
  test("that finds nothing new leaves no record: the state counts it", async () => {
    const first = await runSync(store, clock, things("a"));
    expect(await stateOf(store)).not.toHaveProperty("unchanged");
    const before = await stateOf(store);
    for (const _ of [1, 2, 3]) await runSync(store, clock, things("a"));
    expect(await syncRecords(store)).toEqual([first]);
    const { unchanged, lastCompleteAt = "", ...state } = await stateOf(store);
    expect(unchanged).toMatchObject({ count: 3, until: lastCompleteAt });
    expect(unchanged && unchanged.since < unchanged.until).toBe(true);
    expect(lastCompleteAt > (before.lastCompleteAt ?? "")).toBe(true);
    expect(state).toMatchObject({ committedAt: first.at, count: 1, checksum: before.checksum, lease: 1 });
    await runSync(store, clock, things("a", "b"));
    expect(await stateOf(store)).not.toHaveProperty("unchanged");
  });
  test("of nothing at all is complete, and ticks no clock", async () => {
    expect(await runSync(store, clock, [])).toMatchObject({ outcome: "complete", listed: 0 });
    expect(await stateOf(store)).toMatchObject({ count: 0, lastCompleteAt: expect.any(String), revision: 1 });
    expect(await store.readTimestamp()).toBe("1970-01-01T00:00:00.000Z");
    expect(await runSync(store, clock, [])).toMatchObject({ outcome: "complete" });
    expect(await runSync(store, clock, things("a"))).toMatchObject({ added: 1 });
  });
  test("takes ignored paths and the order of members for no change", async () => {
    await runSync(store, clock, [{ Id: "a", Value: 1, Noise: 1 }]);
    expect(await runSync(store, clock, [{ Noise: 2, Value: 1, Id: "a" }])).toMatchObject({ unchanged: 1, modified: 0 });
  });
  test("counts the first of what is listed twice", async () => {
    const pages = [page(thing("a", 1), thing("b", 1)), page(), page(thing("a", 2))];
    expect(await runSync(store, clock, listing(pages))).toMatchObject({ pages: 3, listed: 2, added: 2 });
    expect(await present(store)).toEqual({ a: 1, b: 1 });
    expect(await runSync(store, clock, listing(pages))).toMatchObject({ listed: 2, unchanged: 2 });
  });
  test("adds a new item that is listed twice", async () => {
    await runSync(store, clock, things("b"));
    expect(await runSync(store, clock, things("a", "b", "a"))).toMatchObject({ listed: 2, added: 1, unchanged: 1 });
  });
  test("goes about it in this order", async () => {
    await runSync(store, clock, things("a", "b"));
    const { store: watched, calls } = traced(store);
    await runSync(watched, clock, things("a", "c"));
    expect(calls).toEqual([
      ...["scopeState", "discards", "items"],
      ...["discards", "putScopeState", "begin", "putScopeState"],
      ...["itemsOf", "write", "putScopeState", "deleteMarks", "delete", "recordSync"],
    ]);
  });
  test("tells its progress", async () => {
    const steps: unknown[] = [];
    await runSync(store, clock, listing([page(thing("a")), page(thing("b"))]), {
      onProgress: (step) => steps.push(step),
    });
    expect(steps).toEqual([
      { step: "listing", pages: 1, listed: 1 },
      { step: "listing", pages: 2, listed: 2 },
      { step: "writing", changes: 2 },
    ]);
  });
  test("of a huge first listing is written as it comes, in batches, and visible at once", async () => {
    const writes: number[] = [];
    const { store: watched } = traced(store);
    const counting = new Proxy(watched, {
      get(target, name: keyof Store) {
        if (name !== "write") return target[name];
        return async (...args: Parameters<Store["write"]>) => {
          writes.push(args[0].length);
          expect(await present(store)).toEqual({});
          return store.write(...args);
        };
      },
    });
    const limits = { bufferedCharacters: 1_000, batchChanges: 100, scopeItems: 50_000 };
    const pages = [page(...manyThings(150)), page(...manyThings(150, 150))];
    expect(await runSync(counting, clock, listing(pages), { limits })).toMatchObject({ added: 300 });
    expect(writes.length).toBeGreaterThan(2);
    expect(Object.keys(await present(store))).toHaveLength(300);
  });
  test("of a huge listing with changes reads what is stored once, and finds them all", async () => {
    const limits = { bufferedCharacters: 1_000, batchChanges: 100, scopeItems: 50_000 };
    await runSync(store, clock, manyThings(300));
    const changed: Thing[] = manyThings(300).map(({ Id = "" }, n) => thing(Id, n % 2));
    const pages = [page(...changed.slice(0, 150)), page(...changed.slice(150))];
    expect(await runSync(store, clock, listing(pages), { limits })).toMatchObject({ modified: 150, unchanged: 150 });
    expect(await runSync(store, clock, listing(pages), { limits })).toMatchObject({ unchanged: 300, modified: 0 });
  });
  test("rejects what lies outside its scope", async () => {
    const source = { ...SOURCE, key: (document: unknown) => `${(document as Thing).Id}#1` };
    const record = await runSync(store, clock, things("s", "other"), { scope: scopeOfFirstPart("s"), source });
    expect(record).toMatchObject({
      ...{ outcome: "held", added: 1, rejected: 1 },
      rejections: ["an item outside scope s was listed: other#1"],
    });
    expect(await present(store)).toEqual({ "s#1": 1 });
  });
});

describe("a scope that another sync holds", () => {
  const held = { lease: 1, holder: "other", revision: 1 };
  const hold = (ms: number) =>
    store.putScopeState({
      ...{ collection: COLLECTION, scope: "all", range: {}, discarding: [], count: 0 },
      ...{ checksum: "AAAAAAAAAAAAAAAAAAAAAA", ...held, expires: clock.now() + ms },
    });

  test("is left to it as soon as it renews its lease, and the skipped sync leaves no record", async () => {
    await hold(30_000);
    const skipped = reconcile(store, clock, things("a"));
    await clock.advance(1_000);
    const state = await stateOf(store);
    await store.putScopeState({ ...state, revision: 2, expires: clock.now() + 30_000 });
    await clock.advance(4_000);
    expect(await skipped).toEqual({ status: "skipped", reason: "already being synced by another process" });
    expect(await syncRecords(store)).toEqual([]);
  });
  test("is left to a third that takes it over first", async () => {
    await hold(30_000);
    const skipped = reconcile(store, clock, things("a"));
    await clock.advance(1_000);
    await store.putScopeState({ ...(await stateOf(store)), revision: 2, lease: 2, holder: "third" });
    await clock.advance(4_000);
    expect(await skipped).toMatchObject({ status: "skipped" });
  });
  test("is synced as soon as it is free", async () => {
    await hold(30_000);
    const waits: unknown[] = [];
    const waiting = runSync(store, clock, things("a"), { onProgress: (step) => waits.push(step) });
    await clock.advance(1_000);
    const { holder: _holder, expires: _expires, ...state } = await stateOf(store);
    await store.putScopeState({ ...state, revision: 2 });
    await clock.advance(4_000);
    expect(await waiting).toMatchObject({ outcome: "complete", added: 1 });
    expect(waits[0]).toMatchObject({ step: "waiting", until: expect.any(Number) });
    expect(waits.filter((step) => (step as { step: string }).step === "waiting")).toHaveLength(1);
  });
  test("is taken over once the lease of a dead holder has expired", async () => {
    await hold(30_000);
    const waiting = runSync(store, clock, things("a"));
    await clock.advance(28_000);
    expect(await present(store)).toEqual({});
    await clock.advance(2_000);
    expect(await waiting).toMatchObject({ outcome: "complete", added: 1 });
    expect(await stateOf(store)).toMatchObject({ lease: 2 });
  });
  test("is taken over at once where its lease lies further ahead than any lasts", async () => {
    await hold(3_600_000);
    expect(await runSync(store, clock, things("a"))).toMatchObject({ outcome: "complete", added: 1 });
  });
  test("is waited for no longer than the run lasts", async () => {
    await hold(30_000);
    const stop = new AbortController();
    const waiting = runSync(store, clock, things("a"), { signal: stop.signal });
    await clock.advance(1_000);
    stop.abort(Object.assign(new Error("stopped"), { name: "AbortError" }));
    expect(await waiting).toMatchObject({ outcome: "failed", error: { code: "interrupted" } });
  });
});
