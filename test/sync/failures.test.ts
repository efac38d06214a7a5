import { beforeEach, describe, expect, test } from "vitest";
import { SyncError } from "../../functions/model/errors.ts";
import type { Store } from "../../functions/store/port.ts";
import {
  createTestClock,
  createTestStore,
  listing,
  log,
  manyThings,
  page,
  present,
  reconcile,
  replaced,
  runSync,
  stateOf,
  syncRecords,
  type TestClock,
  thing,
} from "./engine.ts";

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const EARLY = { bufferedCharacters: 0, batchChanges: 1, scopeItems: 50_000 };
const things = (...ids: string[]) => ids.map((id) => thing(id));
const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
/** The store, one operation of which fails from its nth call on; or only at that call. */
const failing = (name: keyof Store, { from = 1, once = false } = {}): Store => {
  let calls = 0;
  return replaced(store, {
    [name]: (...values: unknown[]) => {
      calls += 1;
      if (once ? calls === from : calls >= from) {
        return Promise.reject(new SyncError("unavailable", `${name} failed`));
      }
      return (store[name] as (...values: unknown[]) => unknown)(...values);
    },
  });
};

describe("a listing that fails", () => {
  const failures = [
    ["denied", denied],
    ["throttled", Object.assign(new Error("later"), { name: "ThrottlingException" })],
    ["unavailable", Object.assign(new Error("gone"), { name: "TimeoutError" })],
    ["malformed", new Error("what?")],
  ] as const;
  for (const [when, limits] of [
    ["before anything was written", undefined],
    ["after changes were written ahead", EARLY],
  ] as const) {
    test.each(failures)(`changes nothing ${when}: %s`, async (code, failure) => {
      await runSync(store, clock, things("a", "b"));
      const { committedAt, lastCompleteAt, count, checksum } = await stateOf(store);
      const record = await runSync(store, clock, listing([page(thing("a", 2), thing("c"))], failure), {
        ...(limits && { limits }),
      });
      expect(record).toMatchObject({ outcome: "failed", error: { code }, added: 0, modified: 0, removed: 0 });
      expect(record).not.toHaveProperty("at");
      expect(await present(store)).toEqual({ a: 1, b: 1 });
      expect(await log(store)).toEqual(["added a 1", "added b 1"]);
      const state = await stateOf(store);
      expect(state).toMatchObject({ outcome: "failed", error: { code }, committedAt, lastCompleteAt, count, checksum });
      for (const gone of ["holder", "expires", "writing"]) expect(state).not.toHaveProperty(gone);
      expect(await store.marks()).toEqual([]);
      expect((await syncRecords(store))[0]).toEqual(record);
    });
  }
  test("discards what was written ahead", async () => {
    await runSync(store, clock, listing([page(thing("a", 2))], denied), { limits: EARLY });
    expect((await stateOf(store)).discarding).toHaveLength(1);
    expect(await runSync(store, clock, things("a"))).toMatchObject({ outcome: "complete", added: 1 });
    expect(await present(store)).toEqual({ a: 1 });
    expect((await stateOf(store)).discarding).toEqual([]);
  });
  test("tells how far it came", async () => {
    const record = await runSync(store, clock, listing([page(...things("a", "b")), page({ Value: 1 })], denied));
    expect(record).toMatchObject({ outcome: "failed", error: { code: "denied" } });
  });
  test("is forgotten by the next that is complete", async () => {
    await runSync(store, clock, listing([], denied));
    expect(await stateOf(store)).toMatchObject({ outcome: "failed", error: { code: "denied" }, revision: 1 });
    await runSync(store, clock, things("a"));
    expect(await stateOf(store)).not.toHaveProperty("error");
  });
  test("keeps pending removals as they are", async () => {
    await runSync(store, clock, things("a", "b"));
    await runSync(store, clock, [thing("a"), { Value: 1 }]);
    const { pending } = await stateOf(store);
    await runSync(store, clock, listing([], denied));
    expect(await stateOf(store)).toMatchObject({ outcome: "failed", pending });
  });
  test("because the run was stopped says so", async () => {
    const stop = new AbortController();
    const stopping = {
      async *list() {
        yield page(thing("a"));
        stop.abort(new SyncError("interrupted", "stop"));
      },
    };
    expect(await runSync(store, clock, stopping, { signal: stop.signal })).toMatchObject({
      error: { code: "interrupted" },
    });
    expect(await present(store)).toEqual({});
  });
});

