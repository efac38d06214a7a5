import { beforeEach, describe, expect, test } from "vitest";
import {
  ENTIRE_COLLECTION,
  type KeyRange,
  PLAN,
  partsOf,
  type Scope,
  scopeFrom,
  scopeOfFirstPart,
} from "../../functions/model/collection.ts";
import { initialState, type ScopeState } from "../../functions/model/scope-state.ts";
import { type Connection, ParentNotFoundError } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import type { SyncHost, SyncKind } from "../../functions/sync/job.ts";
import { creationScopes, planScopes } from "../../functions/sync/plan.ts";
import {
  COLLECTION,
  CREATION_SOURCE,
  createTestClock,
  createTestHost,
  createTestStore,
  listing,
  replaced,
  runSync,
  SOURCE,
  stateOf,
  syncRecords,
  type TestClock,
  thing,
  traced,
} from "./engine.ts";

const PLANNED = { ...SOURCE, planned: true };
let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const plans = (ids: readonly string[], failure?: Error): Pick<Connection, "plan"> => ({
  async *plan(): AsyncGenerator<Scope> {
    for (const id of ids) yield scopeOfFirstPart(id);
    if (failure) throw failure;
  },
});
const plan = (connection: Pick<Connection, "plan">, source = PLANNED, options: Partial<SyncHost> = {}) =>
  planScopes(createTestHost(store, clock, options), { source, collection: COLLECTION, connection, kind: "full" });
const names = async (connection: Pick<Connection, "plan">) =>
  (await plan(connection)).scopes.map(({ scope, orphaned }) => (orphaned ? `${scope.id} orphaned` : scope.id));
/** Syncs a scope that holds one item. */
const sync = (id: string) =>
  runSync(store, clock, [thing(`${id}x`)], { scope: { id, range: { from: id, until: `${id}~` } } });
/** Finds the parent of a scope gone. */
const end = (id: string) =>
  runSync(store, clock, listing([], new ParentNotFoundError("gone")), { scope: { id, range: {} } });

describe("a plan", () => {
  test("of a source without one is the entire collection, and nothing is noted", async () => {
    const unplanned = {
      plan: () =>
        plans(["never read"], new Error("never read")).plan(new AbortController().signal, partsOf(COLLECTION)),
    };
    expect(await plan(unplanned, SOURCE)).toEqual({
      scopes: [{ scope: ENTIRE_COLLECTION, orphaned: false }],
      waiting: 0,
      states: [],
    });
    expect(await store.scopeStates(COLLECTION)).toEqual([]);
  });
  test("names each scope once, and says when it was complete", async () => {
    expect(await names(plans(["a", "b", "a"]))).toEqual(["a", "b"]);
    const now = new Date(clock.now()).toISOString();
    expect((await plan(plans(["a"]))).plan).toEqual({ lastAttemptAt: now, lastCompleteAt: now });
  });
  test("that no longer names a stored scope makes it orphaned, until it has ended", async () => {
    await sync("a");
    await sync("b");
    expect(await names(plans(["a"]))).toEqual(["a", "b orphaned"]);
    await end("b");
    expect(await stateOf(store, "b")).toMatchObject({ count: 0, ended: "parent removed" });
    expect(await names(plans(["a"]))).toEqual(["a"]);
    expect(await names(plans([]))).toEqual(["a orphaned"]);
  });
  test("that names an ended scope again has it synced like any other", async () => {
    await sync("b");
    await end("b");
    expect(await names(plans(["b"]))).toEqual(["b"]);
    await sync("b");
    expect(await stateOf(store, "b")).not.toHaveProperty("ended");
  });
  test("keeps an ended scope orphaned while a writer holds it", async () => {
    await sync("b");
    await end("b");
    const state = await stateOf(store, "b");
    await store.putScopeState({ ...state, revision: state.revision + 1, holder: "dead", expires: clock.now() });
    expect(await stateOf(store, "b")).toMatchObject({ holder: "dead" });
    expect(await names(plans([]))).toEqual(["b orphaned"]);
  });
  test("gives an orphaned scope the range that is stored of it", async () => {
    await sync("b");
    const [orphaned] = (await plan(plans([]))).scopes;
    expect(orphaned).toMatchObject({ scope: { id: "b", range: { from: "b", until: "b~" } }, orphaned: true });
  });
  test("hands on what is stored of each scope, read once for all", async () => {
    await sync("a");
    await sync("b");
    const { store: watched, calls } = traced(store);
    const { scopes } = await plan(plans(["b", "c"]), PLANNED, { store: watched });
    const states = scopes.map(({ scope, state }) => [scope.id, state]);
    expect(states).toEqual([
      ["b", await stateOf(store, "b")],
      ["c", undefined],
      ["a", await stateOf(store, "a")],
    ]);
    expect(calls).toEqual(["scopeStates"]);
  });
});

