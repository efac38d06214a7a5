import { beforeEach, describe, expect, test } from "vitest";
import { ENTIRE_COLLECTION } from "../../functions/model/collection.ts";
import { SyncError } from "../../functions/model/errors.ts";
import { initialState, type ScopeState } from "../../functions/model/scope-state.ts";
import type { Store } from "../../functions/store/port.ts";
import { DEFAULT_LEASE_MS, type SyncHost } from "../../functions/sync/job.ts";
import { holdLease } from "../../functions/sync/lease.ts";
import { isHeld } from "../../functions/sync/settle.ts";
import {
  COLLECTION,
  createTestClock,
  createTestHost,
  createTestStore,
  drained,
  replaced,
  stateOf,
  type TestClock,
  traced,
} from "./engine.ts";

const INITIAL = initialState(COLLECTION, ENTIRE_COLLECTION);
const superseded = expect.objectContaining({ name: "SyncError", code: "superseded" });
const lost = new SyncError("unavailable", "the answer was lost");

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const hold = (holder: string, seen: ScopeState = INITIAL, options: Partial<SyncHost> = {}) =>
  holdLease(createTestHost(store, clock, { holder: () => holder, ...options }), seen);
const writer = (lease: number) => ({ collection: COLLECTION, scope: "all", lease });
/** Leaves a scope as a writer does that died amid its writes. */
const dieWriting = async () => {
  const lease = await hold("dead");
  const at = await store.begin(writer(lease.number));
  await lease.update((state) => ({ ...state, writing: at }));
  await lease.stop();
  return at;
};
/** Notes something in the state without the lease, as a sync that failed does. */
const noteBesides = async () => {
  const state = await stateOf(store);
  const error = { code: "denied", message: "no" } as const;
  await store.putScopeState({ ...state, error, revision: state.revision + 1 });
};

