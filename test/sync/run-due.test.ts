import { beforeEach, describe, expect, test } from "vitest";
import { collectionOf } from "../../functions/model/collection.ts";
import type { Connection } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { requestSync } from "../../functions/sync/claim.ts";
import { type DueCollection, runDue } from "../../functions/sync/run-due.ts";
import type { CollectionResult } from "../../functions/sync/sync-collection.ts";
import {
  COLLECTION,
  CREATION_SOURCE,
  connected,
  createTestClock,
  createTestHost,
  createTestStore,
  deferred,
  listing,
  page,
  present,
  reconcile,
  replaced,
  runSync,
  SOURCE,
  type TestClock,
  thing,
  traced,
} from "./engine.ts";
import { created } from "./upstream.ts";

const MINUTE_MS = 60_000;
const OTHER = collectionOf("test.others", { account: "123456789012", region: "eu-west-1" });

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

/** Runs these collections until it is stopped; tells what ended and what failed. */
function start(collections: readonly DueCollection[] | (() => readonly DueCollection[]), through: Store = store) {
  const stop = new AbortController();
  const ended: CollectionResult[] = [];
  const failures: string[] = [];
  const host = createTestHost(through, clock, { signal: stop.signal });
  const observer = {
    ended: (result: CollectionResult) => void ended.push(result),
    failed: (message: string) => void failures.push(message),
  };
  const current = typeof collections === "function" ? collections : () => collections;
  const done = runDue({ host, collections: async () => current(), observer });
  const finish = async () => {
    stop.abort();
    await clock.advance(0);
    await done;
  };
  return { ended, failures, finish };
}
const due = (listed: Partial<Connection>, options: Partial<DueCollection> = {}): DueCollection => ({
  ...{ source: SOURCE, collection: COLLECTION, intervals: { fullMs: 10 * MINUTE_MS } },
  connection: connected(listed),
  ...options,
});
const one = listing([page(thing("a"))]);

