import { beforeEach, describe, expect, test } from "vitest";
import type { CollectionRecord } from "../../functions/model/collection-record.ts";
import type { Store } from "../../functions/store/port.ts";
import { type ClaimedEnd, claim, dueKind, nextDue, release } from "../../functions/sync/dispatch.ts";
import { COLLECTION, createTestClock, createTestStore, replaced, type TestClock } from "./engine.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const INTERVALS = { fullMs: HOUR_MS, incrementalMs: 5 * MINUTE_MS };

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const claimAs = (id: string, through = store) => claim(through, { collection: COLLECTION, service: "test", id });
const recordOf = async (): Promise<CollectionRecord> => {
  const record = await store.collectionRecord(COLLECTION);
  if (!record) throw new Error("no record");
  return record;
};
/** Claims and releases, and answers how many minutes from now the next syncs are due. */
const end = async (end: Partial<ClaimedEnd>) => {
  await release(store, await claimAs("me"), { kind: "full", intervals: INTERVALS, found: 0, ...end });
  const { nextAt, nextIncrementalAt = Number.NaN } = await recordOf();
  return [nextAt, nextIncrementalAt].map((at) => (at - clock.now()) / MINUTE_MS);
};

describe("what is due", () => {
  const record: CollectionRecord = {
    ...{ collection: COLLECTION, service: "test", revision: 1, status: "active" },
    ...{ nextAt: 200, nextIncrementalAt: 100 },
  };
  test.each<[number, Partial<CollectionRecord>, string | undefined]>([
    [99, {}, undefined],
    [100, {}, "incremental"],
    [199, {}, "incremental"],
    [200, {}, "full"],
    [500, { status: "retired" }, undefined],
  ])("at %i of %o is %s", (now, changed, kind) => expect(dueKind({ ...record, ...changed }, now)).toBe(kind));
  test("next is the earlier of both", () => {
    expect(nextDue(record)).toBe(100);
    const { nextIncrementalAt: _, ...full } = record;
    expect(nextDue(full)).toBe(200);
    expect(dueKind(full, 199)).toBeUndefined();
  });
});

describe("a claim", () => {
  test("enters a collection that was never synced", async () => {
    expect(await claimAs("me")).toEqual({
      ...{ collection: COLLECTION, service: "test", revision: 1, status: "active", nextAt: 0 },
      claim: { id: "me", at: clock.now() },
    });
    expect(await store.collectionRecords(["test"])).toEqual([await recordOf()]);
  });
  test("supersedes another's, whose end is then not noted", async () => {
    const first = await claimAs("first");
    const second = await claimAs("second");
    await release(store, first, { kind: "full", intervals: INTERVALS, found: 0, freshAt: "2026-01-01T00:00:00.000Z" });
    expect(await recordOf()).toEqual(second);
    await release(store, second, { kind: "full", intervals: INTERVALS, found: 0 });
    expect((await recordOf()).nextAt).toBe(clock.now() + HOUR_MS);
  });
  test("is made on the record as it is, however often that changes meanwhile", async () => {
    let times = 0;
    const busy = replaced(store, {
      async putCollectionRecord(record) {
        times += 1;
        if (times < 5) await claimAs(`other ${times}`);
        return store.putCollectionRecord(record);
      },
    });
    expect((await claimAs("me", busy)).claim?.id).toBe("me");
    expect(await recordOf()).toMatchObject({ claim: { id: "me" }, revision: 5 });
  });
  test("is given up when the record changes without end", async () => {
    const busy = replaced(store, { putCollectionRecord: async () => false });
    await expect(claimAs("me", busy)).rejects.toMatchObject({ code: "unavailable" });
  });
  test("that arrives a second time after its end changes nothing", async () => {
    let again: (() => Promise<boolean>) | undefined;
    const late = replaced(store, {
      async putCollectionRecord(record) {
        again = () => store.putCollectionRecord(record);
        return store.putCollectionRecord(record);
      },
    });
    const claimed = await claimAs("me", late);
    await release(store, claimed, { kind: "full", intervals: INTERVALS, found: 0 });
    const before = await recordOf();
    expect(await again?.()).toBe(false);
    expect(await recordOf()).toEqual(before);
  });
});

describe("the end of a sync", () => {
  test("makes the collection due again after its intervals", async () => {
    expect(await end({})).toEqual([60, 5]);
    expect(await recordOf()).not.toHaveProperty("claim");
  });
  test("of a source without incremental syncs makes only a full one due", async () => {
    expect(await end({ intervals: { fullMs: HOUR_MS } })).toEqual([60, Number.NaN]);
  });
  test("if it was incremental leaves the full one due when it was", async () => {
    await end({});
    clock.jump(5 * MINUTE_MS);
    expect(await end({ kind: "incremental" })).toEqual([55, 5]);
  });
  test("after a passing failure makes it due soon, later each time, and no later than usual", async () => {
    const waits = [];
    for (let failures = 0; failures < 8; failures += 1) {
      waits.push((await end({ failure: "throttled" }))[0]);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect((await recordOf()).failures).toBe(8);
  });
  test.each(["unavailable", "superseded", "interrupted"] as const)("after %s is retried soon", async (failure) => {
    expect(await end({ failure })).toEqual([1, 1]);
  });
  test.each(["denied", "unsupported", "malformed", "damaged"] as const)(
    "after %s waits as long as usual: trying again soon would not help",
    async (failure) => expect(await end({ failure })).toEqual([60, 5]),
  );
  test("on a machine whose clock is wrong says nothing", async () => {
    await end({});
    const before = await recordOf();
    await end({ failure: "clock" });
    expect(await recordOf()).toMatchObject({ nextAt: before.nextAt });
    expect(await recordOf()).not.toHaveProperty("failures");
  });
  test("forgets the failures once it is good", async () => {
    await end({ failure: "throttled" });
    await end({});
    expect(await recordOf()).not.toHaveProperty("failures");
  });
  test("if incremental and quiet, again and again, waits longer, up to six hours", async () => {
    const waits: (number | undefined)[] = [];
    for (let quiet = 0; quiet < 24; quiet += 1) waits.push((await end({ kind: "incremental" }))[1]);
    expect(waits.slice(0, 12)).toEqual(Array.from({ length: 12 }, () => 5));
    expect(waits.slice(12)).toEqual([10, 20, 40, 80, 160, 320, 360, 360, 360, 360, 360, 360]);
  });
  test.each<Partial<ClaimedEnd>>([
    { kind: "incremental", found: 1 },
    { kind: "full" },
    { kind: "incremental", failure: "denied" },
  ])("is quiet no longer after %o", async (one) => {
    for (let quiet = 0; quiet < 15; quiet += 1) await end({ kind: "incremental" });
    expect((await recordOf()).quiet).toBe(15);
    expect((await end(one))[1]).toBe(5);
    expect(await recordOf()).not.toHaveProperty("quiet");
  });
  test("says how fresh the collection is; a failure leaves that as it was", async () => {
    const freshAt = "2026-01-01T00:00:00.000Z";
    await end({ freshAt });
    await end({ failure: "denied" });
    expect((await recordOf()).freshAt).toBe(freshAt);
    await end({});
    expect(await recordOf()).not.toHaveProperty("freshAt");
  });
});
