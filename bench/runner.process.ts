import { mkdtempSync, rmSync, statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { createMissingTables } from "../cli/tables.ts";
import { tableNames } from "../functions/store/dynamodb/schema.ts";
import { createDynamoStore } from "../functions/store/dynamodb/store.ts";
import { createSqliteStore } from "../functions/store/sqlite/store.ts";
import { NAIVE_TABLE, TABLE_PREFIX } from "./processes/account.ts";
import { serve } from "./processes/serve.ts";
import { drain } from "./runs/drain.ts";
import { measured } from "./runs/measured.ts";
import { upsertToDynamo, upsertToSqlite } from "./runs/naive.ts";
import { type Consumed, meter } from "./runs/price.ts";
import { getEach, walk } from "./runs/reading.ts";
import { runNothing, type SyncCounts, type SyncTask, syncOnce } from "./runs/sync.ts";
import { takeOver } from "./runs/takeover.ts";

/** What is measured: baseline and subject, in one process, one after the other. */

const RETENTION_DAYS = 400;
const folder = mkdtempSync(path.join(tmpdir(), "stocktake-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
let files = 0;

function newFile(): string {
  files += 1;
  return path.join(folder, `${files}.db`);
}

/** A DynamoDB in this process, and clients that count what their requests consume. */
async function openDynamo() {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({ endpoint, maxAttempts: 8 });
  await createMissingTables(client, tableNames(TABLE_PREFIX));
  const keys = ["collection", "key"] as const;
  await client.send(
    new CreateTableCommand({
      TableName: NAIVE_TABLE,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? "HASH" : "RANGE" })),
    }),
  );
  return endpoint;
}

let dynamo: Promise<string> | undefined;

async function withMeteredDynamo<T>(
  use: (client: DynamoDBClient) => Promise<T>,
): Promise<{ result: T; consumed: Consumed }> {
  dynamo ??= openDynamo();
  const client = new DynamoDBClient({ endpoint: await dynamo, maxAttempts: 8 });
  const consumed = meter(client);
  try {
    return { result: await use(client), consumed: consumed() };
  } finally {
    client.destroy();
  }
}

const dynamoStore = (client: DynamoDBClient) =>
  createDynamoStore(client, tableNames(TABLE_PREFIX), { retentionDays: RETENTION_DAYS });

const calls = {
  drain: (source: string, service: string) => measured(() => drain(source, service)),
  upsertToSqlite: (source: string, service: string) => measured(() => upsertToSqlite(source, service, newFile())),
  upsertToDynamo: (source: string, service: string) =>
    withMeteredDynamo((client) => upsertToDynamo(source, service, client)),

  /** One run into a SQLite file, which is made if none is named; answers which, and how large it is then. */
  async syncToSqlite(task: SyncTask, file = newFile()) {
    const store = createSqliteStore(file, { retentionDays: RETENTION_DAYS });
    const run = await measured(() => syncOnce(store, task));
    await store.close();
    return { ...run, file, bytes: statSync(file).size };
  },
  syncToDynamo: (task: SyncTask): Promise<{ result: SyncCounts; consumed: Consumed }> =>
    withMeteredDynamo((client) => syncOnce(dynamoStore(client), task)),
  /** What each run consumes besides its syncs. */
  runNothingOnDynamo: async (): Promise<Consumed> =>
    (await withMeteredDynamo((client) => runNothing(dynamoStore(client)))).consumed,
  takeOver: (changes: number) => takeOver(newFile(), changes),
  /** The most memory that this process has ever had, in bytes. */
  peakMemory: () => process.resourceUsage().maxRSS * 1024,
  getEach,
  walk,
};

export type RunnerCalls = typeof calls;

serve(calls);