describe("acquiring a scope", () => {
  test("raises the lease number and names holder and end", async () => {
    const lease = await hold("me");
    expect(lease.number).toBe(1);
    const expected = { revision: 1, lease: 1, holder: "me", expires: clock.now() + DEFAULT_LEASE_MS };
    expect(await stateOf(store)).toMatchObject(expected);
    expect(lease.state).toEqual(await stateOf(store));
    expect(lease.signal.aborted).toBe(false);
    await lease.stop();
  });
  test("settles nothing where nobody wrote before", async () => {
    const { store: watched, calls } = traced(store);
    const lease = await hold("me", INITIAL, { store: watched });
    await lease.stop();
    expect(calls).toEqual(["putScopeState"]);
  });
  test("fails on another revision than was read, no matter who raised it", async () => {
    const lease = await hold("first");
    await lease.stop();
    const seen = await stateOf(store);
    await noteBesides();
    await expect(hold("second", seen)).rejects.toEqual(superseded);
    expect(await stateOf(store)).toMatchObject({ lease: 1, holder: "first" });
  });
  test("succeeds for one of two that read the same revision", async () => {
    const both = await Promise.allSettled([hold("one"), hold("two")]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    for (const each of both) if (each.status === "fulfilled") await each.value.stop();
  });
});

describe("taking a scope over", () => {
  test("discards what the dead writer was writing, and deletes its mark", async () => {
    const at = await dieWriting();
    const lease = await hold("next", await stateOf(store));
    expect(await stateOf(store)).toMatchObject({ lease: 2, holder: "next", discarding: [at] });
    expect(await stateOf(store)).not.toHaveProperty("writing");
    expect([...(await store.discards(COLLECTION))]).toEqual([at]);
    expect(await store.marks()).toEqual([]);
    await lease.stop();
  });
  test("deletes the mark only once readers can read the discard", async () => {
    await dieWriting();
    const { store: watched, calls } = traced(store);
    const lease = await hold("next", await stateOf(store), { store: watched });
    await lease.stop();
    expect(calls).toEqual(["putScopeState", "addDiscards", "deleteMarks"]);
  });
  test("ends what an abort has left undone", async () => {
    const discarded = await store.begin(writer(1));
    await store.putScopeState({ ...INITIAL, revision: 1, lease: 1, discarding: [discarded] });
    const lease = await hold("next", await stateOf(store));
    expect([...(await store.discards(COLLECTION))]).toEqual([discarded]);
    expect(await store.marks()).toEqual([]);
    await lease.stop();
  });
  test("leaves its own mark and the other scopes' marks alone", async () => {
    await dieWriting();
    await store.begin({ collection: COLLECTION, scope: "other", lease: 1 });
    await store.begin(writer(2));
    const lease = await hold("next", await stateOf(store));
    expect((await store.marks()).map(({ scope, lease }) => `${scope} ${lease}`).sort()).toEqual(["all 2", "other 1"]);
    await lease.stop();
  });
});

describe("a lease holds others up", () => {
  const now = Date.UTC(2026, 2, 1);
  test.each([
    ["until it expires", now, true],
    ["no longer than that", now - 1, false],
    ["for as long as a lease can last", now + 120_000, true],
    ["not if it lies further ahead: a machine with a wrong clock wrote it", now + 120_001, false],
    ["not for an hour", now + 3_600_000, false],
  ])("%s", (_, expires, held) => {
    expect(isHeld({ ...INITIAL, holder: "other", expires }, now)).toBe(held);
  });
  test("not without a holder", () => {
    expect(isHeld(INITIAL, now)).toBe(false);
  });
});

describe("holding a lease", () => {
  test("renews it every third of its time, until it is stopped", async () => {
    const lease = await hold("me");
    const expires = async () => (await stateOf(store)).expires;
    await clock.advance(9_999);
    expect(await expires()).toBe(clock.now() - 9_999 + DEFAULT_LEASE_MS);
    await clock.advance(1);
    expect(await expires()).toBe(clock.now() + DEFAULT_LEASE_MS);
    await clock.advance(600_000);
    expect(isHeld(await stateOf(store), clock.now())).toBe(true);
    await lease.stop();
    const last = await expires();
    await clock.advance(60_000);
    expect(await expires()).toBe(last);
  });
  test("outlasts renewals that fail", async () => {
    let calls = 0;
    const unreliable = replaced(store, {
      async putScopeState(state) {
        calls += 1;
        if (calls > 1 && calls % 3 !== 0) throw lost;
        return store.putScopeState(state);
      },
    });
    const lease = await hold("me", INITIAL, { store: unreliable });
    await clock.advance(300_000);
    expect(lease.signal.aborted).toBe(false);
    await lease.stop();
  });
  test("goes on after the answer to a write was lost", async () => {
    let losing = false;
    const unheard = replaced(store, {
      async putScopeState(state) {
        const stored = await store.putScopeState(state);
        if (losing) throw lost;
        return stored;
      },
    });
    const lease = await hold("me", INITIAL, { store: unheard });
    losing = true;
    await expect(lease.update((state) => ({ ...state, count: 1 }))).rejects.toBe(lost);
    losing = false;
    const next = await lease.update((state) => ({ ...state, count: state.count + 2 }));
    expect(next).toMatchObject({ count: 3, revision: 3 });
    await lease.stop();
  });
  test("keeps a note that another made meanwhile", async () => {
    const lease = await hold("me");
    await noteBesides();
    await lease.update((state) => ({ ...state, count: 5 }));
    expect(await stateOf(store)).toMatchObject({ holder: "me", count: 5, error: { code: "denied" }, revision: 3 });
    await lease.stop();
  });
  test("makes one write after another, renewals among them", async () => {
    const lease = await hold("me");
    const counting = [1, 2, 3].map(() => lease.update((state) => ({ ...state, count: state.count + 1 })));
    await clock.advance(10_000);
    await Promise.all(counting);
    expect(await stateOf(store)).toMatchObject({ count: 3, revision: 5 });
    await lease.stop();
  });
});

describe("a holder that was taken over", () => {
  test("learns it from its next write, which changes nothing", async () => {
    const lease = await hold("slow");
    clock.jump(31_000);
    const next = await hold("next", await stateOf(store));
    const before = await stateOf(store);
    await expect(lease.update((state) => ({ ...state, count: 9 }))).rejects.toEqual(superseded);
    expect(lease.signal.reason).toEqual(superseded);
    expect(await stateOf(store)).toEqual(before);
    await Promise.all([lease.stop(), next.stop()]);
  });
  test("learns it from a renewal, and never takes the lease back", async () => {
    const lease = await hold("slow");
    clock.jump(31_000);
    const next = await hold("next", await stateOf(store));
    await next.stop();
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(lease.signal.reason).toEqual(superseded);
    await clock.advance(60_000);
    expect(await stateOf(store)).toMatchObject({ lease: 2, holder: "next" });
    await lease.stop();
  });
  test("cannot commit even where its successor has ended, and holds nothing", async () => {
    const lease = await hold("slow");
    const next = await hold("next", await stateOf(store));
    await next.update(({ holder: _holder, expires: _expires, ...state }) => state);
    await next.stop();
    await expect(lease.update((state) => ({ ...state, count: 9 }))).rejects.toEqual(superseded);
    await lease.stop();
  });
  test("does no harm with a write that arrives late", async () => {
    const late: (() => Promise<boolean>)[] = [];
    const slow = replaced(store, {
      async putScopeState(state) {
        late.push(() => store.putScopeState(state));
        return store.putScopeState(state);
      },
    });
    const lease = await hold("slow", INITIAL, { store: slow });
    await lease.update((state) => ({ ...state, count: 1 }));
    await lease.stop();
    const next = await hold("next", await stateOf(store));
    await drained();
    const before = await stateOf(store);
    for (const write of late) expect(await write()).toBe(false);
    expect(await stateOf(store)).toEqual(before);
    await next.stop();
  });
});
