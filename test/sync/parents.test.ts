import { beforeEach, describe, expect, test } from "vitest";
import { scopeOfFirstPart } from "../../functions/model/collection.ts";
import type { Connection, Source } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { dueKind } from "../../functions/sync/due.ts";
import type { SyncHost } from "../../functions/sync/job.ts";
import { syncCollection } from "../../functions/sync/sync-collection.ts";
import {
  COLLECTION,
  CREATION_SOURCE,
  connected,
  createTestClock,
  createTestHost,
  createTestStore,
  listing,
  manyThings,
  page,
  present,
  replaced,
  runSync,
  SOURCE,
  type SyncOptions,
  stateOf,
  syncRecords,
  type TestClock,
  type Thing,
  thing,
} from "./engine.ts";

const PARENTS = "test.parents/123456789012/eu-west-1";
/** Its scopes are those of the stored parents that are not valued 0; `id#name` is the key of a parent's item. */
const CHILDREN: Source = {
  ...SOURCE,
  planned: true,
  plannedFrom: {
    source: "test.parents",
    scopeOf(document, { account }) {
      const { Id = "", Value } = document as Thing;
      return Value === 0 ? undefined : scopeOfFirstPart(account === "123456789012" ? Id : "another account's");
    },
  },
  key: (document) => (document as Thing).Id,
};
const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const syncParents = (listed: readonly Thing[] | Partial<Connection>, options: SyncOptions = {}) =>
  runSync(store, clock, listed, { collection: PARENTS, ...options });
/** Syncs the children: one item of each parent. `asked` are the parents that the service would name. */
async function syncChildren(
  asked: readonly string[] | Error = new Error("is not asked"),
  host: Partial<SyncHost> = {},
) {
  clock.jump(1_000);
  let holders = 0;
  const { scopes, failure } = await syncCollection(
    createTestHost(store, clock, { holder: () => `${clock.now()} ${++holders}`, ...host }),
    {
      ...{ source: CHILDREN, collection: COLLECTION, kind: "full", intervals: { fullMs: 3_600_000 } },
      connection: connected({
        async *plan() {
          if (asked instanceof Error) throw asked;
          for (const id of asked) yield scopeOfFirstPart(id);
        },
        async *list({ id }) {
          yield page(thing(`${id}#1`));
        },
      }),
    },
  );
  if (failure) throw new Error(failure.message);
  return scopes.map(({ scope }) => scope).sort();
}
const keys = async () => Object.keys(await present(store));

describe("a plan from stored parents", () => {
  test("asks no service, passes over the parents that are not listed, and is as fresh as they are", async () => {
    await syncParents([thing("a"), thing("b"), thing("c", 0)]);
    const { lastCompleteAt } = (await store.scopeState(PARENTS, "all")) ?? {};
    expect(await syncChildren()).toEqual(["a", "b"]);
    expect(await keys()).toEqual(["a#1", "b#1"]);
    expect((await store.collectionRecord(COLLECTION))?.plan?.lastCompleteAt).toBe(lastCompleteAt);
  });
  test("ends the scope of a parent whose removal is committed, for that cause", async () => {
    await syncParents([thing("a"), thing("b")]);
    await syncChildren();
    await syncParents([thing("b")]);
    expect(await syncChildren()).toEqual(["a", "b"]);
    expect(await keys()).toEqual(["b#1"]);
    expect(await stateOf(store, "a")).toMatchObject({ ended: "parent removed", count: 0 });
    expect(await syncChildren()).toEqual(["b"]);
  });
  test("orphans nothing while the parents' removals are pending", async () => {
    await syncParents(manyThings(30));
    await syncChildren();
    expect(await syncParents([])).toMatchObject({ outcome: "held" });
    expect(await syncChildren()).toHaveLength(30);
    expect(await keys()).toHaveLength(30);
  });
  test.each([
    ["failed", denied],
    ["is refused for good", Object.assign(new Error("no"), { name: "SubscriptionRequiredException" })],
  ])("orphans nothing when the parents' listing %s", async (_, failure) => {
    await syncParents([thing("a")]);
    await syncChildren();
    await syncParents(listing([page()], failure));
    expect(await syncChildren()).toEqual(["a"]);
    expect(await keys()).toEqual(["a#1"]);
  });
  test("does not believe a removal that is not known to be committed", async () => {
    await syncParents([thing("a"), thing("b")]);
    await syncChildren();
    const before = await store.readTimestamp();
    await syncParents([thing("b")]);
    const early = replaced(store, { readTimestamp: async () => before });
    expect(await syncChildren(undefined, { store: early })).toEqual(["a", "b"]);
    expect(await keys()).toEqual(["a#1", "b#1"]);
  });
  test("is read again under the lease before a scope ends", async () => {
    await syncParents([thing("a"), thing("b")]);
    await syncChildren();
    await syncParents([thing("b")]);
    let reads = 0;
    const returning = replaced(store, {
      async items(...asked) {
        if (asked[0] === PARENTS && ++reads === 2) await syncParents([thing("a"), thing("b")]);
        return store.items(...asked);
      },
    });
    await syncChildren(undefined, { store: returning });
    expect(await keys()).toEqual(["a#1", "b#1"]);
  });
});

