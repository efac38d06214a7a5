import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readChanges } from "../../functions/inventory/changes.ts";
import { readItems } from "../../functions/inventory/items.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import type { Clock } from "../../functions/model/clock.ts";
import { type Collection, ENTIRE_COLLECTION } from "../../functions/model/collection.ts";
import { DEFAULT_GUARD } from "../../functions/model/guard.ts";
import { defineSource } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { DEFAULT_LIMITS, type SyncHost } from "../../functions/sync/job.ts";
import { reconcileScope } from "../../functions/sync/reconcile.ts";
import { settleAbandoned } from "../../functions/sync/settle.ts";
import { openDatabase, type TestDatabase } from "./database.ts";

/*
 * A sync that is stopped at every single one of its requests to DynamoDB, in every way. Readers see the listing before it or its own, whole;
 * the next sync ends what it began.
 */

type Listing = Readonly<Record<string, number>>;

/** Before the sync that is stopped: d is a tombstone. */
const EARLIER: readonly Listing[] = [
  { a: 1, b: 1, c: 1, d: 1 },
  { a: 1, b: 2, c: 1 },
];
const BEFORE: Listing = { a: 1, b: 2, c: 1 };
/** What it finds: a as it was, b modified, c removed, d back, e new. */
const LISTED: Listing = { a: 1, b: 3, d: 2, e: 1 };

const SOURCE = defineSource<undefined, { Id: string; Value: number }>({
  id: "test.things",
  operation: "Test ListThings",
  grants: [{ action: "test:ListThings", resources: () => ["*"] }],
  regions: [],
  intervalMinutes: 60,
  identity: ({ Id }) => [Id],
  edges: ({ Id, Value }) => [{ from: Id, to: `value ${Value}` }],
  connect: () => undefined,
  disconnect: () => undefined,
  list: () => {
    throw new Error("each sync lists for itself");
  },
});

/** What happens to one request, counted from 1: the process dies before it; it is refused; it is done and its answer lost. */
interface Stop {
  readonly request: number;
  readonly how: "dies" | "refused" | "unheard";
}
const WAYS = ["dies", "refused", "unheard"] as const;
const READS = ["BatchGetItem", "GetItem", "Query"];

/** Requests pass until the one that is to be stopped. When the process dies there, no later one is sent either. */
class StoppingHandler extends NodeHttpHandler {
  /** The operations of DynamoDB that were asked for. */
  readonly operations: string[] = [];
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
    const request = this.operations.push(String(sent[0].headers["x-amz-target"]).split(".").at(-1) ?? "");
    const { stop } = this;
    const isStopped = stop && (stop.how === "dies" ? request >= stop.request : request === stop.request);
    if (!isStopped) return super.handle(...sent);
    if (stop.how === "dies") {
      this.die();
      return new Promise(() => undefined);
    }
    if (stop.how === "unheard") await super.handle(...sent);
    throw Object.assign(new Error("the connection broke"), { name: "TimeoutError" });
  }
}

/** No lease is renewed, so that each has expired when the next sync comes. */
const CLOCK: Clock = {
  monotonic: () => 0,
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true })),
};
const EXPIRED = -1_000;

