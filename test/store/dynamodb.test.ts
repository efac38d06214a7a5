import { CreateTableCommand, type DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createMissingTables } from "../../cli/tables.ts";
import { EPOCH, epochMs, instantOf } from "../../functions/model/instant.ts";
import { TABLES, type TableId, tableNames } from "../../functions/store/dynamodb/schema.ts";
import { LOG_GRACE_DAYS, STORED_FORMAT, type Store } from "../../functions/store/port.ts";
import { added, COLLECTION, collectionRecord, instant, modified, signal, stateOf } from "./changes.ts";
import { storeContract } from "./contract.ts";
import { openDatabase, RETENTION_DAYS, type TestDatabase } from "./database.ts";
import { type OverloadedDatabase, openOverloaded } from "./unprocessed.ts";

const WRITER = { collection: COLLECTION, scope: "all", lease: 1 };

let database: TestDatabase;
let client: DynamoDBClient;
beforeAll(async () => {
  database = await openDatabase();
  client = database.connect();
});
afterAll(() => database.close());

storeContract("on DynamoDB", () => database.newStore());

describe("an overloaded DynamoDB", () => {
  const changes = Array.from({ length: 60 }, (_, n) => added(`key ${String(n).padStart(3, "0")}`, instant(1)));
  const keys = changes.map(({ after }) => after.key);
  const positions = keys.map((key) => ({ key, at: instant(1) }));
  let overloaded: OverloadedDatabase;
  let store: Store;
  let steady: Store;
  beforeAll(async () => {
    overloaded = await openOverloaded(database.url);
    steady = await database.newStore();
    // Without the SDK's own retries, so that the store's are what is tested.
    store = database.sameStore({ endpoint: overloaded.url, maxAttempts: 1 });
  });
  afterAll(() => overloaded.close());

  test("loses nothing that is written, read or deleted", async () => {
    await store.write(changes, signal);
    expect(await store.changesAt(COLLECTION, positions)).toHaveLength(keys.length);
    expect((await steady.items(COLLECTION, {}, { limit: 500 })).items.map(([{ key }]) => key)).toEqual(keys);
    expect((await steady.changes(COLLECTION, {}, 500)).changes).toEqual(changes);
    expect(await candidatesIn(steady, "a hub")).toEqual([...keys].sort());

    const edges = keys.map((key) => ({ node: "a hub", end: "to" as const, key, edgeAt: instant(1) }));
    await store.delete(COLLECTION, { versions: positions, changes: positions, edges }, signal);
    expect(await steady.items(COLLECTION, {}, { limit: 5 })).toEqual({ items: [] });
    expect(await steady.changes(COLLECTION, {}, 5)).toEqual({ changes: [] });
    expect(await candidatesIn(steady, "a hub")).toEqual([]);
    expect(overloaded.counts.refused).toBeGreaterThan(3);
    expect(overloaded.counts.partial).toBeGreaterThan(3);
  });

  test("is given up when the signal aborts, with its reason", async () => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    const writing = store.write(changes, stop.signal);
    stop.abort(reason);
    await expect(writing).rejects.toBe(reason);
  });
});

async function candidatesIn(store: Store, node: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const candidates of store.edgeCandidates("to", node)) keys.push(...candidates.map(({ key }) => key));
  return keys.sort();
}

describe("items of which a page of DynamoDB's holds only a part", () => {
  const document = JSON.stringify({ text: "x".repeat(190_000) });

  test("are whole, however many versions of a key there are", async () => {
    const store = await database.newStore();
    const first = added("b", instant(0), document);
    let { after: last } = first;
    const changes = [added("a", instant(0), document), first, added("c", instant(0)), added("d", instant(0))];
    for (let n = 1; n < 8; n += 1) {
      const { after } = modified(last, instant(n), document);
      // Its log record would hold the document twice, which is of no interest here.
      changes.push({ kind: "modified", after });
      last = after;
    }
    await store.write(changes, signal);
    for (const limit of [1, 2, 3, 100]) {
      const walked: [string, number][] = [];
      for (let after: string | undefined, ended = false; !ended; ) {
        const page = await store.items(COLLECTION, {}, { limit, ...(after !== undefined && { after }) });
        expect(page.items.length).toBeGreaterThan(0);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        walked.push(...page.items.map((versions): [string, number] => [versions[0].key, versions.length]));
        after = page.next;
        ended = after === undefined;
      }
      expect([limit, walked]).toEqual([
        limit,
        [
          ["a", 1],
          ["b", 8],
          ["c", 1],
          ["d", 1],
        ],
      ]);
    }
    expect((await store.itemsOf(COLLECTION, ["b"]))[0]).toHaveLength(8);
  });
});

