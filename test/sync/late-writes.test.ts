import { beforeEach, describe, expect, test } from "vitest";
import { readAllChanges } from "../../functions/inventory/changes.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import type { Store } from "../../functions/store/port.ts";
import { settleAbandoned } from "../../functions/sync/settle.ts";
import {
  COLLECTION,
  createTestClock,
  createTestStore,
  log,
  manyThings,
  present,
  reconcile,
  runSync,
  stateOf,
  type TestClock,
  type Thing,
  thing,
} from "./engine.ts";
import { delaying, recorded, type SentWrite, stoppingAt } from "./late-store.ts";

/*
 * A request that its client gave up, repeated, and that arrives minutes later; a process that was stopped and goes on after another took
 * its scope over. None of it changes what any reader sees, at any instant.
 */

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

/** What readers see, now and at each instant of the log. */
async function view() {
  const snapshot = await openRead(store);
  const { rows: changes } = await readAllChanges(snapshot, COLLECTION, { limit: 10_000 });
  const past: Record<string, unknown> = {};
  for (const at of new Set(changes.map(({ after }) => after.at))) past[at] = await present(store, at);
  return { now: await present(store), past, log: await log(store) };
}
const valuesOf = (documents: readonly Thing[]) =>
  Object.fromEntries(documents.map(({ Id = "", Value }) => [Id, Value]));
/** Thirty things of which the nth listing has another value in some, lacks one, and has one more. */
const listingOf = (n: number): Thing[] =>
  manyThings(30, n).map(({ Id = "" }, index) => thing(Id, index % 3 === n % 3 ? `value ${n}` : 1));
/** What is stored still matches the scope's count and checksum: otherwise a sync with a change would find damage. */
const expectSound = async () => {
  const next = listingOf(9);
  expect(await runSync(store, clock, next)).toMatchObject({ outcome: "complete" });
  await settleAbandoned({ store });
  expect(await present(store)).toEqual(valuesOf(next));
};
/** Syncs while the clock goes on, so that a lease may be waited for. */
const syncInTime = async (documents: readonly Thing[]) => {
  const result = reconcile(store, clock, documents);
  await clock.advance(40_000);
  return result;
};

describe("a write that arrives again, after its sync and others have ended", () => {
  const syncThrice = async () => {
    const writes: SentWrite[] = [];
    for (const n of [1, 2, 3]) {
      const { store: through, writes: sent } = recorded(store);
      await runSync(through, clock, listingOf(n));
      writes.push(...sent);
    }
    return writes;
  };

  test("changes nothing for any reader, whichever it is", async () => {
    const writes = await syncThrice();
    const before = await view();
    expect(new Set(writes.map(({ name }) => name))).toEqual(
      new Set(["putScopeState", "begin", "write", "deleteMarks", "delete"]),
    );
    for (const { name, again } of writes) {
      await again();
      expect([name, await view()]).toEqual([name, before]);
    }
    await expectSound();
  });
  test("changes nothing when they all come, the last ones first", async () => {
    const writes = await syncThrice();
    const before = await view();
    for (const { again } of writes.toReversed()) await again();
    expect(await view()).toEqual(before);
    expect(before.now).toEqual(valuesOf(listingOf(3)));
    await expectSound();
  });
  test("changes nothing if it is a batch of versions that were cleaned up since", async () => {
    const first = recorded(store);
    await runSync(first.store, clock, listingOf(1));
    await runSync(store, clock, listingOf(2));
    const before = await view();
    const batch = first.writes.filter(({ name }) => name === "write");
    expect(batch).toHaveLength(1);
    for (const { again } of batch) await again();
    expect(await view()).toEqual(before);
    // Its items are stored twice now, and only the newest counts.
    expect((await store.itemsOf(COLLECTION, ["t0002"]))[0]?.length).toBeGreaterThan(1);
    await expectSound();
  });
  test("may hold readers back if it is the one that ticked the clock, until that is settled within a minute", async () => {
    const { store: through, writes } = recorded(store);
    await runSync(through, clock, listingOf(1));
    await runSync(store, clock, listingOf(2));
    await writes.find(({ name }) => name === "begin")?.again();
    expect(await store.marks()).toMatchObject([{ lease: 1 }]);
    await runSync(store, clock, listingOf(3));
    await settleAbandoned({ store });
    expect(await present(store)).toEqual(valuesOf(listingOf(3)));
    await expectSound();
  });
});

