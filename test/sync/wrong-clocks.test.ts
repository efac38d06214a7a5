import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../functions/store/port.ts";
import { openDatabase, type SqliteDatabase } from "../../functions/store/sqlite/database.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { settleAbandoned } from "../../functions/sync/settle.ts";
import {
  COLLECTION,
  createTestClock,
  deferred,
  listing,
  log,
  page,
  present,
  reconcile,
  runSync,
  stateOf,
  type TestClock,
  thing,
} from "./engine.ts";
import { stoppingAt } from "./late-store.ts";

/* Machines that share a store and disagree about the time: it decides how soon somebody tries again, never what readers see. */

const HOUR_MS = 3_600_000;

let database: SqliteDatabase;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  database = openDatabase(":memory:");
});
afterEach(() => database.close());

/** The store as a machine sees it whose clock is so far ahead. */
const machine = (aheadMs = 0): Store =>
  createSqliteStore(database, { now: () => clock.now() + aheadMs, retentionDays: 30 });

describe("a machine whose clock is an hour ahead", () => {
  test("killed amid its listing keeps nobody waiting: it held no lease", async () => {
    const stuck = {
      async *list() {
        yield page(thing("a"), thing("b"));
        await deferred().promise;
      },
    };
    void reconcile(machine(HOUR_MS), clock, stuck);
    await clock.advance(0);
    const waits: string[] = [];
    const onProgress = ({ step }: { step: string }) => void waits.push(step);
    expect(await runSync(machine(), clock, [thing("a")], { onProgress })).toMatchObject({ outcome: "complete" });
    expect(waits).not.toContain("waiting");
  });
  test("killed amid its writes keeps nobody waiting: no lease lasts that long", async () => {
    const killed = stoppingAt(machine(HOUR_MS), 3, "after");
    void reconcile(killed.store, clock, [thing("a"), thing("b")]);
    await killed.stopped;
    const state = await stateOf(machine());
    expect((state.expires ?? 0) - clock.now()).toBeGreaterThan(HOUR_MS);
    expect(await runSync(machine(), clock, [thing("a", 2)])).toMatchObject({ outcome: "complete", added: 1 });
    await settleAbandoned({ store: machine() });
    expect(await present(machine())).toEqual({ a: 2 });
  });
  test("loses its work to one whose clock is right, and does no harm when it goes on", async () => {
    await runSync(machine(), clock, [thing("a", 1)]);
    const ahead = stoppingAt(machine(HOUR_MS), 3, "before");
    const ended = reconcile(ahead.store, clock, [thing("a", 2), thing("b")]);
    await ahead.stopped;
    await runSync(machine(), clock, [thing("a", 3)]);
    ahead.resume();
    expect(await ended).toMatchObject({ status: "skipped" });
    await settleAbandoned({ store: machine() });
    expect(await present(machine())).toEqual({ a: 3 });
    expect(await log(machine())).toEqual(["added a 1", "modified a 2"]);
  });
  test("leaves instants that later ones still follow", async () => {
    const { at: ahead = "" } = await runSync(machine(HOUR_MS), clock, [thing("a", 1)]);
    const { at: right = "" } = await runSync(machine(), clock, [thing("a", 2)]);
    expect(right > ahead).toBe(true);
    expect(await present(machine(), ahead)).toEqual({ a: 1 });
    expect(await present(machine(), right)).toEqual({ a: 2 });
  });
});

describe("a machine whose clock is a little off", () => {
  test("that is killed amid its writes keeps others waiting for one lease at most", async () => {
    for (const ahead of [-60_000, 0, 60_000]) {
      database = openDatabase(":memory:");
      const killed = stoppingAt(machine(ahead), 3, "after");
      void reconcile(killed.store, clock, [thing("a")]);
      await killed.stopped;
      const waiting = runSync(machine(), clock, [thing("b")]);
      await clock.advance(95_000);
      expect(await waiting).toMatchObject({ outcome: "complete", added: 1 });
      expect(await present(machine())).toEqual({ b: 1 });
    }
  });
  test("that is behind waits for a live holder all the longer, and syncs after it", async () => {
    const holding = stoppingAt(machine(), 3, "before");
    const ended = reconcile(holding.store, clock, [thing("a")]);
    await holding.stopped;
    const behind = reconcile(machine(-20_000), clock, [thing("b")]);
    await clock.advance(45_000);
    expect(await present(machine())).toEqual({});
    holding.resume();
    await clock.advance(30_000);
    expect(await ended).toMatchObject({ record: { outcome: "complete" } });
    expect(await behind).toMatchObject({ record: { outcome: "complete", added: 1, removed: 1 } });
    expect(await log(machine())).toEqual(["added a 1", "removed a 2", "added b 1"]);
  });
  test("that is ahead takes a live holder over, who loses its work and nothing else", async () => {
    await runSync(machine(), clock, [thing("a", 1)]);
    const holding = stoppingAt(machine(), 3, "after");
    const ended = reconcile(holding.store, clock, [thing("a", 2)]);
    await holding.stopped;
    expect(await runSync(machine(40_000), clock, [thing("a", 3)])).toMatchObject({ outcome: "complete" });
    holding.resume();
    expect(await ended).toMatchObject({ status: "skipped" });
    await settleAbandoned({ store: machine() });
    expect(await present(machine())).toEqual({ a: 3 });
    expect((await machine().discards(COLLECTION)).size).toBe(1);
  });
  test("fails no differently", async () => {
    const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    expect(await runSync(machine(60_000), clock, listing([], denied))).toMatchObject({ error: { code: "denied" } });
    expect(await runSync(machine(), clock, [thing("a")])).toMatchObject({ outcome: "complete" });
  });
});
