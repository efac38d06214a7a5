import type { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readChanges } from "../../functions/inventory/changes.ts";
import { readHistory } from "../../functions/inventory/history.ts";
import { readItems } from "../../functions/inventory/items.ts";
import { openRead, type ReadSnapshot } from "../../functions/inventory/read-timestamp.ts";
import type { Clock } from "../../functions/model/clock.ts";
import { ENTIRE_COLLECTION } from "../../functions/model/collection.ts";
import { type Connection, defineSource } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { DEFAULT_GUARD } from "../../functions/sync/guard.ts";
import { DEFAULT_LEASE_MS, DEFAULT_LIMITS, type SyncHost } from "../../functions/sync/job.ts";
import { reconcileScope } from "../../functions/sync/reconcile.ts";
import { settleAbandoned } from "../../functions/sync/settle.ts";
import { openDatabase, type TestDatabase } from "./database.ts";
import { DatingHandler } from "./dating-handler.ts";

/*
 * A sync that is stopped at every single one of its requests to DynamoDB, in every way there is. Readers see what there was before, or what
 * the sync committed, and after the next sync state and log are those of a run in which nothing happened.
 */

interface Thing {
  readonly Id: string;
  readonly Value: number;
}

const SOURCE = defineSource<object, Thing>({
  id: "test.things",
  operation: "Test ListThings",
  grants: [{ action: "test:ListThings", resources: () => ["*"] }],
  regions: [],
  intervalMinutes: 60,
  identity: ({ Id }) => [Id],
  edges: ({ Id, Value }) => [{ from: Id, to: `value ${Value}` }],
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
  /** The process dies before it; it is refused; it is done and the answer lost. */
  readonly how: "dies" | "refused" | "unheard";
}
const WAYS = ["dies", "refused", "unheard"] as const;

/** Requests pass until the one that is to be stopped; when the process dies there, neither it nor any later one is sent. */
class StoppingHandler extends DatingHandler {
  requests = 0;
  readonly died: Promise<void>;
  private readonly stop: Stop | undefined;
  private die: () => void = () => undefined;

  constructor(time: () => number, stop: Stop | undefined) {
    super(time);
    this.stop = stop;
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

describe("a process stopped at any request", () => {
  let database: TestDatabase;
  let now = Date.UTC(2026, 2, 1);
  let collections = 0;
  let earlier: unknown;
  let undisturbed: unknown;
  const time = () => now;
  /** Renewals are not needed: within one sync no time passes. */
  const clock: Clock = {
    monotonic: () => now,
    sleep: (_, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true })),
  };

  /** Runs something to its end or death, later than the lease of any before it. Answers its number of requests. */
  const run = async (stop: Stop | undefined, work: (host: SyncHost) => Promise<unknown>) => {
    now += DEFAULT_LEASE_MS + 1_000;
    const handler = new StoppingHandler(time, stop);
    const host: SyncHost = {
      ...{ clock, leaseMs: DEFAULT_LEASE_MS, guard: DEFAULT_GUARD, limits: DEFAULT_LIMITS },
      store: changeByChange(database.sameStore({ requestHandler: handler, maxAttempts: 1 })),
      holder: () => `holder at ${now}`,
      signal: new AbortController().signal,
    };
    await Promise.race([work(host).catch(() => undefined), handler.died]);
    return handler.requests;
  };
  const sync = (collection: string, listed: readonly Thing[], stop?: Stop) => {
    const connection: Connection = {
      async *list() {
        yield { documents: listed, retries: 0 };
      },
      async *plan() {
        yield ENTIRE_COLLECTION;
      },
      ...{ clockOffset: () => undefined, close: () => undefined },
    };
    const job = { source: SOURCE, collection, scope: ENTIRE_COLLECTION, connection, kind: "full" } as const;
    return run(stop, (host) => reconcileScope(host, job));
  };
  const newCollection = async () => {
    collections += 1;
    const collection = `test.things/${String(collections).padStart(12, "0")}/eu-west-1`;
    for (const listed of EARLIER) await sync(collection, listed);
    return collection;
  };

  /** All that readers see, each instant as its place among those of the log. */
  const seen = async (collection: string) => {
    const snapshot = await openRead(database.sameStore({ requestHandler: new DatingHandler(time) }));
    const { items } = await readItems(snapshot, collection, {}, { limit: 100 });
    const { changes } = await readChanges(snapshot, collection, { limit: 100 });
    const histories = await Promise.all(items.map((item) => historyOf(snapshot, item)));
    const instants = [...new Set(changes.map(({ after }) => after.at))];
    const text = JSON.stringify({ items, changes, histories });
    const placed = instants.reduce((all, at, place) => all.replaceAll(at, `instant ${place}`), text);
    return JSON.parse(placed.replaceAll(collection, "collection")) as unknown;
  };
  const atRest = async (collection: string) => {
    const store = database.sameStore({ requestHandler: new DatingHandler(time) });
    const { holder, writing, discarding, count, checksum, outcome } =
      (await store.scopeState(collection, ENTIRE_COLLECTION.id)) ?? {};
    const marks = (await store.marks()).filter((mark) => mark.collection === collection);
    return { seen: await seen(collection), holder, writing, discarding, count, checksum, outcome, marks };
  };

  beforeAll(async () => {
    database = await openDatabase();
    await database.newStore();
    const collection = await newCollection();
    earlier = await seen(collection);
    await sync(collection, LISTED);
    undisturbed = await atRest(collection);
  });
  afterAll(() => database.close());

  test("the run in which nothing happens", () => {
    expect(undisturbed).toMatchObject({ count: 4, outcome: "complete", discarding: [], marks: [] });
    expect(JSON.stringify(undisturbed)).not.toMatch(/2026-/);
    expect(earlier).not.toEqual((undisturbed as { seen: unknown }).seen);
  });

  test.each(WAYS)("readers notice nothing, and the next sync ends it: %s", { timeout: 300_000 }, async (how) => {
    const requests = await sync(await newCollection(), LISTED);
    expect(requests).toBeGreaterThan(15);
    for (let request = 1; request <= requests; request += 1) {
      const collection = await newCollection();
      await sync(collection, LISTED, { request, how });
      const { seen: after } = undisturbed as { seen: unknown };
      expect([earlier, after], `${how} at request ${request}`).toContainEqual(await seen(collection));
      await sync(collection, LISTED);
      expect(await atRest(collection), `${how} at request ${request}`).toEqual(undisturbed);
    }
  });

  /** A collection whose last sync died with everything written but its commit. */
  const died = async (request: number) => {
    const collection = await newCollection();
    await sync(collection, LISTED, { request, how: "dies" });
    return collection;
  };
  /** The request that commits: the last at which a sync that dies leaves its instant registered. */
  const commitRequest = async () => {
    const store = database.sameStore({ requestHandler: new DatingHandler(time) });
    for (let request = await sync(await newCollection(), LISTED); request > 1; request -= 1) {
      const { writing } = (await store.scopeState(await died(request), ENTIRE_COLLECTION.id)) ?? {};
      if (writing !== undefined) return request;
    }
    throw new Error("no sync ever commits");
  };

  test.each(WAYS)("a sync that takes over can itself be stopped: %s", { timeout: 300_000 }, async (how) => {
    const commit = await commitRequest();
    const requests = await sync(await died(commit), LISTED);
    for (let request = 1; request <= requests; request += 1) {
      const collection = await died(commit);
      await sync(collection, LISTED, { request, how });
      const { seen: after } = undisturbed as { seen: unknown };
      expect([earlier, after], `${how} at request ${request}`).toContainEqual(await seen(collection));
      await sync(collection, LISTED);
      expect(await atRest(collection), `${how} at request ${request}`).toEqual(undisturbed);
    }
  });

  test.each(WAYS)("so can a run that settles: %s", { timeout: 300_000 }, async (how) => {
    const commit = await commitRequest();
    await died(commit);
    const requests = await run(undefined, settleAbandoned);
    expect(requests).toBeGreaterThan(3);
    for (let request = 1; request <= requests; request += 1) {
      const collection = await died(commit);
      await run({ request, how }, settleAbandoned);
      expect(await seen(collection), `${how} at request ${request}`).toEqual(earlier);
      await run(undefined, settleAbandoned);
      expect(await atRest(collection), `${how} at request ${request}`).toMatchObject({ seen: earlier, marks: [] });
      await sync(collection, LISTED);
      expect(await atRest(collection), `${how} at request ${request}`).toEqual(undisturbed);
    }
  });
});

async function historyOf(snapshot: ReadSnapshot, { collection, key }: { collection: string; key: string }) {
  return readHistory(snapshot, { collection, key }, { limit: 100 });
}

/** Each change in requests of its own, one after another, so that a batch can be stopped within. This machine's clock is the database's. */
function changeByChange(store: Store): Store {
  return {
    ...store,
    clockOffset: () => 0,
    async write(changes, signal) {
      for (const change of changes) await store.write([change], signal);
    },
  };
}
