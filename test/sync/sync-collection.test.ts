import { beforeEach, describe, expect, test } from "vitest";
import { type Scope, scopeOfFirstPart } from "../../functions/model/collection.ts";
import { EPOCH } from "../../functions/model/instant.ts";
import type { Connection } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { claim, requestSync } from "../../functions/sync/claim.ts";
import { DEFAULT_LIMITS, type SyncHost } from "../../functions/sync/job.ts";
import { creationScopes } from "../../functions/sync/plan.ts";
import {
  type CollectionJob,
  type CollectionResult,
  syncClaimed,
  syncCollection,
} from "../../functions/sync/sync-collection.ts";
import {
  COLLECTION,
  CREATION_SOURCE,
  connected,
  createTestClock,
  createTestHost,
  createTestStore,
  listing,
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
import { created, keyOfId, listedByCreation, thingsById } from "./upstream.ts";

const MINUTE_MS = 60_000;
const INTERVALS = { fullMs: 60 * MINUTE_MS };
const PLANNED = { ...SOURCE, planned: true, key: (document: unknown) => `${(document as Thing).Id}` };

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

type JobOptions = Partial<Omit<CollectionJob, "connection">>;
const sync = (connection: Partial<Connection>, options: JobOptions = {}, host: Partial<SyncHost> = {}) => {
  clock.jump(1_000);
  let holders = 0;
  return syncCollection(createTestHost(store, clock, { holder: () => `${clock.now()} ${++holders}`, ...host }), {
    ...{ source: SOURCE, collection: COLLECTION, kind: "full", intervals: INTERVALS, ...options },
    connection: connected(connection),
  });
};
const record = async () => {
  const stored = await store.collectionRecord(COLLECTION);
  if (!stored) throw new Error("no record");
  return stored;
};
const outcomes = ({ scopes }: CollectionResult) =>
  scopes.map(({ scope, result }) => [scope, result.status === "ended" ? result.record.outcome : result.status]);
const things = (...ids: string[]) => listing([page(...ids.map((id) => thing(id)))]);
const throttled = Object.assign(new Error("slowly"), { name: "ThrottlingException" });
const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });

describe("syncing a collection", () => {
  test("that has nothing new reads two records and makes three small writes", async () => {
    await sync(things("a", "b"));
    const { store: watched, calls } = traced(store);
    await sync(things("a", "b"), {}, { store: watched });
    expect(calls).toEqual([
      ...["collectionRecord", "putCollectionRecord", "scopeStates"],
      ...["putScopeState", "putCollectionRecord"],
    ]);
  });
  test("notes when it is due again and how fresh it is, and claims it meanwhile", async () => {
    const claims: unknown[] = [];
    const connection: Partial<Connection> = {
      async *list() {
        claims.push((await record()).claim);
        yield page(thing("a"));
      },
    };
    const result = await sync(connection);
    expect(outcomes(result)).toEqual([["all", "complete"]]);
    expect(claims).toEqual([{ id: expect.any(String), at: clock.now(), expires: clock.now() + 30_000 }]);
    const { lastCompleteAt } = await stateOf(store);
    expect(await record()).toEqual({
      ...{ collection: COLLECTION, revision: 2, status: "active" },
      ...{ nextAt: clock.now() + INTERVALS.fullMs, freshAt: lastCompleteAt, committedAt: lastCompleteAt },
      ...{ totals: { items: 1 }, syncedAt: clock.now() },
      published: { at: EPOCH },
    });
  });
  test("that fails counts the failure and keeps how fresh it was", async () => {
    await sync(things("a"));
    const { freshAt } = await record();
    expect(outcomes(await sync(listing([], denied)))).toEqual([["all", "failed"]]);
    expect(await record()).toMatchObject({ failures: 1, freshAt });
  });
  test("that is held stays as old as its last complete listing", async () => {
    await sync(things("a", "b"));
    const { freshAt } = await record();
    await sync(listing([page(thing("a"), { Value: 1 })]));
    expect((await record()).freshAt).toBe(freshAt);
    expect(await record()).not.toHaveProperty("failures");
  });
  test("that another has synced meanwhile goes by what that one stored", async () => {
    const slow: Partial<Connection> = {
      async *list() {
        yield page(thing("a"));
        await runSync(store, clock, [thing("a"), thing("fast")]);
      },
    };
    expect(outcomes(await sync(slow))).toEqual([["all", "skipped"]]);
    expect((await record()).freshAt).toBe((await stateOf(store)).lastCompleteAt);
    expect(await record()).not.toHaveProperty("failures");
  });
  test("is not noted once another claimed it", async () => {
    const slow: Partial<Connection> = {
      async *list() {
        yield page(thing("a"));
        await sync(things("a"));
      },
    };
    await sync(slow, { intervals: { fullMs: 1 } });
    expect((await record()).nextAt).toBe(clock.now() + INTERVALS.fullMs);
  });
  test("rejects when its record can be neither read nor written, and lists nothing", async () => {
    for (const name of ["collectionRecord", "putCollectionRecord"] as const) {
      const failing = replaced(store, { [name]: () => Promise.reject(new Error(`${name} failed`)) });
      await expect(sync({}, {}, { store: failing })).rejects.toThrow(`${name} failed`);
    }
  });
  test("reports its progress to its observer", async () => {
    const told: unknown[] = [];
    const observer = {
      planned: (_collection: string, scopes: number, expected?: number) => told.push(["planned", scopes, expected]),
      progress: (_collection: string, scope: string, { step }: { step: string }) => told.push([scope, step]),
      scopeDone: (_collection: string, { scope }: { scope: string }) => told.push([scope, "done"]),
    };
    await sync(things("a", "b"), { observer });
    expect(told).toEqual([
      ["planned", 1, undefined],
      ["all", "listing"],
      ["all", "writing"],
      ["all", "done"],
    ]);
    told.length = 0;
    await sync(things("a", "b"), { observer });
    expect(told[0]).toEqual(["planned", 1, 2]);
  });
});

