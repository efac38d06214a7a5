import { beforeEach, describe, expect, test } from "vitest";
import type { Connection } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { assertClock } from "../../functions/sync/clock-check.ts";
import { syncCollection } from "../../functions/sync/sync-collection.ts";
import {
  COLLECTION,
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
  syncRecords,
  type TestClock,
  thing,
} from "./engine.ts";

const MINUTE_MS = 60_000;
const TEN_YEARS_MS = 10 * 365.25 * 24 * 60 * MINUTE_MS;

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const offBy = (ms: number | undefined): Partial<Connection> => ({
  ...listing([page(thing("a"), thing("b"))]),
  clockOffset: () => ms,
});
const message = (service: number | undefined, database?: number) => {
  try {
    const through = replaced(store, { clockOffset: () => database });
    assertClock({ store: through }, { connection: connected(offBy(service)) });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("this machine's clock", () => {
  test.each([undefined, 0, 5 * MINUTE_MS, -5 * MINUTE_MS])("is right enough when it is %s ms off", (ms) => {
    expect(message(ms)).toBe("");
  });
  test.each([
    [5 * MINUTE_MS + 1, "5 minutes ahead of"],
    [-6 * MINUTE_MS, "6 minutes behind"],
    [60 * MINUTE_MS, "1 hour ahead of"],
    [-50 * 60 * MINUTE_MS, "2 days behind"],
    [TEN_YEARS_MS, "10 years ahead of"],
  ])("is wrong when it is %i ms off, which is said in one line", (ms, words) => {
    expect(message(ms)).toBe(
      `this machine's clock is ${words} the service's: nothing was stored. Set the clock, then try again`,
    );
  });
  test("is compared with the database's, where that has a clock of its own", () => {
    expect(message(TEN_YEARS_MS, 0)).toBe("");
    expect(message(0, TEN_YEARS_MS)).toContain("10 years ahead of");
  });
});

describe("a machine whose clock is ten years off", () => {
  const wrong = { error: { code: "clock", message: expect.stringMatching(/^this machine's clock is 10 years/) } };

  test("stores nothing, and its sync reports the clock", async () => {
    const record = await runSync(store, clock, offBy(TEN_YEARS_MS));
    expect(record).toMatchObject({ outcome: "failed", added: 0, ...wrong });
    expect(await store.scopeStates(COLLECTION)).toEqual([]);
    expect(await syncRecords(store)).toEqual([]);
    expect(await store.readTimestamp()).toBe("1970-01-01T00:00:00.000Z");
  });
  test("changes nothing of what is stored", async () => {
    await runSync(store, clock, [thing("a")]);
    const before = await stateOf(store);
    expect(await runSync(store, clock, offBy(-TEN_YEARS_MS))).toMatchObject({ outcome: "failed" });
    expect(await stateOf(store)).toEqual(before);
    expect(await syncRecords(store)).toHaveLength(1);
  });
  test("notes no failure either, which is often due to the clock", async () => {
    const failing = { ...listing([], new Error("signature expired")), clockOffset: () => TEN_YEARS_MS };
    expect(await runSync(store, clock, failing)).toMatchObject({ outcome: "failed", ...wrong });
    expect(await store.scopeStates(COLLECTION)).toEqual([]);
    expect(await syncRecords(store)).toEqual([]);
  });
  test("gives up what it had written ahead before that came out", async () => {
    await runSync(store, clock, [thing("a")]);
    const before = await stateOf(store);
    let offset: number | undefined;
    const connection: Partial<Connection> = {
      async *list() {
        yield page(thing("b"));
        yield page(thing("c"));
        offset = TEN_YEARS_MS;
        yield page(thing("d"));
      },
      clockOffset: () => offset,
    };
    const limits = { bufferedCharacters: 0, batchChanges: 1, scopeItems: 50_000 };
    expect(await runSync(store, clock, connection, { limits })).toMatchObject({ outcome: "failed", ...wrong });
    expect(await present(store)).toEqual({ a: 1 });
    const { committedAt, lastCompleteAt, outcome } = before;
    expect(await stateOf(store)).toMatchObject({ committedAt, lastCompleteAt, outcome });
    expect(await store.marks()).toEqual([]);
  });
  test("does not say when the collection is due again: by its clock that is in ten years", async () => {
    const job = { source: SOURCE, collection: COLLECTION, kind: "full" as const, intervals: { fullMs: MINUTE_MS } };
    await syncCollection(createTestHost(store, clock), { ...job, connection: connected(offBy(0)) });
    const before = await store.collectionRecord(COLLECTION);
    const ahead = replaced(store, { now: () => clock.now() + TEN_YEARS_MS });
    const host = createTestHost(ahead, clock);
    const { scopes } = await syncCollection(host, { ...job, connection: connected(offBy(TEN_YEARS_MS)) });
    expect(scopes[0]?.result).toMatchObject({ record: { outcome: "failed", ...wrong } });
    const { nextAt, freshAt, failures } = (await store.collectionRecord(COLLECTION)) ?? {};
    expect({ nextAt, freshAt, failures }).toEqual({ nextAt: before?.nextAt, freshAt: before?.freshAt });
  });
});
