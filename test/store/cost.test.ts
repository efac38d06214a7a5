import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { publish } from "../../functions/events/publish.ts";
import { systemClock } from "../../functions/model/clock.ts";
import { type Connection, defineSource, type Source } from "../../functions/model/source.ts";
import { createDynamoStore } from "../../functions/store/dynamodb/store.ts";
import type { Consistency, Store } from "../../functions/store/port.ts";
import { hasUnpublished } from "../../functions/sync/due.ts";
import { DEFAULT_LEASE_MS, DEFAULT_LIMITS, type SyncHost } from "../../functions/sync/job.ts";
import { syncCollection } from "../../functions/sync/sync-collection.ts";
import { USE } from "../../infra/monthly-cost.ts";
import { added, COLLECTION, collectionRecord, instant, modified, removed, signal, stateOf } from "./changes.ts";
import { openDatabase, type TestDatabase } from "./database.ts";

let database: TestDatabase;
let costs: Cost[];
let store: Store;

beforeAll(async () => {
  database = await openDatabase();
});
beforeEach(async () => {
  await database.newStore();
  const client = database.connect();
  costs = countCosts(client);
  store = createDynamoStore(client, database.tables(), { retentionDays: 30 });
});
afterAll(() => database.close());

/** What one request costs, in read or write units. */
interface Cost {
  readonly operation: string;
  readonly units: number;
}

/** Notes every request of the client from now on. */
function countCosts(client: DynamoDBClient): Cost[] {
  const costs: Cost[] = [];
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
        const { ConsumedCapacity } = result.output as {
          ConsumedCapacity?: { CapacityUnits?: number } | { CapacityUnits?: number }[];
        };
        const units = [ConsumedCapacity].flat().reduce((sum, each) => sum + (each?.CapacityUnits ?? 0), 0);
        costs.push({ operation: String(commandName).replace("Command", ""), units });
        return result;
      },
    { step: "initialize", name: "countCosts" },
  );
  return costs;
}

/** What is asked of DynamoDB while something is done. */
async function costOf(use: () => Promise<unknown>): Promise<Cost[]> {
  costs.length = 0;
  await use();
  return [...costs];
}

function unitsOf(costs: readonly Cost[]): number {
  return costs.reduce((sum, { units }) => sum + units, 0);
}

const query = { operation: "Query", units: 1 };
const get = { operation: "GetItem", units: 1 };
const put = { operation: "PutItem", units: 1 };
const update = { operation: "UpdateItem", units: 1 };

describe("a sync that finds nothing new", () => {
  /** A source that lists that many small things. */
  function things(count: number): { source: Source; connection: Connection } {
    const documents = Array.from({ length: count }, (_, n) => ({ Name: `thing-${n}`, Of: "a hub" }));
    const source = defineSource<undefined, (typeof documents)[number]>({
      id: "test.things",
      operation: "Test ListThings",
      grants: [{ action: "test:ListThings", resources: () => ["*"] }],
      regions: ["eu-west-1"],
      intervalMinutes: 60,
      identity: ({ Name }) => [Name],
      edges: ({ Name, Of }) => [{ from: Name ?? "", to: Of ?? "" }],
      connect: () => undefined,
      disconnect: () => undefined,
      async *list() {
        yield { documents, retries: 0 };
      },
    });
    return { source, connection: source.connect({ region: "eu-west-1" }) };
  }

  async function sync(count: number): Promise<unknown> {
    const host: SyncHost = {
      store,
      clock: systemClock,
      holder: () => "the test's",
      leaseMs: DEFAULT_LEASE_MS,
      guard: { items: 10, share: 0.5 },
      limits: DEFAULT_LIMITS,
      signal,
    };
    const { scopes } = await syncCollection(host, {
      ...things(count),
      collection: COLLECTION,
      kind: "full",
      intervals: { fullMs: 3_600_000 },
    });
    return scopes.map(({ result }) => result.status === "ended" && result.record);
  }

  test.each([3, 1_500])("of %i items reads two records and makes three small writes", async (count) => {
    expect(await sync(count)).toMatchObject([{ outcome: "complete", added: count }]);
    const again = await costOf(async () =>
      expect(await sync(count)).toMatchObject([{ outcome: "complete", added: 0, unchanged: count }]),
    );
    expect(again).toEqual([get, put, query, put, put]);
  });

  test("leaves nothing to publish; what another found is published for what the bill counts", async () => {
    const published: unknown[] = [];
    const publishing = () => {
      const put = async (events: readonly unknown[]) => void published.push(...events);
      return costOf(() => publish({ store, put, nameOf: ({ key }) => key, signal }, COLLECTION));
    };
    await sync(3);
    const costs = await publishing();
    expect(published).toHaveLength(3);
    const isWrite = ({ operation }: Cost) => operation === "PutItem";
    expect(unitsOf(costs.filter(isWrite))).toBe(USE.publishWrites);
    expect(unitsOf(costs.filter((cost) => !isWrite(cost)))).toBe(USE.publishReads);
    await sync(3);
    const [record] = await store.collectionRecords(["test"]);
    expect(record && hasUnpublished(record, Number.POSITIVE_INFINITY)).toBe(false);
  });
});

