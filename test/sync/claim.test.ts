import { beforeEach, describe, expect, test } from "vitest";
import type { CollectionRecord } from "../../functions/model/collection-record.ts";
import type { ErrorCode } from "../../functions/model/errors.ts";
import { EPOCH, instantOf } from "../../functions/model/instant.ts";
import type { Store } from "../../functions/store/port.ts";
import { claim, giveBack, noteHint, release, requestSync, tryClaim } from "../../functions/sync/claim.ts";
import { CLAIM_MS, countGauges, dueKind, type Gauges, isClaimed, nextDue, takeable } from "../../functions/sync/due.ts";
import type { ClaimedEnd } from "../../functions/sync/reschedule.ts";
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

const claimAs = (id: string, through = store) => claim(through, { collection: COLLECTION, id });
const recordOf = async (): Promise<CollectionRecord> => {
  const record = await store.collectionRecord(COLLECTION);
  if (!record) throw new Error("no record");
  return record;
};
type End = Omit<Partial<ClaimedEnd>, "failure"> & { readonly failure?: ErrorCode };
const endOf = ({ failure, ...end }: End): Partial<ClaimedEnd> => ({
  ...end,
  ...(failure && { failure: { code: failure, message: `it is ${failure}` } }),
});
/** Claims and releases, and answers how many minutes from now the next syncs are due. */
const end = async (end: End) => {
  await release(store, await claimAs("me"), { kind: "full", intervals: INTERVALS, found: 0, ...endOf(end) });
  const { nextAt, nextIncrementalAt = Number.NaN } = await recordOf();
  return [nextAt, nextIncrementalAt].map((at) => (at - clock.now()) / MINUTE_MS);
};