describe("a database's time", () => {
  /** Answers as a database would whose clock is so far ahead of this machine's. */
  class SkewedHandler extends NodeHttpHandler {
    readonly operations: string[] = [];
    readonly #ahead: number;

    constructor(ahead: number) {
      super();
      this.#ahead = ahead;
    }

    override async handle(...sent: Parameters<NodeHttpHandler["handle"]>): ReturnType<NodeHttpHandler["handle"]> {
      this.operations.push(String(sent[0].headers["x-amz-target"]).split(".").at(-1) ?? "");
      const answer = await super.handle(...sent);
      answer.response.headers.date = new Date(Date.now() + this.#ahead).toUTCString();
      return answer;
    }
  }
  const HOUR = 3_600_000;

  beforeEach(async () => {
    await database.newStore();
  });

  test.each([HOUR, -HOUR, 10 * 365 * 24 * HOUR])(
    "%i ms from this machine's is what instants are made of",
    async (ahead) => {
      const store = database.sameStore({ requestHandler: new SkewedHandler(ahead) });
      expect(store.clockOffset()).toBeUndefined();
      const at = epochMs(await store.begin(WRITER));
      expect(Math.abs(at - (Date.now() + ahead))).toBeLessThan(2_000);
      expect(Math.abs((store.clockOffset() ?? 0) + ahead)).toBeLessThan(1_000);
      expect(Math.abs(store.now() - (Date.now() + ahead))).toBeLessThan(1_000);
    },
  );

  test("that agrees with this machine's is taken from this machine", async () => {
    const store = database.sameStore({ requestHandler: new SkewedHandler(0) });
    for (let n = 0; n < 20; n += 1) await store.readTimestamp();
    expect(store.clockOffset()).toBe(0);
  });

  test("is asked for before the first instant, and for no other", async () => {
    const handler = new SkewedHandler(0);
    const store = database.sameStore({ requestHandler: handler });
    expect(await store.readTimestamp()).toBe(EPOCH);
    await store.begin(WRITER);
    handler.operations.length = 0;
    const later = database.sameStore({ requestHandler: handler });
    await later.begin({ ...WRITER, lease: 2 });
    await later.begin({ ...WRITER, lease: 3 });
    expect(handler.operations).toEqual(["GetItem", "UpdateItem", "UpdateItem"]);
  });

  test("that runs behind the last instant gives the next one all the same, with a mark just below", async () => {
    const ahead = database.sameStore({ requestHandler: new SkewedHandler(HOUR) });
    const first = epochMs(await ahead.begin(WRITER));
    await ahead.deleteMarks(WRITER);
    const store = database.sameStore({ requestHandler: new SkewedHandler(0) });
    expect(await store.begin({ ...WRITER, lease: 2 })).toBe(instantOf(first + 1));
    expect(await store.readTimestamp()).toBe(instantOf(first));
    await store.deleteMarks({ ...WRITER, lease: 2 });
    expect(await store.readTimestamp()).toBe(instantOf(first + 1));
  });
});

describe("the clock's record", () => {
  test("holds any number of marks, which go with their leases", async () => {
    const store = await database.newStore();
    const scopes = ["all", "from:2026-03-01T12:00:00.000Z", "arn:aws:x|7|8", "é"];
    // Of the first more than are deleted in one request.
    const leases = (scope: string) => (scope === "all" ? 110 : 3);
    const writers = scopes.flatMap((scope) =>
      Array.from({ length: leases(scope) }, (_, lease) => ({ ...WRITER, scope, lease })),
    );
    const instants = await Promise.all(writers.map((writer) => store.begin(writer)));
    expect(new Set(instants).size).toBe(writers.length);
    const least = instants.toSorted()[0] ?? "";
    expect(await store.readTimestamp()).toBe(instantOf(epochMs(least) - 1));
    expect((await store.marks()).sort(byName)).toEqual(writers.toSorted(byName));

    for (const scope of scopes) await store.deleteMarks({ ...WRITER, scope, lease: leases(scope) - 2 });
    const left = scopes.map((scope) => ({ ...WRITER, scope, lease: leases(scope) - 1 }));
    expect((await store.marks()).sort(byName)).toEqual(left.toSorted(byName));
    for (const writer of left) await store.deleteMarks(writer);
    expect(await store.marks()).toEqual([]);
    expect(await store.readTimestamp()).toBe(instants.toSorted().at(-1));
  });

  function byName(a: typeof WRITER, b: typeof WRITER): number {
    return `${a.scope}${a.lease}` < `${b.scope}${b.lease}` ? -1 : 1;
  }

  test("that another writer makes amid the first tick leaves that tick at the present", async () => {
    const other = await database.newStore();
    let updates = 0;
    class OvertakenHandler extends NodeHttpHandler {
      override async handle(...sent: Parameters<NodeHttpHandler["handle"]>): ReturnType<NodeHttpHandler["handle"]> {
        const isUpdate = String(sent[0].headers["x-amz-target"]).endsWith("UpdateItem");
        if (isUpdate && ++updates === 2) {
          const { Scopes } = database.tables();
          const record = { partition: "clock", scope: "clock", clock: 0, format: STORED_FORMAT, marks: {} };
          await DynamoDBDocumentClient.from(client).send(new PutCommand({ TableName: Scopes, Item: record }));
        }
        return super.handle(...sent);
      }
    }
    const at = await database.sameStore({ requestHandler: new OvertakenHandler() }).begin(WRITER);
    expect(updates).toBeGreaterThan(1);
    expect(Math.abs(epochMs(at) - Date.now())).toBeLessThan(60_000);
    expect(epochMs(await other.readTimestamp())).toBe(epochMs(at) - 1);
  });

  test("needs no record to be there to be read", async () => {
    const store = await database.newStore();
    await store.deleteMarks(WRITER);
    expect(await store.marks()).toEqual([]);
    expect(await store.readTimestamp()).toBe(EPOCH);
  });
});

describe("an inventory of another version", () => {
  const FIRST: readonly [string, (store: Store) => Promise<unknown>][] = [
    ["the read timestamp", (store) => store.readTimestamp()],
    ["an instant", (store) => store.begin(WRITER)],
    ["marks", (store) => store.marks()],
    ["the deletion of marks", (store) => store.deleteMarks(WRITER)],
    ["a scope's state", (store) => store.scopeState(COLLECTION, "all")],
    ["all scopes' states", (store) => store.scopeStates(COLLECTION)],
    ["a new scope's state", (store) => store.putScopeState(stateOf(1))],
    ["a collection's record", (store) => store.collectionRecord(COLLECTION)],
    ["all collections' records", (store) => store.collectionRecords(["test"])],
    ["a new collection's record", (store) => store.putCollectionRecord(collectionRecord(1))],
  ];
  const KEYS = [
    { partition: "clock", scope: "clock", clock: 5, marks: {} },
    { partition: COLLECTION, scope: "all", revision: 1 },
    { partition: "due/test", scope: COLLECTION, revision: 1 },
  ];

  let newer: Store;
  let older: Store;
  beforeAll(async () => {
    newer = await storeOfFormat(2);
    older = await storeOfFormat(undefined);
  });

  async function storeOfFormat(format: number | undefined): Promise<Store> {
    const store = await database.newStore();
    const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
    for (const Item of KEYS) {
      await documents.send(new PutCommand({ TableName: database.tables().Scopes, Item: { ...Item, format } }));
    }
    return store;
  }

  test.each(FIRST)("is refused when %s is asked for first, whether newer or older", async (_, use) => {
    await expect(use(newer)).rejects.toThrow(/by a newer version of Stocktake \(format 2.*: update/);
    await expect(use(older)).rejects.toThrow(/by an older version .* set another STOCKTAKE_TABLE_PREFIX/);
  });

  const KEYS_BEFORE: Readonly<Record<TableId, readonly [string, string]>> = {
    Versions: ["collection", "key"],
    Changes: ["collection", "position"],
    Edges: ["node", "collection"],
    Scopes: ["collection", "scope"],
    Syncs: ["collection", "sync"],
  };
  const IDS = Object.keys(TABLES) as TableId[];

  async function createTables(prefix: string): Promise<void> {
    for (const id of IDS) {
      const [hash, range] = KEYS_BEFORE[id];
      await client.send(
        new CreateTableCommand({
          TableName: tableNames(prefix)[id],
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: [hash, range].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
          KeySchema: [
            { AttributeName: hash, KeyType: "HASH" },
            { AttributeName: range, KeyType: "RANGE" },
          ],
        }),
      );
    }
  }

  test("in tables with other keys is refused, whatever is asked for first", async () => {
    await createTables("Before");
    const store = database.storeOn("Before");
    const change = added("a", instant(1));
    const uses: (() => Promise<unknown>)[] = [
      ...FIRST.map(
        ([, use]) =>
          () =>
            use(store),
      ),
      () => store.discards(COLLECTION),
      () => store.addDiscards(COLLECTION, [instant(1)]),
      () => store.write([change], signal),
      () => store.items(COLLECTION, { from: "a" }, { limit: 5 }),
      () => store.itemsOf(COLLECTION, ["a"]),
      () => store.changes(COLLECTION, { after: instant(0) }, 5),
      () => store.changesAt(COLLECTION, [{ key: "a", at: instant(1) }]),
      () => candidatesIn(store, "a hub"),
      () => store.delete(COLLECTION, { versions: [{ key: "a", at: instant(1) }] }, signal),
      () => store.syncs(COLLECTION, { since: instant(0) }, 5),
    ];
    for (const use of uses) {
      await expect(use()).rejects.toThrow(
        /^DynamoDB \w+ (of|to|from) .*Before\w+ failed: the table belongs to another version of Stocktake\. Set another/,
      );
    }
  });

  test("in tables with other keys is not mixed with new tables", async () => {
    await createTables("Old");
    await expect(createMissingTables(client, tableNames("Old"))).rejects.toThrow(
      /^table Old\w+ cannot be used: the table belongs to another version of Stocktake\./,
    );
  });
});

describe("a DynamoDB that cannot be used", () => {
  test("because its tables are missing is reported with the remedy", async () => {
    const store = database.storeOn("Absent");
    await expect(store.readTimestamp()).rejects.toThrow(
      /^DynamoDB GetItem from AbsentScopes failed: the table does not exist\. Deploy the tables first/,
    );
  });

  test("because it cannot be reached is reported with the reason", async () => {
    const store = database.storeOn("Any", { endpoint: "http://127.0.0.1:1", maxAttempts: 1 });
    await expect(store.readTimestamp()).rejects.toThrow(/^DynamoDB GetItem from AnyScopes failed: ECONNREFUSED/);
  });

  test("is not asked again by a client that was closed with its store", async () => {
    const store = await database.newStore();
    await store.close();
    await store.close();
  });
});

test("tables are created once, and records of the log and of syncs expire", async () => {
  const names = tableNames("Created");
  await Promise.all([createMissingTables(client, names), createMissingTables(client, names)]);
  await createMissingTables(client, names);
  const store = database.storeOn("Created");
  await store.write([added("a", instant(1))], signal);
  const recordOf = async (table: string, key: Record<string, string>) => {
    const Key = Object.fromEntries(Object.entries(key).map(([name, S]) => [name, { S }]));
    return (await client.send(new GetItemCommand({ TableName: table, Key }))).Item;
  };
  const change = await recordOf(names.Changes, { collection: COLLECTION, changeKey: `${instant(1)}#a` });
  expect(change?.expiresAt?.N).toBe(String(epochMs(instant(1)) / 1000 + (RETENTION_DAYS + LOG_GRACE_DAYS) * 86_400));
  const version = await recordOf(names.Versions, { collection: COLLECTION, versionKey: `a\u0000${instant(1)}` });
  expect(version).toMatchObject({ hash: expect.anything() });
  expect(version).not.toHaveProperty("expiresAt");
});