describe("a listing that ends early because the run was stopped", () => {
  test("shows no absence", async () => {
    await runSync(store, clock, manyThings(30));
    const before = await stateOf(store);
    const stop = new AbortController();
    const ending = {
      async *list() {
        yield page(...manyThings(5));
        stop.abort(new SyncError("interrupted", "stop"));
      },
    };
    const record = await runSync(store, clock, ending, { signal: stop.signal });
    expect(record).toMatchObject({ outcome: "failed", error: { code: "interrupted" }, pending: 0 });
    const { committedAt, lastCompleteAt } = before;
    expect(await stateOf(store)).toMatchObject({ committedAt, lastCompleteAt, count: 30 });
    expect(await stateOf(store)).not.toHaveProperty("pending");
  });
});

describe("an operation of the store that fails", () => {
  const listed = [thing("a", 2), thing("c")];
  beforeEach(async () => {
    await runSync(store, clock, things("a", "b"));
  });

  test.each<[keyof Store, number]>([
    ["scopeState", 1],
    ["discards", 1],
    ["items", 1],
    ["discards", 2],
    ["putScopeState", 1],
    ["begin", 1],
    ["putScopeState", 2],
    ["itemsOf", 1],
    ["write", 1],
    ["putScopeState", 3],
  ])("fails the sync, which changes nothing: %s, call %i", async (name, from) => {
    const record = await runSync(failing(name, { from, once: true }), clock, listed);
    expect(record).toMatchObject({ outcome: "failed", error: { code: "unavailable" }, added: 0 });
    expect(await present(store)).toEqual({ a: 1, b: 1 });
    const next = await runSync(store, clock, listed);
    expect(next).toMatchObject({ outcome: "complete", added: 1, modified: 1, removed: 1 });
    expect(await present(store)).toEqual({ a: 2, c: 1 });
    expect(await log(store)).toEqual(["added a 1", "added b 1", "modified a 2", "removed b 2", "added c 1"]);
  });
  test.each<[keyof Store, number]>([
    ["scopeState", 1],
    ["putScopeState", 1],
    ["putScopeState", 2],
    ["putScopeState", 3],
    ["write", 1],
  ])("for good leaves the scope to a takeover: %s, from call %i", async (name, from) => {
    const record = await runSync(failing(name, { from }), clock, listed);
    expect(record).toMatchObject({ outcome: "failed", error: { code: "unavailable" } });
    expect(await present(store)).toEqual({ a: 1, b: 1 });
    const next = runSync(store, clock, listed);
    await clock.advance(32_000);
    expect(await next).toMatchObject({ outcome: "complete", added: 1, modified: 1, removed: 1 });
    expect(await present(store)).toEqual({ a: 2, c: 1 });
    expect(await log(store)).toEqual(["added a 1", "added b 1", "modified a 2", "removed b 2", "added c 1"]);
  });
  test.each<keyof Store>(["deleteMarks", "delete"])(
    "while cleaning up leaves the sync complete, and the rest to be cleaned up later: %s",
    async (name) => {
      expect(await runSync(failing(name), clock, listed)).toMatchObject({ outcome: "complete", added: 1 });
      expect(await runSync(store, clock, [...listed, thing("d")])).toMatchObject({ outcome: "complete", added: 1 });
      expect(await present(store)).toEqual({ a: 2, c: 1, d: 1 });
      expect(await store.marks()).toEqual([]);
    },
  );
  test.each<keyof Store>(["addDiscards", "deleteMarks"])(
    "while giving up leaves the rest to the next sync: %s",
    async (name) => {
      const once = failing(name, { once: true });
      const failed = await runSync(once, clock, listing([page(...listed)], denied), { limits: EARLY });
      expect(failed).toMatchObject({ outcome: "failed", error: { code: "denied" } });
      expect(await present(store)).toEqual({ a: 1, b: 1 });
      expect(await runSync(store, clock, listed)).toMatchObject({ outcome: "complete" });
      expect(await present(store)).toEqual({ a: 2, c: 1 });
      expect(await store.marks()).toEqual([]);
    },
  );
  test("says in the record that the failure could not be noted", async () => {
    const unnoted = failing("putScopeState");
    const { error } = await runSync(unnoted, clock, listing([], denied));
    expect(error).toMatchObject({
      code: "denied",
      message: expect.stringMatching(/AccessDenied.*; it could not be noted in the scope: putScopeState failed$/),
    });
    expect((await syncRecords(store))[0]?.error).toEqual(error);
  });
  test("leaves a sync without a record complete, and says so", async () => {
    const record = await runSync(failing("recordSync"), clock, listed);
    expect(record).toMatchObject({
      ...{ outcome: "complete", added: 1 },
      error: { code: "unavailable", message: expect.stringContaining("record could not be stored: recordSync failed") },
    });
    expect(await present(store)).toEqual({ a: 2, c: 1 });
  });
});

