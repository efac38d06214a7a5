import { beforeEach, describe, expect, test } from "vitest";
import { SyncError } from "../../functions/model/errors.ts";
import type { Store } from "../../functions/store/port.ts";
import { settleAbandoned } from "../../functions/sync/settle.ts";
import {
  COLLECTION,
  createTestClock,
  createTestStore,
  deferred,
  listing,
  log,
  page,
  present,
  reconcile,
  replaced,
  runSync,
  stateOf,
  type TestClock,
  thing,
  traced,
} from "./engine.ts";

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const EARLY = { bufferedCharacters: 0, batchChanges: 1, scopeItems: 50_000 };
const settle = async (through = store) => settleAbandoned({ store: through });
const writer = (lease: number, scope = "all") => ({ collection: COLLECTION, scope, lease });
/** Begins a sync that stops for good, or until it is resumed, once it has written this. */
const stopAfterWriting = async (...documents: unknown[]) => {
  const resumed = deferred();
  const stopping = replaced(store, {
    async write(...request) {
      await store.write(...request);
      await resumed.promise;
    },
  });
  const ended = reconcile(stopping, clock, documents);
  await clock.advance(0);
  const { writing } = await stateOf(store);
  if (writing === undefined) throw new Error("nothing is being written");
  return { at: writing, ended, resume: resumed.resolve };
};

describe("settling what dead writers left", () => {
  test("costs one read when nobody writes", async () => {
    await runSync(store, clock, [thing("a")]);
    const { store: watched, calls } = traced(store);
    await settle(watched);
    expect(calls).toEqual(["marks"]);
  });
  test("leaves a live holder alone", async () => {
    const { at, ended, resume } = await stopAfterWriting(thing("a"));
    const before = await stateOf(store);
    await settle();
    expect(await stateOf(store)).toEqual(before);
    expect(await store.marks()).toEqual([writer(1)]);
    resume();
    expect(await ended).toMatchObject({ record: { outcome: "complete", at } });
    expect(await present(store)).toEqual({ a: 1 });
  });
  test("settles the other scopes when the state of one cannot be read, and then says so", async () => {
    const unreadable = { ...writer(1), scope: "a" };
    await store.begin(unreadable);
    await store.begin(writer(1, "b"));
    const damaged = new SyncError("damaged", "the state of a cannot be read");
    const partly = replaced(store, {
      async scopeState(collection, scope) {
        if (scope === "a") throw damaged;
        return store.scopeState(collection, scope);
      },
    });
    await expect(settle(partly)).rejects.toBe(damaged);
    expect(await store.marks()).toEqual([unreadable]);
  });
  test("takes a dead holder's scope over, so that readers go on", async () => {
    await runSync(store, clock, [thing("a")]);
    const { at } = await stopAfterWriting(thing("a", 2));
    await store.begin({ collection: "other/123456789012/eu-west-1", scope: "all", lease: 1 });
    await store.deleteMarks({ collection: "other/123456789012/eu-west-1", scope: "all", lease: 1 });
    expect((await store.readTimestamp()) < at).toBe(true);
    clock.jump(31_000);
    await settle();
    const state = await stateOf(store);
    expect(state).toMatchObject({ lease: 3, discarding: [at], outcome: "complete" });
    for (const gone of ["holder", "expires", "writing"]) expect(state).not.toHaveProperty(gone);
    expect([...(await store.discards(COLLECTION))]).toEqual([at]);
    expect((await store.readTimestamp()) > at).toBe(true);
    expect(await present(store)).toEqual({ a: 1 });
    expect(await log(store)).toEqual(["added a 1"]);
  });
  test("writes the discard where readers find it before it deletes the mark", async () => {
    await stopAfterWriting(thing("a"));
    clock.jump(31_000);
    const { store: watched, calls } = traced(store);
    await settle(watched);
    expect(calls).toEqual(["marks", "scopeState", "putScopeState", "addDiscards", "deleteMarks"]);
  });
  test("makes a commit of the writer impossible that only looked dead", async () => {
    const { ended, resume } = await stopAfterWriting(thing("a"));
    clock.jump(31_000);
    await settle();
    resume();
    expect(await ended).toMatchObject({ status: "skipped" });
    expect(await present(store)).toEqual({});
    expect(await log(store)).toEqual([]);
  });
  test("takes over a lease that lies further ahead than any lasts", async () => {
    await stopAfterWriting(thing("a"));
    await store.putScopeState({ ...(await stateOf(store)), revision: 3, expires: clock.now() + 3_600_000 });
    await settle();
    expect(await store.marks()).toEqual([]);
    expect(await stateOf(store)).not.toHaveProperty("holder");
  });
  test("leaves a scope to the one who took it over first", async () => {
    await stopAfterWriting(thing("a"));
    clock.jump(31_000);
    const racing = replaced(store, {
      async putScopeState(state) {
        await runSync(store, clock, [thing("b")]);
        return store.putScopeState(state);
      },
    });
    await settle(racing);
    expect(await present(store)).toEqual({ b: 1 });
    expect(await stateOf(store)).toMatchObject({ lease: 2 });
  });
  test("does no harm when several do it at once", async () => {
    await stopAfterWriting(thing("a"));
    clock.jump(31_000);
    await Promise.all([settle(), settle(), settle()]);
    expect(await store.marks()).toEqual([]);
    expect((await store.discards(COLLECTION)).size).toBe(1);
    expect(await stateOf(store)).toMatchObject({ lease: 2 });
  });
});

describe("settling a mark that is left behind", () => {
  test("of an earlier lease deletes it, and writes no state", async () => {
    await runSync(store, clock, [thing("a")]);
    await runSync(store, clock, [thing("b")]);
    await store.begin(writer(1));
    const before = await stateOf(store);
    await settle();
    expect(await store.marks()).toEqual([]);
    expect(await stateOf(store)).toEqual(before);
    expect((await store.discards(COLLECTION)).size).toBe(0);
  });
  test("of an earlier lease leaves the mark of the live holder", async () => {
    await runSync(store, clock, [thing("a")]);
    const { ended, resume } = await stopAfterWriting(thing("b"));
    await store.begin(writer(1));
    await settle();
    expect(await store.marks()).toEqual([writer(2)]);
    resume();
    await ended;
  });
  test("of a sync that committed deletes it, and discards nothing", async () => {
    const failing = replaced(store, { deleteMarks: () => Promise.reject(new Error("no")) });
    await runSync(failing, clock, [thing("a")]);
    expect(await present(store)).toEqual({});
    await settle();
    expect(await store.marks()).toEqual([]);
    expect(await present(store)).toEqual({ a: 1 });
    expect((await store.discards(COLLECTION)).size).toBe(0);
  });
  test("of a sync that gave up ends what that left: its discard first", async () => {
    const failing = replaced(store, { addDiscards: () => Promise.reject(new Error("no")) });
    await runSync(failing, clock, listing([page(thing("a"))], new Error("no")), { limits: EARLY });
    expect((await store.discards(COLLECTION)).size).toBe(0);
    await settle();
    expect((await store.discards(COLLECTION)).size).toBe(1);
    expect(await store.marks()).toEqual([]);
    expect(await present(store)).toEqual({});
  });
  test("without a state deletes it", async () => {
    await store.begin(writer(1, "nowhere"));
    await settle();
    expect(await store.marks()).toEqual([]);
    expect(await store.scopeStates(COLLECTION)).toEqual([]);
  });
});