describe("parents that are not all stored are listed instead", () => {
  test("when their source was never synced, or never whole", async () => {
    expect(await syncChildren(["a"])).toEqual(["a"]);
    await syncParents(listing([page(thing("b"))], denied));
    expect(await syncChildren(["a"])).toEqual(["a"]);
    expect(await keys()).toEqual(["a#1"]);
  });
  test("when their source is not inventoried any more: its items ended for that reason, the parents did not", async () => {
    await syncParents([thing("a")]);
    await syncChildren();
    const state = await store.scopeState(PARENTS, "all");
    if (!state) throw new Error("the parents have no state");
    await syncParents([]);
    const now = await store.scopeState(PARENTS, "all");
    await store.putScopeState({ ...state, ...now, revision: (now?.revision ?? 0) + 1, ended: "target retired" });
    expect(await syncChildren(["a"])).toEqual(["a"]);
    expect(await keys()).toEqual(["a#1"]);
  });
  test("when one of their ranges of creation was never listed whole", async () => {
    const source = {
      source: CREATION_SOURCE,
      limits: { bufferedCharacters: 1_000_000, batchChanges: 10, scopeItems: 1 },
    };
    const instant = (minute: number) => new Date(clock.now() - 86_400_000 + minute * 60_000).toISOString();
    const pages = [0, 1, 2].map((minute) => page(thing(instant(minute))));
    await syncParents(listing(pages), source);
    expect((await store.scopeState(PARENTS, "all"))?.range.until).toBeDefined();
    expect(await syncChildren(["a"])).toEqual(["a"]);
  });
  test("and a listing of them that fails removes nothing", async () => {
    await syncChildren(["a"]);
    await expect(syncChildren(denied)).rejects.toThrow("AccessDeniedException");
    expect(await keys()).toEqual(["a#1"]);
    expect((await syncRecords(store))[0]).toMatchObject({ kind: "plan", outcome: "failed" });
  });
});

describe("what is planned from a collection's items is due at once", () => {
  /** Syncs the parents as they are kept up to date, and tells whether the children were due after it. */
  async function isDueAfter(listed: readonly Thing[], source = CHILDREN): Promise<boolean> {
    const children = { ...source, id: "test.children" };
    const { collection } = childRecord;
    const before = (await store.collectionRecord(collection)) ?? { revision: 0 };
    const nextAt = clock.now() + 3_600_000;
    await store.putCollectionRecord({ ...childRecord, revision: before.revision + 1, nextAt });
    clock.jump(1_000);
    await syncCollection(createTestHost(store, clock, { sources: [children] }), {
      ...{ source: { ...SOURCE, id: "test.parents" }, collection: PARENTS, kind: "full" },
      ...{ intervals: { fullMs: 3_600_000 }, connection: connected(listing([page(...listed)])) },
    });
    const record = await store.collectionRecord(collection);
    return record !== undefined && dueKind(record, clock.now()) === "full";
  }
  const childRecord = { collection: "test.children/123456789012/eu-west-1", status: "active" } as const;

  test("after a sync that adds or removes some, but not the first one, and not one that finds nothing or only modifies some", async () => {
    expect(await isDueAfter([thing("a")])).toBe(false);
    expect(await isDueAfter([thing("a"), thing("b")])).toBe(true);
    expect(await isDueAfter([thing("a"), thing("b")])).toBe(false);
    expect(await isDueAfter([thing("a", 2), thing("b")])).toBe(false);
    expect(await isDueAfter([thing("b")])).toBe(true);
  });
  test("after one that modifies some, if that may change which of them are listed", async () => {
    const selective = {
      ...CHILDREN,
      plannedFrom: { source: "test.parents", scopeOf: () => undefined, isSelective: true },
    };
    await isDueAfter([thing("a")], selective);
    expect(await isDueAfter([thing("a", 2)], selective)).toBe(true);
  });
});
