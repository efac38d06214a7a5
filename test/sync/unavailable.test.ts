import { beforeEach, describe, expect, test } from "vitest";
import { judgeCollection } from "../../functions/inventory/freshness.ts";
import { type Scope, scopeOfFirstPart } from "../../functions/model/collection.ts";
import { type Connection, defineSource, type Page } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { settleAbandoned } from "../../functions/sync/settle.ts";
import { type CollectionJob, type CollectionResult, syncCollection } from "../../functions/sync/sync-collection.ts";
import {
  COLLECTION,
  connected,
  createTestClock,
  createTestHost,
  createTestStore,
  listing,
  page,
  present,
  SOURCE,
  stateOf,
  type TestClock,
  type Thing,
  thing,
} from "./engine.ts";

const HOUR_MS = 3_600_000;
const PLANNED = { ...SOURCE, planned: true, key: (document: unknown) => `${(document as Thing).Id}` };
const named = (name: string) => Object.assign(new Error("no"), { name });

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const sync = (connection: Partial<Connection>, options: Partial<Omit<CollectionJob, "connection">> = {}) => {
  clock.jump(1_000);
  return syncCollection(createTestHost(store, clock), {
    ...{ source: SOURCE, collection: COLLECTION, kind: "full", intervals: { fullMs: HOUR_MS }, ...options },
    connection: connected(connection),
  });
};
const told = ({ scopes }: CollectionResult) =>
  scopes.map(({ scope, result }) => [
    scope,
    result.status === "ended" ? result.record.outcome : result.status,
    ...(result.status === "ended" && result.known ? ["known"] : []),
  ]);
const record = async () => {
  const stored = await store.collectionRecord(COLLECTION);
  if (!stored) throw new Error("no record");
  return stored;
};
const isStale = async (source = SOURCE) =>
  judgeCollection({ record: await record(), scopes: await store.scopeStates(COLLECTION) }, source, clock.now()).stale;
const recorded = async () => (await store.syncs(COLLECTION, {}, 100)).syncs.map(({ outcome }) => outcome);
async function* noScopes(): AsyncGenerator<Scope> {
  // There is no parent.
}
const unsubscribed = listing([], named("SubscriptionRequiredException"));

describe("what the account does not have", () => {
  test("is unavailable, said once, not stale, and there as soon as the account has it", async () => {
    expect(told(await sync(unsubscribed))).toEqual([["all", "unavailable"]]);
    expect(told(await sync(unsubscribed, { retryUnavailable: true }))).toEqual([["all", "unavailable", "known"]]);
    expect(await recorded()).toEqual(["unavailable"]);
    clock.jump(100 * HOUR_MS);
    expect(await isStale()).toBe(false);
    expect(told(await sync(listing([page(thing("a"))])))).toEqual([["all", "complete"]]);
    expect(await stateOf(store)).not.toHaveProperty("unavailableSince");
    expect(await present(store)).toHaveProperty("a");
  });
  test("is tried less and less often, at last daily, and at once when a person asks", async () => {
    let asked = 0;
    const counted: Partial<Connection> = {
      // biome-ignore lint/correctness/useYield: it fails first
      async *list(): AsyncGenerator<Page> {
        asked += 1;
        throw named("OptInRequired");
      },
    };
    for (let hour = 0; hour < 24; hour += 1) {
      await sync(counted);
      clock.jump(HOUR_MS - 1_000);
    }
    expect(asked).toBe(6);
    for (let hour = 0; hour < 10 * 24; hour += 1) {
      await sync(counted);
      clock.jump(HOUR_MS - 1_000);
    }
    expect(asked).toBeLessThanOrEqual(6 + 11);
    await sync(counted, { retryUnavailable: true });
    expect(asked).toBeLessThanOrEqual(6 + 12);
  });
  test("makes its collection due less and less often, at last daily", async () => {
    const waits: number[] = [];
    const refused: Partial<Connection> = {
      // biome-ignore lint/correctness/useYield: it fails first
      async *plan() {
        throw named("UnknownOperationException");
      },
    };
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const result = await sync(refused, { source: PLANNED });
      expect(result).toMatchObject({ failure: { code: "refused" } });
      expect(result.known ?? false).toBe(attempt > 0);
      waits.push(((await record()).nextAt - clock.now()) / HOUR_MS);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 24, 24, 24]);
    expect(await isStale(PLANNED)).toBe(false);
    await sync({ plan: () => noScopes() }, { source: PLANNED });
    expect((await record()).plan).not.toHaveProperty("unavailableSince");
  });
});