describe("a write that its client gave up, and that arrives after another sync has ended", () => {
  test("changes nothing for any reader, whichever it is", async () => {
    for (let delayed = 0; ; delayed += 1) {
      clock = createTestClock();
      store = createTestStore(clock);
      await runSync(store, clock, listingOf(1));
      const { store: through, held } = delaying(store, delayed);
      await reconcile(through, clock, listingOf(2));
      if (!held.write) break;
      const { name } = held.write;
      await syncInTime(listingOf(3));
      await settleAbandoned({ store });
      const before = await view();
      expect([name, before.now]).toEqual([name, valuesOf(listingOf(3))]);
      await held.write.again();
      expect([name, await view()]).toEqual([name, before]);
      await expectSound();
    }
  });
  test("changes nothing if it deletes what a killed sync had written", async () => {
    await runSync(store, clock, listingOf(1));
    const killed = stoppingAt(store, 2, "after");
    void reconcile(killed.store, clock, listingOf(2));
    await clock.advance(0);
    clock.jump(31_000);
    const next = recorded(store);
    await runSync(next.store, clock, listingOf(3));
    const deletes = next.writes.filter(({ name }) => name === "delete");
    expect(deletes.length).toBeGreaterThan(1);
    await runSync(store, clock, listingOf(4));
    const before = await view();
    expect(before.now).toEqual(valuesOf(listingOf(4)));
    for (const { again } of deletes) {
      await again();
      expect(await view()).toEqual(before);
    }
    await expectSound();
  });
});

describe("a process that is stopped at a write, taken for dead, and goes on", () => {
  /** Stops the second of three syncs at every one of its writes in turn, and does something meanwhile. */
  const atEveryWrite = async (when: "before" | "after", meanwhile: () => Promise<void>) => {
    let stops = 0;
    for (let at = 0; ; at += 1) {
      clock = createTestClock();
      store = createTestStore(clock);
      await runSync(store, clock, listingOf(1));
      const process = stoppingAt(store, at, when);
      const ended = reconcile(process.store, clock, listingOf(2));
      const first = await Promise.race([process.stopped.then(() => "stopped"), ended.then(() => "ended")]);
      if (first === "ended") return stops;
      stops += 1;
      clock.jump(31_000);
      await meanwhile();
      const before = await view();
      process.resume();
      const result = await ended;
      await settleAbandoned({ store });
      const after = await view();
      // Either it had committed before it was stopped, or it never will.
      if (result.status === "ended") expect(result.record.outcome).toBe("complete");
      expect([at, after]).toEqual([at, before]);
      await expectSound();
    }
  };

  test.each(["before", "after"] as const)(
    "changes nothing if another synced meanwhile: stopped %s it",
    async (when) => {
      const stops = await atEveryWrite(when, async () => {
        await runSync(store, clock, listingOf(3));
        await settleAbandoned({ store });
        expect(await present(store)).toEqual(valuesOf(listingOf(3)));
      });
      expect(stops).toBeGreaterThan(5);
    },
  );
  test("stops in time: of what it writes after the takeover nothing is ever committed", async () => {
    await runSync(store, clock, listingOf(1));
    const process = stoppingAt(store, 3, "before");
    const ended = reconcile(process.store, clock, listingOf(2));
    await process.stopped;
    const { writing = "" } = await stateOf(store);
    clock.jump(31_000);
    await settleAbandoned({ store });
    process.resume();
    expect(await ended).toMatchObject({ status: "skipped" });
    expect(await store.discards(COLLECTION)).toContain(writing);
    expect(await present(store)).toEqual(valuesOf(listingOf(1)));
    expect((await stateOf(store)).committedAt).not.toBe(writing);
    await expectSound();
  });
});

describe("a process that is killed at a write", () => {
  test.each(["before", "after"] as const)("changes nothing, and the next sync goes on: killed %s it", async (when) => {
    for (let at = 0; ; at += 1) {
      clock = createTestClock();
      store = createTestStore(clock);
      await runSync(store, clock, listingOf(1));
      const process = stoppingAt(store, at, when);
      const ended = reconcile(process.store, clock, listingOf(2));
      const first = await Promise.race([process.stopped.then(() => "stopped"), ended.then(() => "ended")]);
      if (first === "ended") break;
      const seen = await present(store);
      expect([valuesOf(listingOf(1)), valuesOf(listingOf(2))]).toContainEqual(seen);
      clock.jump(31_000);
      await runSync(store, clock, listingOf(3));
      await settleAbandoned({ store });
      expect([at, await present(store)]).toEqual([at, valuesOf(listingOf(3))]);
      await expectSound();
    }
  });
});