describe("a sync that was not alone", () => {
  test("is complete, in its record too, when only the answer to its commit was lost", async () => {
    let puts = 0;
    const unheard = replaced(store, {
      async putScopeState(state) {
        puts += 1;
        const stored = await store.putScopeState(state);
        if (puts === 3) throw new SyncError("unavailable", "the answer was lost");
        return stored;
      },
    });
    expect(await runSync(unheard, clock, things("a"))).toMatchObject({ outcome: "complete", added: 1 });
    expect(await stateOf(store)).toMatchObject({ outcome: "complete", count: 1 });
    expect(await syncRecords(store)).toMatchObject([{ outcome: "complete", added: 1, at: expect.any(String) }]);
  });
  test("says what it did itself, though another failed before it heard that it had committed", async () => {
    let puts = 0;
    const unheard = replaced(store, {
      async putScopeState(state) {
        puts += 1;
        const stored = await store.putScopeState(state);
        if (puts !== 3) return stored;
        await runSync(store, clock, listing([], denied));
        throw new SyncError("unavailable", "the answer was lost");
      },
    });
    const record = await runSync(unheard, clock, things("a"));
    expect(record).toMatchObject({ outcome: "complete", added: 1, at: expect.any(String) });
    expect(record).not.toHaveProperty("error");
    expect(await present(store)).toEqual({ a: 1 });
    expect((await syncRecords(store)).map(({ outcome }) => outcome).sort()).toEqual(["complete", "failed"]);
  });
  test("is skipped when another committed while it listed", async () => {
    await runSync(store, clock, things("a"));
    const slow = {
      async *list() {
        await runSync(store, clock, things("a", "fast"));
        yield page(thing("a"), thing("slow"));
      },
    };
    expect(await reconcile(store, clock, slow)).toMatchObject({ status: "skipped" });
    expect(await present(store)).toEqual({ a: 1, fast: 1 });
    expect(await syncRecords(store)).toHaveLength(2);
    expect(await stateOf(store)).not.toHaveProperty("error");
  });
  test("is skipped when it found nothing new and another wrote meanwhile", async () => {
    await runSync(store, clock, things("a"));
    const slow = {
      async *list() {
        yield page(thing("a"));
        await runSync(store, clock, things("a", "fast"));
      },
    };
    expect(await reconcile(store, clock, slow)).toEqual({ status: "skipped", reason: "another sync was faster" });
    expect(await present(store)).toEqual({ a: 1, fast: 1 });
  });
  test("says that an item is damaged which is lost when its change is written ahead", async () => {
    await runSync(store, clock, things("a", "b"));
    const losing = replaced(store, { itemsOf: async () => [] });
    const record = await runSync(losing, clock, [thing("a", 2), thing("b", 2)], {
      limits: EARLY,
    });
    expect(record).toMatchObject({ outcome: "failed", error: { code: "damaged" } });
    expect(await present(store)).toEqual({ a: 1, b: 1 });
  });
  test("takes what another is writing at the moment for no damage", async () => {
    await runSync(store, clock, things("a", "b"));
    let once = true;
    const interleaved = replaced(store, {
      async items(...request) {
        // Another sync writes between this one's reading of the state and of the items, and is not done when these are read.
        if (once) {
          once = false;
          const failingToEnd = failing("putScopeState", { from: 3 });
          await runSync(failingToEnd, clock, [thing("a", 2), thing("b", 2)]);
        }
        return store.items(...request);
      },
    });
    expect(await reconcile(interleaved, clock, things("a", "c"))).toMatchObject({ status: "skipped" });
    expect(await stateOf(store)).not.toHaveProperty("error");
  });
  test("takes what another has committed at the moment for no damage", async () => {
    await runSync(store, clock, things("a", "b"));
    let once = true;
    const interleaved = replaced(store, {
      async items(...request) {
        if (once) {
          once = false;
          await runSync(store, clock, [thing("a", 2), thing("b", 2)]);
        }
        return store.items(...request);
      },
    });
    expect(await reconcile(interleaved, clock, things("a", "c"))).toMatchObject({ status: "skipped" });
    expect(await stateOf(store)).toMatchObject({ outcome: "complete" });
    expect(await present(store)).toEqual({ a: 2, b: 2 });
  });
  test("notes its failure beside what another is writing, which commits all the same", async () => {
    await runSync(store, clock, things("a"));
    const writing = replaced(store, {
      async write(...request) {
        await store.write(...request);
        const other = reconcile(store, clock, listing([], denied));
        await clock.advance(31_000);
        expect(await other).toMatchObject({ status: "skipped" });
        const { error: _error, ...state } = await stateOf(store);
        const error = { code: "denied", message: "no" } as const;
        await store.putScopeState({ ...state, error, revision: state.revision + 1 });
      },
    });
    expect(await runSync(writing, clock, things("a", "b"))).toMatchObject({ outcome: "complete", added: 1 });
    expect(await present(store)).toEqual({ a: 1, b: 1 });
  });
});