describe("a sync stopped at any request", () => {
  let database: TestDatabase;
  /** What readers, and syncs that are let be, use. */
  let steady: Store;
  let collections = 0;
  let syncs = 0;

  /** Runs a sync record by record to its end or death. Answers the operations that it asked for. */
  const syncStoppably = async (collection: Collection, listing: Listing, stop?: Stop) => {
    const handler = new StoppingHandler();
    handler.stop = stop;
    const store = database.sameStore({ requestHandler: handler, maxAttempts: 1 });
    await Promise.race([sync(collection, listing, recordByRecord(store)), handler.died]);
    return handler.operations;
  };
  const sync = (collection: Collection, listing: Listing, store = steady) => {
    syncs += 1;
    const name = `holder ${syncs}`;
    const host: SyncHost = {
      store,
      clock: CLOCK,
      holder: () => name,
      leaseMs: EXPIRED,
      guard: DEFAULT_GUARD,
      limits: DEFAULT_LIMITS,
      signal: new AbortController().signal,
    };
    const connection = {
      async *list() {
        yield { documents: Object.entries(listing).map(([Id, Value]) => ({ Id, Value })), retries: 0 };
      },
      plan: () => expect.fail("the source has no plan"),
      clockOffset: () => undefined,
      close: () => undefined,
    };
    return reconcileScope(host, {
      source: SOURCE,
      collection,
      scope: ENTIRE_COLLECTION,
      connection,
      kind: "full",
    });
  };
  const newCollection = async () => {
    collections += 1;
    const collection = `test.things/${String(collections).padStart(12, "0")}/eu-west-1`;
    for (const listing of EARLIER) await sync(collection, listing);
    return collection;
  };
  /** What readers see: the items, and what the log makes of nothing. */
  const visible = async (collection: Collection) => {
    const snapshot = await openRead(steady);
    const { rows: items } = await readItems(snapshot, collection, {}, { limit: 100 });
    const { rows: changes } = await readChanges(snapshot, collection, { limit: 100 });
    const replayed = new Map<string, number>();
    for (const { kind, after } of changes) {
      if (kind === "added") expect(replayed.has(after.key)).toBe(false);
      else expect(replayed.has(after.key)).toBe(true);
      if (kind === "removed") replayed.delete(after.key);
      else replayed.set(after.key, valueIn(after.document));
    }
    const present = items.filter(({ state }) => state === "present");
    const read = Object.fromEntries(present.map(({ key, document }) => [key, valueIn(document)]));
    expect(Object.fromEntries(replayed)).toEqual(read);
    return read;
  };
  const isOneOf = (seen: Listing, listings: readonly Listing[]) =>
    listings.some((listing) => JSON.stringify(Object.entries(listing)) === JSON.stringify(Object.entries(seen)));

  beforeAll(async () => {
    database = await openDatabase();
    steady = await database.newStore();
  });
  afterAll(() => database.close());

  test.each(WAYS)("hides what it wrote, and the next sync ends what it began: %s", async (how) => {
    const operations = await syncStoppably(await newCollection(), LISTED);
    expect(operations.length).toBeGreaterThan(12);
    for (const request of stopsIn(operations)) {
      const where = `${how} at request ${request}`;
      const collection = await newCollection();
      await syncStoppably(collection, LISTED, { request, how });
      const seen = await visible(collection);
      expect(isOneOf(seen, [BEFORE, LISTED]), `${where}: ${JSON.stringify(seen)}`).toBe(true);
      await sync(collection, LISTED);
      await settleAbandoned({ store: steady });
      expect(await visible(collection), where).toEqual(LISTED);
      expect(await steady.marks(), where).toEqual([]);
    }
  });

  test.each(WAYS)("can be taken over by one that is stopped itself: %s", async (how) => {
    const operations = await syncStoppably(await newCollection(), LISTED);
    const lastButTwo = operations.length - 4;
    for (const request of stopsIn(operations).filter((_, index) => index % 2 === 0)) {
      const where = `${how} at request ${request}`;
      const collection = await newCollection();
      await syncStoppably(collection, LISTED, { request: lastButTwo, how: "dies" });
      await syncStoppably(collection, LISTED, { request, how });
      const seen = await visible(collection);
      expect(isOneOf(seen, [BEFORE, LISTED]), `${where}: ${JSON.stringify(seen)}`).toBe(true);
      await sync(collection, LISTED);
      await settleAbandoned({ store: steady });
      expect(await visible(collection), where).toEqual(LISTED);
    }
  });
});

/** The requests to be stopped: the first, and every write. A sync stopped at a read leaves what one does that is stopped at the next write. */
function stopsIn(operations: readonly string[]): number[] {
  return [...operations.keys()].filter((n) => n === 0 || !READS.includes(operations[n] ?? "")).map((n) => n + 1);
}

function valueIn(document: string): number {
  return (JSON.parse(document) as { Value: number }).Value;
}

/** Each change in requests of its own, one after another, so that a batch can be stopped within. */
function recordByRecord(store: Store): Store {
  return {
    ...store,
    async write(changes, signal) {
      for (const change of changes) await store.write([change], signal);
    },
    async delete(collection, { versions = [], changes = [], edges = [] }, signal) {
      for (const version of versions) await store.delete(collection, { versions: [version] }, signal);
      for (const change of changes) await store.delete(collection, { changes: [change] }, signal);
      for (const edge of edges) await store.delete(collection, { edges: [edge] }, signal);
    },
  };
}