describe("a continuous run", () => {
  test("syncs at once what was never synced, and then whenever it is due", async () => {
    const { ended, finish } = start([due(one)]);
    await clock.advance(1_000);
    expect(ended).toHaveLength(1);
    await clock.advance(9 * MINUTE_MS);
    expect(ended).toHaveLength(1);
    await clock.advance(MINUTE_MS);
    expect(ended).toHaveLength(2);
    await clock.advance(30 * MINUTE_MS);
    expect(ended).toHaveLength(5);
    await finish();
    expect(await present(store)).toEqual({ a: 1 });
  });
  test("syncs within a minute what it is given meanwhile, and no more what it is not given any longer", async () => {
    let collections = [due(one)];
    const { ended, finish } = start(() => collections);
    await clock.advance(1_000);
    collections = [due(one, { collection: OTHER })];
    await clock.advance(MINUTE_MS);
    expect(ended.map(({ collection }) => collection)).toEqual([COLLECTION, OTHER]);
    await clock.advance(10 * MINUTE_MS);
    expect(ended.map(({ collection }) => collection)).toEqual([COLLECTION, OTHER, OTHER]);
    await finish();
  });
  test("goes on where it stopped: what is not due yet waits", async () => {
    const first = start([due(one)]);
    await clock.advance(1_000);
    await first.finish();
    const second = start([due(one)]);
    await clock.advance(8 * MINUTE_MS);
    expect(second.ended).toEqual([]);
    await clock.advance(2 * MINUTE_MS);
    expect(second.ended).toHaveLength(1);
    await second.finish();
  });
  test("syncs each collection by itself: one that fails holds no other up", async () => {
    const denied = listing([], Object.assign(new Error("no"), { name: "AccessDeniedException" }));
    const { ended, finish } = start([due(denied), due(one, { collection: OTHER })]);
    await clock.advance(25 * MINUTE_MS);
    expect(ended.filter(({ collection }) => collection === OTHER)).toHaveLength(3);
    expect(ended.filter(({ collection }) => collection === COLLECTION)).toHaveLength(3);
    await finish();
  });
  test("sees at once that a sync has ended while it read what is due", async () => {
    const [listed, read] = [deferred(), deferred()];
    let reads = 0;
    const slow = replaced(store, {
      async collectionRecords(services) {
        const records = await store.collectionRecords(services);
        reads += 1;
        if (reads === 2) await read.promise;
        return records;
      },
    });
    const held: Partial<Connection> = {
      async *list() {
        await listed.promise;
        yield page(thing("a"));
      },
    };
    const { ended, finish } = start([due(held), due(one, { collection: OTHER })], slow);
    await clock.advance(1_000);
    expect(ended.map(({ collection }) => collection)).toEqual([OTHER]);
    await requestSync(store, COLLECTION);
    listed.resolve();
    await clock.advance(1_000);
    expect(ended).toHaveLength(2);
    read.resolve();
    await clock.advance(1_000);
    expect(ended).toHaveLength(3);
    await finish();
  });
  test("retries a passing failure soon, and less often each time", async () => {
    const throttled = listing([], Object.assign(new Error("later"), { name: "ThrottlingException" }));
    const { ended, finish } = start([due(throttled)]);
    await clock.advance(8 * MINUTE_MS);
    // At once, and after one, two and four minutes more.
    expect(ended).toHaveLength(4);
    await finish();
  });
  test("syncs incrementally in between, where the source can", async () => {
    const intervals = { fullMs: 30 * MINUTE_MS, incrementalMs: 5 * MINUTE_MS };
    const listed = listing([page(thing(created(0)))]);
    const { ended, finish } = start([due(listed, { source: CREATION_SOURCE, intervals })]);
    await clock.advance(31 * MINUTE_MS);
    const kinds = ended.map(({ kind }) => kind);
    expect(kinds[0]).toBe("full");
    expect(kinds.slice(1, 6)).toEqual(Array.from({ length: 5 }, () => "incremental"));
    expect(kinds.filter((kind) => kind === "full")).toHaveLength(2);
    await finish();
  });
  test("leaves a retired collection alone", async () => {
    await store.putCollectionRecord({
      ...{ collection: COLLECTION, revision: 1, status: "retired", nextAt: 0 },
    });
    const { ended, finish } = start([due(one)]);
    await clock.advance(60 * MINUTE_MS);
    expect(ended).toEqual([]);
    await finish();
  });
  test("reports a store that fails, and tries again soon", async () => {
    let fails = true;
    const failing = replaced(store, {
      collectionRecords(services) {
        return fails ? Promise.reject(new Error("no disk")) : store.collectionRecords(services);
      },
    });
    const { ended, failures, finish } = start([due(one)], failing);
    await clock.advance(12_000);
    expect(failures).toEqual(["no disk", "no disk", "no disk"]);
    fails = false;
    await clock.advance(5_000);
    expect(ended).toHaveLength(1);
    await finish();
  });
  test("settles every minute what dead writers left, so that readers go on", async () => {
    await runSync(store, clock, [thing("a")]);
    let isDead = false;
    const dead = replaced(store, {
      async write(...request) {
        await store.write(...request);
        isDead = true;
        await deferred().promise;
      },
      // The dead renew no lease.
      putScopeState: (state) => (isDead ? deferred().promise.then(() => false) : store.putScopeState(state)),
    });
    void reconcile(dead, clock, [thing("a", 2)]);
    await clock.advance(0);
    const held = await store.readTimestamp();
    const { finish } = start([due(one, { collection: OTHER })]);
    await clock.advance(MINUTE_MS - 1);
    expect(await store.readTimestamp()).toBe(held);
    await clock.advance(1_000);
    expect((await store.readTimestamp()) > held).toBe(true);
    expect(await store.marks()).toEqual([]);
    expect(await present(store)).toEqual({ a: 1 });
    await finish();
  });
  test("does not spin on a machine whose clock is wrong", async () => {
    const wrong = { ...one, clockOffset: () => 60 * MINUTE_MS };
    const { ended, finish } = start([due(wrong)]);
    await clock.advance(10 * MINUTE_MS);
    expect(ended.length).toBeGreaterThan(5);
    expect(ended.length).toBeLessThan(15);
    await finish();
  });
  test("does not spin while a sync that died again and again waits to be tried once more", async () => {
    const claim = { id: "of the dead", at: clock.now() - 2, expires: clock.now() - 1 };
    await store.putCollectionRecord({
      ...{
        collection: COLLECTION,
        revision: 1,
        status: "active",
        nextAt: 0,
        failures: 1,
        failure: "interrupted",
        claim,
      },
    });
    const { store: through, calls } = traced(store);
    const { ended, finish } = start([due(one)], through);
    await clock.advance(MINUTE_MS - 2);
    expect(ended).toEqual([]);
    expect(calls.filter((call) => call === "collectionRecords")).toHaveLength(1);
    await clock.advance(2);
    expect(ended).toHaveLength(1);
    await finish();
  });
  test("ends when it is stopped, amid a listing too", async () => {
    const stuck: Partial<Connection> = {
      async *list(_scope, signal) {
        yield page(thing("a"));
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    };
    const { ended, finish } = start([due(stuck)]);
    await clock.advance(MINUTE_MS);
    expect(ended).toEqual([]);
    await finish();
    expect(ended.map(({ scopes }) => scopes[0]?.result)).toMatchObject([
      { record: { outcome: "failed", error: { code: "interrupted" } } },
    ]);
    expect(await present(store)).toEqual({});
  });
});