describe("a collection whose scopes are planned", () => {
  const upstream = (scopes: Readonly<Record<string, readonly string[]>>, failure?: Error): Partial<Connection> => ({
    async *plan() {
      for (const id of Object.keys(scopes)) yield scopeOfFirstPart(id);
      if (failure) throw failure;
    },
    async *list({ id }) {
      yield page(...(scopes[id] ?? []).map((name) => thing(`${id}#${name}`)));
    },
  });
  const planned = (connection: Partial<Connection>, options: JobOptions = {}, host: Partial<SyncHost> = {}) =>
    sync(connection, { source: PLANNED, ...options }, host);

  test("syncs every scope, what was never listed first, and what is orphaned last", async () => {
    await planned(upstream({ a: ["1"], b: ["2"] }));
    const result = await planned(upstream({ b: ["2", "3"], c: [] }));
    expect(outcomes(result)).toEqual([
      ["c", "complete"],
      ["b", "complete"],
      ["a", "complete"],
    ]);
    expect(Object.keys(await present(store))).toEqual(["b#2", "b#3"]);
    expect((await record()).plan).toMatchObject({ lastCompleteAt: expect.any(String) });
  });
  describe("and do not fit before a deadline", () => {
    const ids = ["a", "b", "c", "d", "e", "f"];
    /** Each scope takes a minute; four are listed at the same time. */
    const slow = (listed: string[] = [], failing = ""): Partial<Connection> => ({
      ...upstream(Object.fromEntries(ids.map((id) => [id, []]))),
      async *list({ id }) {
        listed.push(id);
        clock.jump(MINUTE_MS);
        if (id === failing) throw throttled;
        yield page(thing(`${id}#1`));
      },
    });
    /** As a worker does, until its deadline. */
    const work = async (connection: Partial<Connection>, ms: number) => {
      clock.jump(1_000);
      const claimed = await claim(store, { collection: COLLECTION, id: `${clock.now()}` });
      const job = { source: PLANNED, collection: COLLECTION, kind: "full" as const, intervals: INTERVALS };
      const deadline = clock.monotonic() + ms;
      await syncClaimed(createTestHost(store, clock), { ...job, connection: connected(connection), deadline }, claimed);
    };

    test("are left, and due again at once; the next sync lists those, and no other", async () => {
      const [first, second, third]: [string[], string[], string[]] = [[], [], []];
      await work(slow(first), 3 * MINUTE_MS - 1);
      expect(first).toEqual(["a", "b", "c", "d"]);
      const left = await record();
      expect(left).toMatchObject({
        nextAt: 0,
        startedAt: expect.any(Number),
        plan: { lastCompleteAt: expect.any(String) },
      });
      expect(left).not.toHaveProperty("freshAt");
      expect(left).not.toHaveProperty("failures");
      expect(left).not.toHaveProperty("claim");
      await work(slow(second), 60 * MINUTE_MS);
      expect(second).toEqual(["e", "f"]);
      expect(await record()).toMatchObject({ nextAt: clock.now() + INTERVALS.fullMs, freshAt: expect.any(String) });
      expect(await record()).not.toHaveProperty("startedAt");
      await work(slow(third), 60 * MINUTE_MS);
      expect(third.toSorted()).toEqual(ids);
    });
    test("are tried again in the same round when they failed", async () => {
      const [first, second]: [string[], string[]] = [[], []];
      await work(slow(first, "b"), 3 * MINUTE_MS - 1);
      await work(slow(second), 60 * MINUTE_MS);
      expect(second.toSorted()).toEqual(["b", "e", "f"]);
    });
    test("are all listed by a person's sync, whatever was listed before", async () => {
      const all: string[] = [];
      await work(slow([]), 3 * MINUTE_MS - 1);
      await planned(slow(all));
      expect(all.toSorted()).toEqual(ids);
      expect(await record()).not.toHaveProperty("startedAt");
    });
    test("are all listed by the sync that a person asks a deployment for, which may run out of time itself", async () => {
      const [first, second]: [string[], string[]] = [[], []];
      await work(slow([]), 3 * MINUTE_MS - 1);
      clock.jump(1_000);
      await requestSync(store, COLLECTION);
      await work(slow(first), 3 * MINUTE_MS - 1);
      await work(slow(second), 60 * MINUTE_MS);
      expect([...first, ...second].toSorted()).toEqual(ids);
      expect(await record()).not.toHaveProperty("startedAt");
      expect(await record()).not.toHaveProperty("request");
    });
    test("wait as after a failure when there was not even time for one of them", async () => {
      await work(slow([]), -MINUTE_MS);
      expect(await record()).toMatchObject({ failures: 1, failure: "interrupted", nextAt: clock.now() + MINUTE_MS });
    });
  });
  test("counts the removals that are pending in its record, until they are applied", async () => {
    const all = Array.from({ length: 30 }, (_, n) => `${n}`);
    await planned(upstream({ a: all, b: all }));
    await planned(upstream({ a: [], b: [] }));
    expect((await record()).pending).toBe(60);
    await planned(upstream({ a: [], b: [] }), { kind: "full" });
    expect(await record()).not.toHaveProperty("pending");
  });
  test("is as fresh as the scope that was listed whole the longest ago, ended ones aside", async () => {
    await planned(upstream({ a: ["1"], b: ["2"] }));
    const { lastCompleteAt } = await stateOf(store, "b");
    clock.jump(MINUTE_MS);
    const halfDenied: Partial<Connection> = {
      ...upstream({ a: ["1"], b: ["2"] }),
      async *list({ id }) {
        if (id === "b") throw denied;
        yield page(thing("a#1"));
      },
    };
    await planned(halfDenied);
    expect((await record()).freshAt).toBe(lastCompleteAt);
    clock.jump(MINUTE_MS);
    await planned(upstream({ a: ["1"] }));
    expect((await record()).freshAt).toBe((await stateOf(store, "a")).lastCompleteAt);
    expect(await stateOf(store, "b")).toMatchObject({ ended: "parent removed" });
  });
  test("is as fresh as the scopes that have not ended, also where their states are read again", async () => {
    await planned(upstream({ a: ["1"], b: ["2"] }));
    await planned(upstream({ a: ["1"] }));
    clock.jump(MINUTE_MS);
    const overtaken: Partial<Connection> = {
      ...upstream({ a: ["1"] }),
      async *list(scope) {
        await runSync(store, clock, [thing("a#1")], { scope, source: PLANNED });
        clock.jump(1);
        yield page(thing("a#1"));
      },
    };
    expect(outcomes(await planned(overtaken))).toEqual([["a", "skipped"]]);
    const [a, b] = [await stateOf(store, "a"), await stateOf(store, "b")];
    expect((await record()).freshAt).toBe(a.lastCompleteAt);
    expect((b.lastCompleteAt ?? "") < (a.lastCompleteAt ?? "")).toBe(true);
  });
  test("is as fresh as its plan where that names nothing", async () => {
    await planned(upstream({}));
    const { freshAt, plan } = await record();
    expect(freshAt).toBe(plan?.lastCompleteAt);
  });
  test("whose plan fails syncs nothing, and notes why", async () => {
    await planned(upstream({ a: ["1"] }));
    const before = await record();
    const result = await planned(upstream({ a: [] }, denied));
    expect(result).toMatchObject({ scopes: [], failure: { code: "denied" } });
    expect(Object.keys(await present(store))).toEqual(["a#1"]);
    expect(await record()).toMatchObject({
      ...{ failures: 1, freshAt: before.freshAt },
      plan: { lastCompleteAt: before.plan?.lastCompleteAt, error: { code: "denied" } },
    });
    await planned(upstream({ a: ["1"] }));
    expect((await record()).plan).not.toHaveProperty("error");
  });
  test("syncs four scopes at a time", async () => {
    let running = 0;
    let most = 0;
    const ids = Array.from({ length: 9 }, (_, n) => `s${n}`);
    const connection: Partial<Connection> = {
      ...upstream(Object.fromEntries(ids.map((id) => [id, []]))),
      async *list({ id }) {
        running += 1;
        most = Math.max(most, running);
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        yield page(thing(`${id}#x`));
      },
    };
    await planned(connection);
    expect(most).toBe(4);
    expect(Object.keys(await present(store))).toHaveLength(9);
  });
  test("does not remove an orphaned scope that the plan names again when it is read once more", async () => {
    await planned(upstream({ a: ["1"], b: ["2"] }));
    let reads = 0;
    const flickering: Partial<Connection> = {
      ...upstream({ a: ["1"], b: ["2"] }),
      async *plan(): AsyncGenerator<Scope> {
        reads += 1;
        yield scopeOfFirstPart("a");
        if (reads > 1) yield scopeOfFirstPart("b");
      },
    };
    expect(outcomes(await planned(flickering))).toEqual([
      ["a", "complete"],
      ["b", "skipped"],
    ]);
    expect(Object.keys(await present(store))).toEqual(["a#1", "b#2"]);
  });
});