describe("a plan that fails", () => {
  const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });

  test("names nothing, so that nothing is orphaned, and leaves a record", async () => {
    await sync("b");
    clock.jump(5_000);
    await expect(plan(plans(["a"], denied))).rejects.toMatchObject({ name: "SyncError", code: "denied" });
    const error = { code: "denied", message: expect.stringContaining("Test ListThings failed") };
    expect((await syncRecords(store))[0]).toMatchObject({
      ...{ scope: PLAN, kind: "plan", outcome: "failed", error, listed: 0 },
    });
  });
  test("because the run was stopped says so", async () => {
    const signal = AbortSignal.abort(Object.assign(new Error("stop"), { name: "AbortError" }));
    await expect(plan(plans([], denied), PLANNED, { signal })).rejects.toMatchObject({ code: "interrupted" });
  });
  test("on a machine whose clock is wrong leaves no record", async () => {
    const wrong = { ...plans([], denied), clockOffset: () => 3_600_000 };
    await expect(plan(wrong)).rejects.toMatchObject({ code: "clock" });
    expect(await syncRecords(store)).toEqual([]);
  });
  test("in the store is the store's failure", async () => {
    const failing = replaced(store, { scopeStates: () => Promise.reject(new Error("no disk")) });
    await expect(plan(plans(["a"]), PLANNED, { store: failing })).rejects.toThrow("no disk");
  });
});

describe("the scopes of a source listed by creation", () => {
  const state = (id: string, range: KeyRange): ScopeState => ({ ...initialState(COLLECTION, { id, range }) });
  const closed = [
    state("from:2", { from: "2", until: "5" }),
    state("all", { until: "2" }),
    state("from:5", { from: "5" }),
  ];
  const planOf = async (kind: SyncKind) => {
    const through = replaced(store, { scopeStates: async () => closed });
    const request = { source: CREATION_SOURCE, collection: COLLECTION, connection: plans([]), kind };
    return (await planScopes(createTestHost(through, clock), request)).scopes;
  };

  test("are one open scope at first", () => {
    expect(creationScopes([])).toEqual([ENTIRE_COLLECTION]);
  });
  test("are the closed ranges, oldest first, and the open one", () => {
    expect(creationScopes(closed).map(({ id }) => id)).toEqual(["all", "from:2", "from:5"]);
  });
  test("end with an open one before anything is stored of it", () => {
    expect(creationScopes(closed.slice(0, 2)).at(-1)).toEqual(scopeFrom("5"));
  });
  test("are synced all, or incrementally the open one only", async () => {
    expect((await planOf("full")).map(({ scope }) => scope.id)).toEqual(["all", "from:2", "from:5"]);
    expect(await planOf("incremental")).toMatchObject([{ scope: scopeFrom("5"), orphaned: false }]);
  });
  test("leave out a range that no earlier one leads to", () => {
    expect(creationScopes([state("from:9", { from: "9" })])).toEqual([ENTIRE_COLLECTION]);
  });
});
