import { beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../functions/store/port.ts";
import { settleAbandoned } from "../../functions/sync/settle.ts";
import { addTarget, reconcileTargets, retireTarget, type TargetsReport } from "../../functions/sync/targets.ts";
import {
  COLLECTION,
  createTestClock,
  createTestHost,
  createTestStore,
  deferred,
  listing,
  log,
  manyThings,
  present,
  reconcile,
  replaced,
  runSync,
  SOURCE,
  stateOf,
  syncRecords,
  type TestClock,
  thing,
  traced,
} from "./engine.ts";

let store: Store;
let clock: TestClock;
beforeEach(async () => {
  clock = createTestClock();
  store = createTestStore(clock);
  await bringBack();
});

const TARGET = { account: "123456789012", region: "eu-west-1" };
const agree = (through = store): Promise<TargetsReport> => reconcileTargets(createTestHost(through, clock), [SOURCE]);
const record = () => store.collectionRecord(COLLECTION);

async function bringBack(): Promise<TargetsReport> {
  await addTarget(store, { ...TARGET, origin: "person" });
  return agree();
}

async function retire(through = store): Promise<TargetsReport> {
  clock.jump(1_000);
  await retireTarget(store, TARGET, "person");
  return agree(through);
}

describe("a retired target", () => {
  test("loses its items with a cause, keeps its history, and is due no more", async () => {
    const { at = "" } = await runSync(store, clock, [thing("a"), thing("b")]);
    expect(await retire()).toEqual({ entered: 0, broughtBack: 0, retired: 1, removed: 2, waiting: 0 });
    expect(await present(store)).toEqual({});
    expect(await present(store, at)).toEqual({ a: 1, b: 1 });
    expect(await log(store)).toEqual(["added a 1", "added b 1", "removed a 2", "removed b 2"]);
    const { items } = await store.items(COLLECTION, {}, { limit: 10 });
    expect(items.flat().map(({ cause }) => cause)).toEqual(["target retired", "target retired"]);
    expect(await stateOf(store)).toMatchObject({ count: 0, ended: "target retired" });
    expect(await record()).toMatchObject({ status: "retired", endedAt: expect.any(String) });
    const [last] = await syncRecords(store);
    expect(last).toMatchObject({ kind: "retirement", outcome: "complete", scope: "all", removed: 2, listed: 0 });
    expect(last?.at).toBe(items.flat()[0]?.at);
  });

  test("costs two reads from then on", async () => {
    await runSync(store, clock, [thing("a")]);
    await retire();
    const { store: watched, calls } = traced(store);
    expect(await agree(watched)).toEqual({ entered: 0, broughtBack: 0, retired: 0, removed: 0, waiting: 0 });
    expect(calls).toEqual(["collectionRecords", "targets"]);
  });

  test("ends wherever a killed process left it", async () => {
    await runSync(store, clock, manyThings(3));
    const before = await present(store);
    const { store: watched, calls } = traced(store);
    await retire(watched);
    const steps = calls.length;
    for (let step = 0; step < steps; step += 1) {
      clock = createTestClock();
      store = createTestStore(clock);
      await bringBack();
      await runSync(store, clock, manyThings(3));
      let left = step;
      // Whatever the process asks for from this step on never comes back.
      const dying = new Proxy(store, {
        get(target, name: keyof Store) {
          const operation = target[name] as (...values: unknown[]) => unknown;
          if (name === "now" || name === "clockOffset") return operation;
          return (...values: unknown[]) => (left-- > 0 ? operation(...values) : new Promise(() => undefined));
        },
      });
      await retireTarget(store, TARGET, "person");
      void agree(dying);
      await clock.advance(0);
      clock.jump(60_000);
      const seen = await present(store);
      expect(Object.keys(seen).length === 0 || JSON.stringify(seen) === JSON.stringify(before)).toBe(true);
      // As the dispatcher does every minute.
      await settleAbandoned({ store });
      expect(await agree()).toMatchObject({ waiting: 0 });
      expect(await present(store)).toEqual({});
      expect(await record()).toMatchObject({ status: "retired", endedAt: expect.any(String) });
      expect(await log(store)).toHaveLength(6);
      await store.close();
    }
    expect(steps).toBeGreaterThan(10);
  });

  test("waits for a sync that is writing, and ends what that stored", async () => {
    const resumed = deferred();
    const slow = replaced(store, {
      async write(...request) {
        await resumed.promise;
        return store.write(...request);
      },
    });
    const syncing = reconcile(slow, clock, [thing("a")]);
    await clock.advance(0);
    expect(await retire()).toMatchObject({ retired: 1, waiting: 1 });
    expect(await record()).not.toHaveProperty("endedAt");
    resumed.resolve();
    // It had acquired the scope, and read the record, before the target was retired.
    expect(await syncing).toMatchObject({ status: "ended", record: { outcome: "complete", added: 1 } });
    expect(await agree()).toMatchObject({ removed: 1, waiting: 0 });
    expect(await present(store)).toEqual({});
  });

  test("gets nothing from a sync that goes by what it read before", async () => {
    await runSync(store, clock, [thing("a")]);
    const listed = deferred();
    const syncing = reconcile(store, clock, {
      async *list() {
        await listed.promise;
        yield { documents: [thing("a"), thing("b")], retries: 0 };
      },
    });
    await clock.advance(0);
    await retire();
    listed.resolve();
    expect(await syncing).toMatchObject({ status: "skipped" });
    expect(await present(store)).toEqual({});
    expect(await stateOf(store)).toMatchObject({ ended: "target retired" });
  });

  test.each([
    ["a first sync whose scope was not there yet", []],
    ["a first sync, twice retired", [thing("z")]],
  ])("gets nothing from %s", async (_name, earlier) => {
    if (earlier.length > 0) {
      await runSync(store, clock, earlier);
      await retire();
      await bringBack();
    }
    // Retired after everything was read, and before the scope is acquired.
    const late = replaced(store, {
      async putScopeState(state) {
        if (state.holder !== undefined) await retire();
        return store.putScopeState(state);
      },
    });
    expect(await reconcile(late, clock, [thing("a")])).toMatchObject({
      status: "skipped",
      reason: expect.stringContaining("123456789012/eu-west-1 is retired: `stocktake targets add"),
    });
    expect(await present(store)).toEqual({});
    expect(await reconcile(store, clock, [thing("a")])).toMatchObject({ status: "skipped" });
    expect(await store.marks()).toEqual([]);
  });

  test("does not come back with a sync that finds nothing", async () => {
    await runSync(store, clock, [thing("a")]);
    await retire();
    expect(await reconcile(store, clock, [])).toMatchObject({ status: "skipped" });
    expect(await stateOf(store)).toMatchObject({ ended: "target retired" });
  });

  test("that does not match its checksum is not removed in part", async () => {
    await runSync(store, clock, [thing("a"), thing("b")]);
    const lossy = replaced(store, {
      async items(...request) {
        const page = await store.items(...request);
        return { ...page, items: page.items.slice(1) };
      },
    });
    await expect(retire(lossy)).rejects.toThrow("does not match its checksum: run `stocktake verify --repair`");
    expect(await present(store)).toEqual({ a: 1, b: 1 });
    expect(await agree()).toMatchObject({ removed: 2 });
  });
});

describe("a target that comes back", () => {
  test("is due at once, and has its items again after the next listing", async () => {
    await runSync(store, clock, [thing("a"), thing("b")]);
    await retire();
    clock.jump(1_000);
    const { committedAt, published } = (await record()) ?? {};
    expect(committedAt).toBe(await store.readTimestamp());
    expect(await bringBack()).toMatchObject({ broughtBack: 1 });
    const entered = { collection: COLLECTION, revision: 4, status: "active", nextAt: clock.now() };
    expect(await record()).toEqual({ ...entered, committedAt, published });
    expect(await present(store)).toEqual({});
    expect(await runSync(store, clock, [thing("a"), thing("c")])).toMatchObject({ outcome: "complete", added: 2 });
    expect(await present(store)).toEqual({ a: 1, c: 1 });
    expect(await log(store)).toContain("added a 3");
    expect(await stateOf(store)).not.toHaveProperty("ended");
  });

  test("is told to fail when it cannot be listed", async () => {
    await runSync(store, clock, [thing("a")]);
    await retire();
    await bringBack();
    expect(await runSync(store, clock, listing([], new Error("no")))).toMatchObject({ outcome: "failed" });
    expect(await stateOf(store)).toMatchObject({ outcome: "failed", count: 0 });
    expect(await stateOf(store)).not.toHaveProperty("ended");
    await retire();
    expect(await reconcile(store, clock, [thing("a")])).toMatchObject({ status: "skipped" });
    expect(await stateOf(store)).toMatchObject({ ended: "target retired" });
  });

  test("is complete also when it has nothing any more", async () => {
    await runSync(store, clock, [thing("a")]);
    await retire();
    await bringBack();
    expect(await runSync(store, clock, [])).toMatchObject({ outcome: "complete", removed: 0 });
    expect(await stateOf(store)).not.toHaveProperty("ended");
  });

  test("while its items are being removed keeps what is not removed yet", async () => {
    await runSync(store, clock, [thing("a")]);
    const racing = replaced(store, {
      async putScopeState(state) {
        const stored = await store.putScopeState(state);
        if (state.lease === 2 && state.writing === undefined) await bringBack();
        return stored;
      },
    });
    expect(await retire(racing)).toMatchObject({ removed: 0 });
    expect(await present(store)).toEqual({ a: 1 });
    expect(await record()).toMatchObject({ status: "active" });
    expect(await runSync(store, clock, [thing("a")])).toMatchObject({ outcome: "complete", unchanged: 1 });
  });
});