describe("a collection that is listed by creation", () => {
  const SMALL = { ...DEFAULT_LIMITS, scopeItems: 2 };
  const hours = (count: number) => Array.from({ length: count }, (_, n) => created(n));
  const byCreation = (ids: readonly string[], options: JobOptions = {}, host: Partial<SyncHost> = {}) =>
    sync(
      listedByCreation(thingsById(...ids)),
      { source: CREATION_SOURCE, intervals: { ...INTERVALS, incrementalMs: 5 * MINUTE_MS }, ...options },
      { limits: SMALL, ...host },
    );
  const scopes = async () => creationScopes(await store.scopeStates(COLLECTION));

  test("is followed from scope to scope, until everything is listed", async () => {
    const result = await byCreation(hours(7));
    expect(result.scopes).toHaveLength(4);
    expect(Object.keys(await present(store))).toEqual(hours(7).map(keyOfId));
    const oldest = (await store.scopeStates(COLLECTION)).map(({ lastCompleteAt = "" }) => lastCompleteAt).sort()[0];
    expect((await record()).freshAt).toBe(oldest);
  });
  test("has its closed scopes synced fully, and incrementally only the open one", async () => {
    await byCreation(hours(7));
    expect((await byCreation(hours(7))).scopes.map(({ scope }) => scope)).toEqual((await scopes()).map(({ id }) => id));
    const { freshAt } = await record();
    const result = await byCreation(hours(8), { kind: "incremental" });
    expect(result.scopes.map(({ scope }) => scope)).toEqual([(await scopes()).at(-1)?.id]);
    expect(Object.keys(await present(store))).toHaveLength(8);
    // The closed scopes are as old as they were.
    expect((await record()).freshAt).toBe(freshAt);
  });
  test("makes an incremental sync due sooner than a full one, and later while nothing was new for a week", async () => {
    await byCreation(hours(3));
    expect((await record()).nextIncrementalAt).toBe(clock.now() + 5 * MINUTE_MS);
    clock.jump(7 * 24 * 60 * MINUTE_MS);
    for (let quiet = 0; quiet < 13; quiet += 1) await byCreation(hours(3), { kind: "incremental" });
    expect(await record()).toMatchObject({ quiet: 13, nextIncrementalAt: clock.now() + 10 * MINUTE_MS });
    await byCreation(hours(4), { kind: "incremental" });
    expect((await record()).nextIncrementalAt).toBe(clock.now() + 5 * MINUTE_MS);
  });
});
