import { describe, expect, test } from "vitest";
import { freshAtOf, readCollections } from "../../functions/inventory/collections.ts";
import {
  isPlanStale,
  isRecordFresh,
  isScopeStale,
  isSyncing,
  judgeCollection,
  staleAfter,
} from "../../functions/inventory/freshness.ts";
import type { CollectionRecord } from "../../functions/model/collection-record.ts";
import { initialState, type ScopeState } from "../../functions/model/scope-state.ts";
import { COLLECTION, createHistory, instant } from "./history.ts";

const HOURLY = { intervalMinutes: 60, planned: false };
const PLANNED = { intervalMinutes: 60, planned: true };
/** In hours since the history began. */
const now = (hours: number) => Date.parse(instant(hours * 3_600));
const hour = (hours: number) => instant(hours * 3_600);

const scope = (set: Partial<ScopeState> = {}): ScopeState => ({
  ...initialState(COLLECTION, { id: "all", range: {} }),
  ...set,
});
const record = (set: Partial<CollectionRecord> = {}): CollectionRecord => ({
  ...{ collection: COLLECTION, revision: 1, status: "active", nextAt: 0 },
  ...set,
});

describe("a scope", () => {
  test("is stale once three intervals have passed since it was last complete", () => {
    const state = scope({ lastCompleteAt: hour(1) });
    expect(staleAfter(state, HOURLY)).toBe(hour(4));
    expect(isScopeStale(state, HOURLY, now(4))).toBe(false);
    expect(isScopeStale(state, HOURLY, now(4) + 1)).toBe(true);
  });

  test("is stale if it was never complete, and never once it has ended", () => {
    expect(staleAfter(scope(), HOURLY)).toBeUndefined();
    expect(isScopeStale(scope(), HOURLY, 0)).toBe(true);
    expect(isScopeStale(scope({ ended: "parent removed" }), HOURLY, now(99))).toBe(false);
  });

  test("that is one of several is given the time of its first sync", () => {
    const first = { holder: "h", expires: now(1) };
    expect(isScopeStale(scope(first), HOURLY, now(1))).toBe(true);
    expect(isScopeStale(scope({ ...first, scope: "image" }), HOURLY, now(1))).toBe(false);
    expect(isScopeStale(scope({ ...first, scope: "image" }), HOURLY, now(1) + 1)).toBe(true);
    expect(isScopeStale(scope({ ...first, scope: "image", lastAttemptAt: hour(0) }), HOURLY, now(1))).toBe(true);
  });

  test("is being synced while a writer holds a lease that has not expired", () => {
    expect(isSyncing(scope(), 0)).toBe(false);
    expect(isSyncing(scope({ holder: "h", expires: 5 }), 5)).toBe(true);
    expect(isSyncing(scope({ holder: "h", expires: 5 }), 6)).toBe(false);
  });
});

describe("a collection", () => {
  test("is as fresh as the scope, or the plan, that waits longest", () => {
    const scopes = [scope({ lastCompleteAt: hour(2) }), scope({ scope: "b", lastCompleteAt: hour(1) })];
    const ended = scope({ scope: "c", ended: "parent removed" });
    const plan = { lastAttemptAt: hour(3), lastCompleteAt: hour(0) };
    expect(judgeCollection({ record: record({ plan }), scopes: [...scopes, ended] }, HOURLY, now(3))).toEqual({
      ...{ lastCompleteAt: hour(1), stale: false, planStale: false, staleScopes: [] },
    });
    expect(judgeCollection({ record: record({ plan }), scopes }, PLANNED, now(3) + 1)).toEqual({
      ...{ lastCompleteAt: hour(0), stale: true, planStale: true, staleScopes: [] },
    });
    expect(judgeCollection({ record: record(), scopes }, HOURLY, now(4) + 1)).toMatchObject({
      ...{ stale: true, staleScopes: [{ scope: "b" }] },
    });
    expect(judgeCollection({ record: record(), scopes: [...scopes, scope()] }, HOURLY, now(3))).not.toHaveProperty(
      "lastCompleteAt",
    );
  });

  test("that was never synced is stale, a retired one never", () => {
    expect(judgeCollection({ record: record(), scopes: [] }, HOURLY, 0)).toMatchObject({ stale: true });
    const scopes = [scope()];
    expect(judgeCollection({ record: record({ status: "retired" }), scopes }, HOURLY, 0)).toMatchObject({
      ...{ stale: false, staleScopes: [] },
    });
    // A plan that names no scope is whole.
    const plan = { lastAttemptAt: hour(1), lastCompleteAt: hour(1) };
    expect(judgeCollection({ record: record({ plan }), scopes: [] }, PLANNED, now(1))).toMatchObject({ stale: false });
  });

  test("is known to be fresh by its record only if that says when everything was whole, and the plan was", () => {
    const plan = { lastAttemptAt: hour(3), lastCompleteAt: hour(0) };
    expect(isPlanStale({ lastAttemptAt: hour(1) }, PLANNED, 0)).toBe(true);
    expect(isRecordFresh(record(), HOURLY, 0)).toBe(false);
    expect(isRecordFresh(record({ status: "retired" }), HOURLY, 0)).toBe(true);
    expect(isRecordFresh(record({ freshAt: hour(1) }), HOURLY, now(4))).toBe(true);
    expect(isRecordFresh(record({ freshAt: hour(1) }), HOURLY, now(4) + 1)).toBe(false);
    expect(isRecordFresh(record({ freshAt: hour(1), plan }), PLANNED, now(3))).toBe(true);
    expect(isRecordFresh(record({ freshAt: hour(1), plan }), PLANNED, now(3) + 1)).toBe(false);
    expect(isRecordFresh(record({ freshAt: hour(1), plan }), HOURLY, now(3) + 1)).toBe(true);
  });
});

describe("collections", () => {
  test("are as fresh as the active one that waits longest", () => {
    expect(freshAtOf([])).toBeUndefined();
    expect(freshAtOf([record({ freshAt: hour(2) }), record({ freshAt: hour(1) })])).toBe(hour(1));
    expect(freshAtOf([record({ freshAt: hour(2) }), record({ status: "retired" })])).toBe(hour(2));
    expect(freshAtOf([record({ freshAt: hour(2) }), record()])).toBeUndefined();
  });

  test("are those of the sources given that match the filter, in order", async () => {
    const { store } = createHistory();
    const entered = [
      ["one.b", "222222222222", "eu-west-1"],
      ["one.a", "111111111111", "us-east-1"],
      ["one.gone", "111111111111", "eu-west-1"],
      ["two.a", "111111111111", "eu-west-1"],
      ["one.a", "111111111111", "eu-west-1"],
    ];
    for (const parts of entered) await store.putCollectionRecord(record({ collection: parts.join("/") }));
    const sources = [{ id: "two.a" }, { id: "one.a" }, { id: "one.b" }];
    const found = async (filter = {}) => (await readCollections(store, sources, filter)).map((each) => each.collection);
    const [b, us, , two, a] = entered.map((parts) => parts.join("/"));
    expect(await found()).toEqual([a, us, b, two]);
    expect(await found({ source: "one.a" })).toEqual([a, us]);
    expect(await found({ region: "eu-west-1" })).toEqual([a, b, two]);
    expect(await found({ account: "222222222222", source: undefined })).toEqual([b]);
    expect(await found({ source: "one.a", account: "111111111111", region: "us-east-1" })).toEqual([us]);
    expect(await found({ source: "one.a", account: "111111111111", region: "eu-north-1" })).toEqual([]);
    expect(await found({ source: "one.gone", account: "111111111111", region: "eu-west-1" })).toEqual([]);
  });
});
