import { beforeEach, describe, expect, test } from "vitest";
import type { Connection } from "../../functions/model/source.ts";
import { ParentNotFoundError } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import {
  COLLECTION,
  createTestClock,
  createTestStore,
  listing,
  manyThings,
  page,
  present,
  reconcile,
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

const things = (...ids: string[]) => ids.map((id) => thing(id));
const causes = async () => {
  const { changes } = await store.changes(COLLECTION, {}, 100);
  return changes.filter(({ kind }) => kind === "removed").map(({ after }) => after.cause);
};

describe("a mass disappearance", () => {
  test("is kept pending, and applied once the next listing confirms it", async () => {
    const { at: first } = await runSync(store, clock, manyThings(30));
    const { lastCompleteAt } = await stateOf(store);
    const held = await runSync(store, clock, [...manyThings(5), thing("new")]);
    expect(held).toMatchObject({ outcome: "held", added: 1, removed: 0, pending: 25 });
    expect(held.pendingReason).toBe("25 of 30 items disappeared at once");
    expect(Object.keys(await present(store))).toHaveLength(31);
    const state = await stateOf(store);
    expect(state).toMatchObject({ outcome: "held", count: 31, lastCompleteAt, pending: { count: 25 } });
    expect(state.pending?.sample).toHaveLength(25);
    expect(held.at && first && held.at > first).toBe(true);

    const next = await runSync(store, clock, [...manyThings(5), thing("new")]);
    expect(next).toMatchObject({ outcome: "complete", removed: 25, pending: 0 });
    expect(await stateOf(store)).toMatchObject({ outcome: "complete", count: 6 });
    expect(await stateOf(store)).not.toHaveProperty("pending");
    expect(await causes()).toEqual(Array.from({ length: 25 }, () => "not listed"));
  });
  test("is over when everything is listed again", async () => {
    await runSync(store, clock, manyThings(30));
    await runSync(store, clock, manyThings(5));
    expect(await runSync(store, clock, manyThings(30))).toMatchObject({ outcome: "complete", unchanged: 30 });
    expect(await stateOf(store)).not.toHaveProperty("pending");
    expect(await runSync(store, clock, manyThings(5))).toMatchObject({ outcome: "held", pending: 25 });
  });
  test("stays pending, since it was first found, while listings miss other items each time", async () => {
    await runSync(store, clock, manyThings(30));
    await runSync(store, clock, manyThings(5));
    const since = (await stateOf(store)).pending?.since;
    expect(await runSync(store, clock, manyThings(5, 5))).toMatchObject({ outcome: "held", pending: 25 });
    expect((await stateOf(store)).pending).toMatchObject({ count: 25, since });
    expect(await runSync(store, clock, manyThings(5, 5))).toMatchObject({ outcome: "complete", removed: 25 });
  });
  test("leaves a record each time, and is not counted as unchanged", async () => {
    await runSync(store, clock, manyThings(30));
    await runSync(store, clock, manyThings(5));
    await runSync(store, clock, manyThings(5, 5));
    expect((await syncRecords(store)).map(({ outcome }) => outcome)).toEqual(["held", "held", "complete"]);
    expect(await stateOf(store)).not.toHaveProperty("unchanged");
  });
  test("is applied at once when a person approves it", async () => {
    await runSync(store, clock, manyThings(30));
    const record = await runSync(store, clock, [], { approveRemovals: true });
    expect(record).toMatchObject({ outcome: "complete", removed: 30 });
    expect(await stateOf(store)).toMatchObject({ count: 0, checksum: "AAAAAAAAAAAAAAAAAAAAAA" });
  });
  test("is applied as the thresholds say", async () => {
    await runSync(store, clock, manyThings(30));
    const guard = { items: 50, share: 0.5 };
    expect(await runSync(store, clock, manyThings(5), { guard })).toMatchObject({ outcome: "complete", removed: 25 });
  });
});

describe("a listing with something that cannot be stored", () => {
  test("removes nothing while an item has no identity", async () => {
    await runSync(store, clock, things("a", "b"));
    const record = await runSync(store, clock, [thing("a", 2), { Value: 1 }]);
    expect(record).toMatchObject({ outcome: "held", modified: 1, pending: 1, rejected: 1 });
    expect(record.rejections).toEqual(["an item without an identity was listed: { Value }"]);
    expect(await present(store)).toEqual({ a: 2, b: 1 });
    expect(await runSync(store, clock, things("a"))).toMatchObject({ outcome: "complete", removed: 1 });
  });
  test("keeps what is stored of an item that cannot be stored any more", async () => {
    await runSync(store, clock, things("a", "b"));
    const record = await runSync(store, clock, [thing("a"), thing("b", "x".repeat(200_000))]);
    expect(record).toMatchObject({ outcome: "held", pending: 0, rejected: 1 });
    expect(await present(store)).toEqual({ a: 1, b: 1 });
  });
  test("stores an item as it was listed first, where a later page has it too large", async () => {
    await runSync(store, clock, things("a"));
    const again = listing([page(thing("a", 2)), page(thing("a", "x".repeat(200_000)))]);
    expect(await runSync(store, clock, again)).toMatchObject({ outcome: "held", modified: 1, rejected: 1 });
    expect(await present(store)).toEqual({ a: 2 });
  });
  test("is not taken for whole, however often it comes", async () => {
    await runSync(store, clock, things("a", "b"));
    const { lastCompleteAt } = await stateOf(store);
    for (const _ of [1, 2, 3]) await runSync(store, clock, [thing("a"), { Value: 1 }]);
    expect(await present(store)).toEqual({ a: 1, b: 1 });
    expect(await stateOf(store)).toMatchObject({ outcome: "held", lastCompleteAt, pending: { count: 1 } });
  });
  test("keeps five reasons, and counts them all", async () => {
    const record = await runSync(
      store,
      clock,
      Array.from({ length: 8 }, (_, n) => ({ [`Value${n}`]: n })),
    );
    expect(record.rejected).toBe(8);
    expect(record.rejections).toHaveLength(5);
  });
  test("removes what is missing when a person approves it", async () => {
    await runSync(store, clock, things("a", "b"));
    const record = await runSync(store, clock, [thing("a"), { Value: 1 }], { approveRemovals: true });
    expect(record).toMatchObject({ outcome: "held", removed: 1, rejected: 1, pending: 0 });
    expect(await present(store)).toEqual({ a: 1 });
  });
});

describe("an answer without a list", () => {
  const withoutList = listing([{ documents: [], retries: 0, listMissing: true }]);

  test("shows no absence, however often it comes", async () => {
    await runSync(store, clock, manyThings(4));
    for (const _ of [1, 2, 3]) {
      expect(await runSync(store, clock, withoutList)).toMatchObject({
        outcome: "held",
        pending: 4,
        pendingReason: expect.stringContaining("a response had no list"),
      });
    }
    expect(Object.keys(await present(store))).toHaveLength(4);
  });
  test("is fine where nothing is missing", async () => {
    expect(await runSync(store, clock, withoutList)).toMatchObject({ outcome: "complete" });
    await runSync(store, clock, things("a"));
    const both = listing([page(thing("a")), { documents: [], retries: 0, listMissing: true }]);
    expect(await runSync(store, clock, both)).toMatchObject({ outcome: "complete", unchanged: 1 });
  });
  test("removes all when a person approves it", async () => {
    await runSync(store, clock, manyThings(4));
    expect(await runSync(store, clock, withoutList, { approveRemovals: true })).toMatchObject({
      outcome: "complete",
      removed: 4,
    });
  });
});

describe("a scope whose parent is gone", () => {
  const gone = listing([], new ParentNotFoundError("gone"));
  const plans = (...ids: string[]): Partial<Connection> => ({
    async *plan() {
      for (const id of ids) yield { id, range: {} };
    },
  });

  test("ends with all its items removed, for that cause", async () => {
    await runSync(store, clock, things("a", "b"));
    expect(await runSync(store, clock, gone)).toMatchObject({ outcome: "complete", removed: 2 });
    expect(await causes()).toEqual(["parent removed", "parent removed"]);
    expect(await stateOf(store)).toMatchObject({ ended: "parent removed", count: 0 });
  });
  test("has its mass removal confirmed by the next listing, like any other", async () => {
    await runSync(store, clock, manyThings(30));
    expect(await runSync(store, clock, gone)).toMatchObject({ outcome: "held", pending: 30 });
    expect(await stateOf(store)).not.toHaveProperty("ended");
    expect(await runSync(store, clock, gone)).toMatchObject({ outcome: "complete", removed: 30 });
    expect(await stateOf(store)).toMatchObject({ ended: "parent removed" });
  });
  test("goes on when it is listed again", async () => {
    await runSync(store, clock, things("a"));
    await runSync(store, clock, gone);
    expect(await runSync(store, clock, things("a"))).toMatchObject({ outcome: "complete", added: 1 });
    expect(await stateOf(store)).not.toHaveProperty("ended");
  });
  test("is not listed once the plan no longer names it, and the plan is read again before anything is removed", async () => {
    await runSync(store, clock, things("a"));
    const plan: string[] = [];
    const connection: Partial<Connection> = {
      async *plan() {
        plan.push((await stateOf(store)).holder === undefined ? "without a lease" : "under the lease");
        yield { id: "another", range: {} };
      },
    };
    expect(await runSync(store, clock, connection, { orphaned: true })).toMatchObject({
      ...{ outcome: "complete", removed: 1, pages: 0 },
    });
    expect(plan).toEqual(["under the lease"]);
    expect(await causes()).toEqual(["parent removed"]);
    expect(await stateOf(store)).toMatchObject({ ended: "parent removed", count: 0 });
  });
  test("stays as it is when the plan names it again", async () => {
    await runSync(store, clock, things("a"));
    const before = await stateOf(store);
    const result = await reconcile(store, clock, plans("another", "all"), { orphaned: true });
    expect(result).toMatchObject({ status: "skipped", reason: expect.stringContaining("planned again") });
    expect(await present(store)).toEqual({ a: 1 });
    const { count, checksum, outcome } = before;
    expect(await stateOf(store)).toMatchObject({ count, checksum, outcome });
    expect(await stateOf(store)).not.toHaveProperty("holder");
    expect(await store.marks()).toEqual([]);
  });
  test("stays as it is when the plan cannot be read again", async () => {
    await runSync(store, clock, things("a"));
    const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    const failing: Partial<Connection> = {
      plan: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(denied) }) }),
    };
    expect(await runSync(store, clock, failing, { orphaned: true })).toMatchObject({
      ...{ outcome: "failed", error: { code: "denied" } },
    });
    expect(await present(store)).toEqual({ a: 1 });
  });
  test("ends at once when it has no items", async () => {
    await runSync(store, clock, []);
    expect(await runSync(store, clock, plans(), { orphaned: true })).toMatchObject({ outcome: "complete" });
    expect(await stateOf(store)).toMatchObject({ ended: "parent removed" });
  });
});
