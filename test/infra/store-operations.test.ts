import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { publish } from "../../functions/events/publish.ts";
import { bucketDestination } from "../../functions/export/s3.ts";
import { createDailyExport } from "../../functions/lambda/daily-export.ts";
import { systemClock } from "../../functions/model/clock.ts";
import { collectionOf } from "../../functions/model/collection.ts";
import { DEFAULT_GUARD } from "../../functions/model/guard.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { TABLES, type TableId } from "../../functions/store/dynamodb/schema.ts";
import { DEFAULT_LIMITS } from "../../functions/sync/job.ts";
import { verifyDue } from "../../functions/sync/verify-due.ts";
import { DISCOVERY_OPERATIONS, EXPORT_OPERATIONS, READ_OPERATIONS, SYNC_OPERATIONS } from "../../infra/permissions.ts";
import { ASSOCIATIONS, association, MEMBERSHIPS, membership } from "../api/harness/documents.ts";
import { LEASE_MS, newWorld, RETENTION_DAYS, type World } from "../api/harness/world.ts";
import { startBucket } from "../export/bucket.ts";
import { openDatabase, type TestDatabase } from "../store/database.ts";

/** The operations that are allowed are those that the store asks a DynamoDB for, no more and no fewer. */

const IDS = Object.keys(TABLES) as TableId[];

let database: TestDatabase;
let world: World;
/** The database's time is that of the world, by which leases expire. */
let ahead = 0;
const asked = new Set<string>();

/** Notes every operation with its table. */
class Listener extends NodeHttpHandler {
  override async handle(...[request, options]: Parameters<NodeHttpHandler["handle"]>) {
    const operation = request.headers["x-amz-target"]?.split(".")[1];
    const { TableName, RequestItems } = JSON.parse(new TextDecoder().decode(request.body));
    for (const table of TableName ? [TableName] : Object.keys(RequestItems)) {
      const id = IDS.find((candidate) => table.endsWith(candidate));
      asked.add(`${operation} ${id}`);
    }
    const answer = await super.handle(request, options);
    answer.response.headers.date = new Date(Date.now() + ahead).toUTCString();
    return answer;
  }
}

beforeAll(async () => {
  database = await openDatabase();
  world = newWorld({ store: await database.newStore({ requestHandler: new Listener() }) });
});

afterAll(() => database.close());

beforeEach(() => asked.clear());

const all = (count: number, value: number) => Array.from({ length: count }, (_, n) => membership(n, { value }));

function operations(allowed: typeof SYNC_OPERATIONS): string[] {
  return IDS.flatMap((id) => allowed[id].map((operation) => `${operation} ${id}`)).sort();
}

/** Verifies everything, and repairs what is damaged. Answers how each scope was. */
async function verifyAll(): Promise<string[]> {
  const { signal } = new AbortController();
  const holder = () => "verifying";
  const limits = { guard: DEFAULT_GUARD, limits: DEFAULT_LIMITS };
  const host = { ...limits, store: world.store, clock: systemClock, holder, leaseMs: LEASE_MS, signal };
  const outcomes: string[] = [];
  const due = { sources: SOURCES, retentionDays: RETENTION_DAYS, repair: true, all: true };
  for await (const reports of verifyDue(host, due)) outcomes.push(...reports.map(({ outcome }) => outcome));
  return outcomes;
}

async function loseVersions(source: string): Promise<void> {
  const collection = collectionOf(source, { account: "123456789012", region: "eu-west-1" });
  const { items } = await world.store.items(collection, {}, { limit: 10 });
  const versions = items.flat().map(({ key, at }) => ({ key, at }));
  await world.store.delete(collection, { versions }, new AbortController().signal);
}