describe("what is due", () => {
  const record: CollectionRecord = {
    ...{ collection: COLLECTION, revision: 1, status: "active" },
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
      ...{ collection: COLLECTION, revision: 1, status: "active", nextAt: 0, published: { at: EPOCH } },
      claim: { id: "me", at: clock.now(), expires: clock.now() + CLAIM_MS },
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
  test.each<End>([
    { kind: "incremental", found: 1 },
    { kind: "full", found: 1 },
    { kind: "incremental", failure: "denied" },
  ])("is quiet no longer after %o", async (one) => {
    for (let quiet = 0; quiet < 15; quiet += 1) await end({ kind: "incremental" });
    expect((await recordOf()).quiet).toBe(15);
    expect((await end(one))[1]).toBe(5);
    expect(await recordOf()).not.toHaveProperty("quiet");
  });
  test("is as quiet as before after a full one that found nothing", async () => {
    for (let quiet = 0; quiet < 15; quiet += 1) await end({ kind: "incremental" });
    expect(await end({ kind: "full" })).toEqual([60, 40]);
    expect((await recordOf()).quiet).toBe(15);
  });
  test("does not wait longer for a week after something was found, however quiet it is since", async () => {
    await end({ kind: "incremental", found: 1 });
    for (let quiet = 0; quiet < 24; quiet += 1) expect((await end({ kind: "incremental" }))[1]).toBe(5);
    clock.jump(7 * 24 * 60 * MINUTE_MS);
    expect((await end({ kind: "incremental" }))[1]).toBe(360);
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

describe("a claim of an invocation", () => {
  const entered = () =>
    claimAs("before").then((claimed) => release(store, claimed, { kind: "full", intervals: INTERVALS, found: 0 }));

  test("is made of what is due, and that nobody else has claimed since its record was read", async () => {
    await entered();
    const read = await recordOf();
    expect(await tryClaim(store, read, { id: "early" })).toBeUndefined();
    clock.jump(HOUR_MS);
    await noteHint(store, COLLECTION, { at: instantOf(clock.now()), event: "DeleteThing" });
    expect(await tryClaim(store, read, { id: "one" })).toEqual(await recordOf());
    expect(await tryClaim(store, read, { id: "two" })).toBeUndefined();
    expect(isClaimed(await recordOf(), clock.now())).toBe(true);
  });
  test("that is given back leaves everything as it was", async () => {
    await entered();
    clock.jump(HOUR_MS);
    const { revision: _, ...before } = await recordOf();
    const claimed = await tryClaim(store, await recordOf(), { id: "one" });
    if (claimed) await giveBack(store, claimed);
    expect(await recordOf()).toEqual({ ...before, revision: 4 });
    if (claimed) await giveBack(store, claimed);
    expect(await recordOf()).toEqual({ ...before, revision: 4 });
  });
  test("of which the answer is lost is found made", async () => {
    await entered();
    clock.jump(HOUR_MS);
    const lossy = replaced(store, {
      putCollectionRecord: async (record) => !(await store.putCollectionRecord(record)),
    });
    expect(await tryClaim(lossy, await recordOf(), { id: "one" })).toMatchObject({ claim: { id: "one" } });
  });
  test("lapses: what it was to sync is due at once the first time, and waits longer each time after that", async () => {
    const waits: number[] = [];
    await claimAs("1");
    for (let round = 0; round < 4; round += 1) {
      clock.jump(CLAIM_MS - 1);
      expect(takeable([await recordOf()], clock.now())).toEqual([]);
      clock.jump(1);
      let minutes = 0;
      while (takeable([await recordOf()], clock.now()).length === 0) {
        clock.jump(MINUTE_MS);
        minutes += 1;
      }
      waits.push(minutes);
      await tryClaim(store, await recordOf(), { id: `${round}` });
      expect(await recordOf()).toMatchObject({ failures: round + 1, failure: "interrupted" });
    }
    expect(waits).toEqual([0, 1, 2, 4]);
  });
  test.each([10, -10])("that a machine made whose clock is %i years off keeps nobody waiting", async (years) => {
    await entered();
    const at = clock.now() + years * 365 * 24 * HOUR_MS;
    const record = await recordOf();
    await store.putCollectionRecord({
      ...{ ...record, revision: record.revision + 1, nextAt: at, nextIncrementalAt: at },
      claim: { id: "wrong", at, expires: at + CLAIM_MS },
    });
    expect(takeable([await recordOf()], clock.now())).toHaveLength(1);
  });
  test("goes first to what is due the longest", () => {
    const record = (collection: string, nextAt: number): CollectionRecord => ({
      ...{ collection, revision: 1, status: "active", nextAt },
    });
    const records = [record("a", 30), record("b", 10), record("c", 20), record("d", 40)];
    expect(takeable(records, 30).map(({ collection }) => collection)).toEqual(["b", "c", "a"]);
  });
});

describe("a hint", () => {
  const event = (name: string, at = instantOf(clock.now())) => noteHint(store, COLLECTION, { at, event: name });
  const sync = async (kind: "full" | "incremental" = "full") => {
    clock.jump(1_000);
    const claimed = await claimAs("sync");
    clock.jump(1_000);
    return {
      end: (end: End = {}) => release(store, claimed, { kind, intervals: INTERVALS, found: 0, ...endOf(end) }),
    };
  };
  const due = async () => dueKind(await recordOf(), clock.now());
  beforeEach(async () => (await sync()).end());

  test("of a collection that is not inventoried, or not any more, is none", async () => {
    expect(await noteHint(store, `other.${COLLECTION}`, { at: instantOf(0), event: "AddThing" })).toBe(false);
    const record = await recordOf();
    await store.putCollectionRecord({ ...record, revision: record.revision + 1, status: "retired" });
    expect(await event("AddThing")).toBe(false);
  });
  test.each([
    ["AddThing", "incremental"],
    ["CreateThing", "incremental"],
    ["DeleteThing", "full"],
    ["UpdateThing", "full"],
  ] as const)("%s makes the next %s sync due, which answers it", async (name, kind) => {
    expect(await due()).toBeUndefined();
    expect(await event(name)).toBe(true);
    expect(await due()).toBe(kind);
    expect((await recordOf()).hint).toMatchObject({ event: name });
    await (await sync(kind)).end();
    expect(await due()).toBeUndefined();
    expect(await recordOf()).not.toHaveProperty("hint");
  });
  test("of which a burst comes is written once; another write is worth it only for a full sync", async () => {
    expect(await event("AddThing")).toBe(true);
    expect(await event("AddThing")).toBe(false);
    expect(await event("DeleteThing")).toBe(true);
    expect(await event("AddThing")).toBe(false);
    expect(await due()).toBe("full");
  });
  test("that comes during a sync makes another due at once, once", async () => {
    const running = await sync();
    expect(await event("DeleteThing")).toBe(true);
    expect(await event("DeleteThing")).toBe(false);
    await running.end();
    expect(await due()).toBe("full");
    await (await sync()).end();
    expect(await due()).toBeUndefined();
  });
  test("of what happened before a sync, and comes during it, is answered by it", async () => {
    const at = instantOf(clock.now());
    const running = await sync();
    await event("DeleteThing", at);
    await running.end();
    expect(await due()).toBeUndefined();
  });
  test("for a full sync is not answered by an incremental one", async () => {
    const at = instantOf(clock.now());
    const running = await sync("incremental");
    await event("DeleteThing", at);
    await running.end();
    expect(await due()).toBe("full");
  });
  test("during a full sync that goes on after its deadline is answered when that has ended", async () => {
    await event("DeleteThing");
    await (await sync()).end({ unfinished: true });
    await event("DeleteThing");
    await (await sync()).end();
    expect(await due()).toBe("full");
  });
  test("is kept while syncs fail, which wait as long as they do without", async () => {
    await (await sync()).end({ failure: "throttled" });
    await event("DeleteThing");
    expect(await due()).toBeUndefined();
    clock.jump(MINUTE_MS);
    await (await sync()).end({ failure: "throttled" });
    expect(await due()).toBeUndefined();
    expect((await recordOf()).hint).toMatchObject({ event: "DeleteThing" });
  });
  test("from the future happened now, or no listing would ever be late enough", async () => {
    await event("DeleteThing", instantOf(clock.now() + HOUR_MS));
    expect((await recordOf()).hint?.at).toBe(instantOf(clock.now()));
  });
  test("that a machine noted whose clock was ahead is answered by the sync after the next", async () => {
    await event("DeleteThing");
    const { hint, ...record } = await recordOf();
    const ahead = { ...hint, event: "DeleteThing", at: instantOf(clock.now() + 10 * HOUR_MS) };
    await store.putCollectionRecord({ ...record, hint: ahead, revision: record.revision + 1 });
    await (await sync()).end();
    expect(await due()).toBe("full");
    clock.jump(MINUTE_MS);
    await (await sync()).end();
    expect(await due()).toBeUndefined();
  });
});

describe("what a person asks for", () => {
  const ask = () => requestSync(store, COLLECTION, { approveRemovals: true });
  const due = async () => dueKind(await recordOf(), clock.now());
  beforeEach(() => end({}));

  test("is due at once, and done by a full sync that succeeds", async () => {
    expect(await due()).toBeUndefined();
    expect(await ask()).toBe(true);
    expect(await due()).toBe("full");
    await end({ kind: "incremental" });
    await end({ failure: "throttled" });
    expect(await recordOf()).toMatchObject({ request: { approveRemovals: true } });
    clock.jump(1);
    await end({});
    expect(await recordOf()).not.toHaveProperty("request");
    expect(await due()).toBeUndefined();
  });
  test("during a sync is done by the next one", async () => {
    const claimed = await claimAs("me");
    clock.jump(1_000);
    await ask();
    await release(store, claimed, { kind: "full", intervals: INTERVALS, found: 0 });
    expect(await due()).toBe("full");
    expect(await recordOf()).toMatchObject({ request: { approveRemovals: true } });
  });
  test("is nothing where nothing is inventoried, or no longer", async () => {
    expect(await requestSync(store, `other.${COLLECTION}`)).toBe(false);
    const record = await recordOf();
    await store.putCollectionRecord({ ...record, revision: record.revision + 1, status: "retired" });
    expect(await ask()).toBe(false);
    expect(await claimAs("me")).toEqual(await recordOf());
    expect(await recordOf()).not.toHaveProperty("claim");
  });
});

describe("the gauges", () => {
  const now = 10 * HOUR_MS;
  const record = (set: Partial<CollectionRecord>): CollectionRecord => ({
    ...{ collection: COLLECTION, revision: 1, status: "active", nextAt: now + HOUR_MS, ...set },
  });
  test.each<[string, Partial<CollectionRecord>, Partial<Gauges>]>([
    ["nothing", {}, {}],
    ["what is due for half an hour", { nextAt: now - HOUR_MS / 2 }, { overdue: 1 }],
    ["not what is due for less", { nextAt: now - HOUR_MS / 2 + 1 }, {}],
    ["not what is being synced", { nextAt: 0, claim: { id: "a", at: now - 1, expires: now + 1 } }, {}],
    ["a claim that has lapsed", { nextAt: 0, claim: { id: "a", at: 0, expires: now } }, { overdue: 1 }],
    ["not two failures that may pass", { failures: 2, failure: "throttled" }, {}],
    ["three failures", { failures: 3, failure: "throttled" }, { failing: 1 }],
    ["one that no retry mends", { failures: 1, failure: "denied" }, { failing: 1 }],
    ["not what is unavailable", { failures: 9, failure: "refused" }, {}],
    ["pending removals", { pending: 7 }, { pendingRemovals: 1 }],
    ["nothing of what is retired", { status: "retired", nextAt: 0, failures: 9, failure: "denied", pending: 1 }, {}],
  ])("count %s", (_what, set, expected) => {
    expect(countGauges([record(set)], now)).toEqual({ overdue: 0, failing: 0, pendingRemovals: 0, ...expected });
  });
});