describe("a scope that is denied", () => {
  /** Scopes a, b and c, of which these are denied. */
  const denying = (...ids: string[]): Partial<Connection> => ({
    async *plan() {
      for (const id of ["a", "b", "c"]) yield scopeOfFirstPart(id);
    },
    async *list({ id }) {
      if (ids.includes(id)) throw named("AccessDeniedException");
      yield page(thing(`${id}#1`));
    },
  });

  test("while others are answered is unavailable by itself, and holds nobody back", async () => {
    const result = await sync(denying("a"), { source: PLANNED });
    expect(told(result)).toEqual([
      ["a", "unavailable"],
      ["b", "complete"],
      ["c", "complete"],
    ]);
    expect(result.scopes[0]).toMatchObject({
      result: { record: { error: { message: expect.stringContaining("refused by itself") } } },
    });
    expect(await record()).toMatchObject({ nextAt: clock.now() + HOUR_MS, freshAt: expect.any(String) });
    expect(await record()).not.toHaveProperty("failures");
    expect(told(await sync(denying("a"), { source: PLANNED, retryUnavailable: true }))[0]).toEqual([
      "a",
      "unavailable",
      "known",
    ]);
    expect(await recorded()).toEqual(["complete", "complete", "unavailable"]);
    clock.jump(2 * HOUR_MS);
    await sync(denying("a"), { source: PLANNED });
    expect(await isStale(PLANNED)).toBe(false);
    expect(told(await sync(denying(), { source: PLANNED, retryUnavailable: true }))[0]).toEqual(["a", "complete"]);
    expect(Object.keys(await present(store))).toEqual(["a#1", "b#1", "c#1"]);
  });
  test("with all others is denied: the permission is missing", async () => {
    expect(told(await sync(denying("a", "b", "c"), { source: PLANNED }))).toEqual([
      ["a", "failed"],
      ["b", "failed"],
      ["c", "failed"],
    ]);
    expect(await isStale(PLANNED)).toBe(true);
  });
  test("keeps the age of what it has, for readers", async () => {
    await sync(denying(), { source: PLANNED });
    const { lastCompleteAt } = await stateOf(store, "a");
    clock.jump(HOUR_MS);
    await sync(denying("a"), { source: PLANNED });
    expect(await record()).toMatchObject({ freshAt: lastCompleteAt });
  });
});

describe("a region that does not know credentials which others accept", () => {
  const source = (acceptedElsewhere: boolean) => {
    const declared = defineSource<object, Thing>({
      ...{ id: "test.things", operation: "Test ListThings", grants: [], regions: [], intervalMinutes: 60 },
      ...{ identity: ({ Id }) => [Id], connect: () => ({}), disconnect: () => undefined },
      // biome-ignore lint/correctness/useYield: it fails first
      async *list() {
        throw named("UnrecognizedClientException");
      },
    });
    return declared.connect({ region: "af-south-1", acceptedElsewhere });
  };
  test("is not enabled", async () => {
    expect(told(await sync(source(true)))).toEqual([["all", "unavailable"]]);
    expect((await stateOf(store)).error).toMatchObject({
      code: "refused",
      message: expect.stringContaining("aws account enable-region --region-name af-south-1"),
    });
  });
  test("may as well be one that wrong credentials were sent to", async () => {
    expect(told(await sync(source(false)))).toEqual([["all", "failed"]]);
  });
});

describe("a scope that another process took over", () => {
  test("but did not sync is synced once more", async () => {
    const documents = Array.from({ length: 5 }, (_, n) => thing(`t${n}`));
    let attempts = 0;
    const lapsed: Partial<Connection> = {
      async *list() {
        attempts += 1;
        for (const document of documents.slice(0, 4)) yield page(document);
        if (attempts > 1) return yield page(...documents.slice(4));
        // What was listed so far is written; then the process stands still, and another settles what seems dead.
        clock.jump(HOUR_MS);
        await settleAbandoned({ store });
        yield page(...documents.slice(4));
      },
    };
    const host = createTestHost(store, clock, { limits: { bufferedCharacters: 1, batchChanges: 1, scopeItems: 100 } });
    const result = await syncCollection(host, {
      ...{ source: SOURCE, collection: COLLECTION, kind: "full", intervals: { fullMs: HOUR_MS } },
      connection: connected(lapsed),
    });
    expect(told(result)).toEqual([["all", "complete"]]);
    expect(attempts).toBe(2);
    expect(Object.keys(await present(store))).toHaveLength(5);
  });
});