test("a sync's function is allowed what syncs, verifying and repairs ask for, whatever becomes of them", async () => {
  await world.sync({ source: MEMBERSHIPS, documents: all(30, 1) });
  await world.sync({ source: MEMBERSHIPS, documents: all(28, 2) });
  await world.sync({ source: MEMBERSHIPS, documents: all(5, 2) });
  await world.sync({ source: MEMBERSHIPS, documents: [], fails: new Error("broken") });
  const dead = await world.stopAfter(20, { source: MEMBERSHIPS, documents: all(28, 3) });
  expect(dead.ended).toBeUndefined();
  ahead += 2 * LEASE_MS;
  await world.settle();
  await world.sync({ source: MEMBERSHIPS, documents: all(28, 4) });
  await world.plan("workspaces.image-associations", []);
  await world.plan("workspaces.image-associations", new Error("broken"));
  await world.sync({
    source: ASSOCIATIONS,
    documents: [association("arn:a", "arn:b", { AssociationType: "Produced" })],
  });
  let published = 0;
  const put = async (events: readonly unknown[]) => {
    published += events.length;
  };
  const { signal } = new AbortController();
  for (const { collection } of await world.store.collectionRecords(["cleanrooms", "sagemaker"]))
    await publish({ store: world.store, put, nameOf: ({ key }) => key, signal }, collection);
  expect(published).toBeGreaterThan(30);
  await loseVersions(ASSOCIATIONS);
  expect(new Set(await verifyAll())).toEqual(new Set(["ok", "repaired"]));

  expect([...asked].sort()).toEqual(operations(SYNC_OPERATIONS));
});

test("a reader is allowed what the API asks for", async () => {
  const { items } = await world.read<{ items: { id: string; firstSeenAt: string; edge?: { from: string } }[] }>(
    "/v1/items",
  );
  const [item] = items;
  const from = item?.edge?.from ?? "";
  const at = item?.firstSeenAt ?? "";
  for (const path of [
    "/v1/sources",
    `/v1/items/${item?.id}`,
    `/v1/items/${item?.id}?at=${at}`,
    `/v1/items/${item?.id}/history`,
    `/v1/items?at=${at}`,
    "/v1/changes",
    `/v1/diff?source=${MEMBERSHIPS}&from=${at}&to=${new Date(world.store.now()).toISOString()}`,
    `/v1/graph?node=${encodeURIComponent(from)}&direction=both`,
    "/v1/syncs",
  ]) {
    expect([path, (await world.get(path)).status]).toEqual([path, 200]);
  }
  await world.get("/v1/health");

  expect([...asked].sort()).toEqual(operations(READ_OPERATIONS));
});

test("the function that exports is allowed what reading the items of an instant asks for", async () => {
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");
  const bucket = await startBucket("exports");
  const client = new S3Client({
    ...{ region: "eu-west-1", endpoint: bucket.url, forcePathStyle: true },
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  try {
    // At midnight nothing was there yet: every item's chain is followed down to its beginning.
    const destination = bucketDestination(client, { bucket: "exports", prefix: "" });
    const run = createDailyExport({ store: world.store, sources: SOURCES, retentionDays: RETENTION_DAYS, destination });
    expect(await run()).toMatchObject({ outcome: "exported" });
  } finally {
    vi.unstubAllEnvs();
    client.destroy();
    await bucket.close();
  }
  expect([...asked].sort()).toEqual(operations(EXPORT_OPERATIONS));
});

test("the function that discovers is allowed what keeping targets asks for", async () => {
  const target = { account: "123456789012", region: "eu-west-1" };
  const since = new Date(world.store.now()).toISOString();
  const kept = { ...target, revision: 1, status: "active", origin: "organization", since } as const;
  expect(await world.store.putTarget(kept)).toBe(true);
  expect(await world.store.targets()).toEqual([kept]);
  await world.store.putDiscovery({
    at: since,
    accounts: 1,
    targets: 1,
    added: 1,
    retired: 0,
    pending: 0,
    unanswered: 0,
  });
  expect(await world.store.discovery()).toMatchObject({ targets: 1 });

  expect([...asked].sort()).toEqual(operations(DISCOVERY_OPERATIONS));
});