describe("each operation", () => {
  const writer = { collection: COLLECTION, scope: "all", lease: 1 };

  test("of a writer is one request, and one unit", async () => {
    await store.begin(writer);
    await store.deleteMarks(writer);
    expect(await costOf(() => store.begin({ ...writer, lease: 2 }))).toEqual([update]);
    expect(await costOf(() => store.deleteMarks({ ...writer, lease: 2 }))).toEqual([update]);
    expect(await costOf(() => store.putScopeState(stateOf(1)))).toEqual([put]);
    expect(await costOf(() => store.putCollectionRecord(collectionRecord(1)))).toEqual([put]);
    expect(await costOf(() => store.addDiscards(COLLECTION, [instant(1)]))).toEqual([put]);
  });

  test("of a reader who pins a timestamp is one read of one record", async () => {
    await store.begin(writer);
    expect(await costOf(() => store.readTimestamp())).toEqual([get]);
    expect(await costOf(() => store.marks())).toEqual([get]);
  });

  test("on changes costs one unit a record, of an edge at each of its ends", async () => {
    const first = Array.from({ length: 10 }, (_, n) => added(`key ${n}`, instant(1)));
    const second = first.map(({ after }) => modified(after, instant(2)));
    const third = second.map(({ after }) => removed(after, instant(3)));
    expect(unitsOf(await costOf(() => store.write(first, signal)))).toBe(10 * (1 + 1 + 2));
    expect(unitsOf(await costOf(() => store.write(second, signal)))).toBe(10 * (1 + 1));
    expect(unitsOf(await costOf(() => store.write(third, signal)))).toBe(10 * (1 + 1));
    const superseded = first.map(({ after: { key, at } }) => ({ key, at }));
    expect(unitsOf(await costOf(() => store.delete(COLLECTION, { versions: superseded }, signal)))).toBe(10);
  });

  test("that reads collections' records costs half of it eventually", async () => {
    const read = (consistency?: Consistency) => () => store.collectionRecords(["test"], consistency && { consistency });
    await store.putCollectionRecord(collectionRecord(1));
    for (const [consistency, units] of [
      [undefined, 1],
      ["strong", 1],
      ["eventual", 0.5],
    ] as const) {
      expect([consistency, unitsOf(await costOf(read(consistency)))]).toEqual([consistency, units]);
    }
  });

  test("that reads items costs by the bytes read, and half of that eventually", async () => {
    const changes = Array.from({ length: 100 }, (_, n) => added(`key ${n}`, instant(1), `"${"x".repeat(600)}"`));
    await store.write(changes, signal);
    const read = (consistency: "strong" | "eventual") => () => store.items(COLLECTION, {}, { limit: 200, consistency });
    const [strong, eventual] = [unitsOf(await costOf(read("strong"))), unitsOf(await costOf(read("eventual")))];
    expect(strong).toBeLessThan(25);
    expect(eventual).toBe(strong / 2);
    expect(unitsOf(await costOf(() => store.itemsOf(COLLECTION, ["key 7"])))).toBe(1);
    expect(unitsOf(await costOf(() => store.changesAt(COLLECTION, [{ key: "key 7", at: instant(1) }])))).toBe(1);
  });
});
