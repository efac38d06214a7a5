import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Clock } from "../../functions/model/clock.ts";
import { WHOLE } from "../../functions/model/collection.ts";
import { defineSource } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { DEFAULT_GUARD } from "../../functions/sync/guard.ts";
import { DEFAULT_LEASE_MS } from "../../functions/sync/lease.ts";
import { syncScope } from "../../functions/sync/sync.ts";
import { openDatabase, type TestDatabase } from "./database.ts";

/*
 * A sync that is stopped at every single one of its requests to DynamoDB, in every way there is; then the next sync
 * undoes and ends what it began. Whatever happened, state and log are those of a run in which nothing did.
 */

interface Thing {
  readonly Id: string;
  readonly Value: number;
}

const SOURCE = defineSource<object, Thing>({
  id: "test.things",
  operation: "Test ListThings",
  grants: [],
  regions: [],
  everyMinutes: 60,
  identity: ({ Id }) => [Id],
  connect: () => ({}),
  disconnect: () => undefined,
  list: () => {
    throw new Error("not here");
  },
});

const things = (values: Record<string, number>): Thing[] =>
  Object.entries(values).map(([Id, Value]) => ({ Id, Value }));
/** Before the sync that is stopped: d is a tombstone. */
const EARLIER = [things({ a: 1, b: 1, c: 1, d: 1 }), things({ a: 1, b: 2, c: 1 })];
/** What it finds: a as it was, b modified, c removed, d back, e new. */
const LISTED = things({ a: 1, b: 3, d: 2, e: 1 });

/** What happens to one request, counted from 1. */
interface Stop {
  readonly request: number;
  /** The sync dies before it; it is refused; it is done and the answer lost. */
  readonly how: "dies" | "refused" | "unheard";
}
const WAYS = ["dies", "refused", "unheard"] as const;

/** Requests pass until the one that is to be stopped; when the process dies there, neither it nor any later one is sent. */
class StoppingHandler extends NodeHttpHandler {
  requests = 0;
  stop: Stop | undefined;
  readonly died: Promise<void>;
  private die: () => void = () => undefined;

  constructor() {
    super();
    this.died = new Promise((resolve) => {
      this.die = resolve;
    });
  }

  override async handle(...sent: Parameters<NodeHttpHandler["handle"]>): ReturnType<NodeHttpHandler["handle"]> {
    this.requests += 1;
    const { stop } = this;
    const stopped = stop && (stop.how === "dies" ? this.requests >= stop.request : this.requests === stop.request);
    if (!stopped) return super.handle(...sent);
    if (stop.how === "dies") {
      this.die();
      return new Promise(() => undefined);
    }
    if (stop.how === "unheard") await super.handle(...sent);
    throw Object.assign(new Error("the connection broke"), { name: "TimeoutError" });
  }
}

describe("a sync stopped at any request", () => {
  let database: TestDatabase;
  let now = Date.UTC(2026, 2, 1);
  let collections = 0;
  let undisturbed: unknown;
  /** Renewals are not needed: within one sync no time passes. */
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: (_, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true })),
  };

  /** Runs a sync to its end or death, later than the lease of any before it. Answers its number of requests. */
  const sync = async (collection: string, listed: readonly Thing[], stop?: Stop) => {
    now += DEFAULT_LEASE_MS + 1;
    const handler = new StoppingHandler();
    handler.stop = stop;
    const store = recordByRecord(database.sameStore({ requestHandler: handler, maxAttempts: 1 }));
    const connection = {
      async *list() {
        yield { documents: listed, retries: 0 };
      },
    };
    const host = {
      store,
      clock,
      holder: () => `holder at ${now}`,
      leaseMs: DEFAULT_LEASE_MS,
      guard: DEFAULT_GUARD,
      signal: new AbortController().signal,
    };
    const ended = syncScope(host, { source: SOURCE, collection, scope: WHOLE, connection });
    // Refused at its first or last request it throws.
    await Promise.race([ended.catch(() => undefined), handler.died]);
    return handler.requests;
  };
  const newCollection = async () => {
    collections += 1;
    const collection = `test.things/${String(collections).padStart(12, "0")}/eu-west-1`;
    for (const listed of EARLIER) await sync(collection, listed);
    return collection;
  };
  /** All that is stored, each instant as its place among those of the log. */
  const stored = async (collection: string) => {
    const store = database.sameStore();
    const { changes } = await store.changePage(collection, {}, 100);
    const { items } = await store.itemPage(collection, {}, { limit: 100 });
    const { lease, dirtySince, items: count, outcome } = (await store.standing(collection, WHOLE.id)) ?? {};
    const instants = [...new Set(changes.map(({ at }) => at))];
    const text = JSON.stringify({
      items,
      changes: changes.map(({ sync: _, ...change }) => change),
      standing: { lease, dirtySince, count, outcome },
    });
    const placed = instants.reduce((all, at, place) => all.replaceAll(at, `instant ${place}`), text);
    return JSON.parse(placed.replaceAll(collection, "collection")) as unknown;
  };

  beforeAll(async () => {
    database = await openDatabase();
    await database.newStore();
    const collection = await newCollection();
    await sync(collection, LISTED);
    undisturbed = await stored(collection);
  });
  afterAll(() => database.close());

  test("the run in which nothing happens", () => {
    expect(undisturbed).toMatchObject({ standing: { count: 4, outcome: "complete" } });
    expect(JSON.stringify(undisturbed)).not.toMatch(/2026-/);
  });

  test.each(WAYS)("the next sync ends what it began: %s", { timeout: 60_000 }, async (how) => {
    const requests = await sync(await newCollection(), LISTED);
    expect(requests).toBeGreaterThan(15);
    for (let request = 1; request <= requests; request += 1) {
      const collection = await newCollection();
      await sync(collection, LISTED, { request, how });
      await sync(collection, LISTED);
      expect(await stored(collection), `${how} at request ${request}`).toEqual(undisturbed);
    }
  });

  test.each(WAYS)("a sync that undoes can itself be stopped: %s", { timeout: 60_000 }, async (how) => {
    // Died with everything written but its end.
    const lastButOne = (await sync(await newCollection(), LISTED)) - 1;
    const died = async () => {
      const collection = await newCollection();
      await sync(collection, LISTED, { request: lastButOne, how: "dies" });
      return collection;
    };
    const requests = await sync(await died(), LISTED);
    const undoing = requests - lastButOne;
    expect(undoing).toBeGreaterThan(8);
    for (let request = 1; request <= undoing + 2; request += 1) {
      const collection = await died();
      await sync(collection, LISTED, { request, how });
      await sync(collection, LISTED);
      expect(await stored(collection), `${how} at request ${request}`).toEqual(undisturbed);
    }
  });
});

/** Each record in a request of its own, one after another, so that a batch can be stopped within. */
function recordByRecord(store: Store): Store {
  const each = async <T>(records: readonly T[], write: (record: T) => Promise<void>) => {
    for (const record of records) await write(record);
  };
  return {
    ...store,
    writeItems: (items, signal) => each(items, (item) => store.writeItems([item], signal)),
    deleteItems: (collection, keys, signal) => each(keys, (key) => store.deleteItems(collection, [key], signal)),
    writeChanges: (changes, signal) => each(changes, (change) => store.writeChanges([change], signal)),
    deleteChanges: (collection, positions, signal) =>
      each(positions, (position) => store.deleteChanges(collection, [position], signal)),
  };
}
