import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { inject } from "vitest";
import { createMissingTables } from "../../cli/tables.ts";
import { type TableNames, tableNames } from "../../functions/store/dynamodb/schema.ts";
import { createDynamoStore } from "../../functions/store/dynamodb/store.ts";
import type { Store } from "../../functions/store/port.ts";

/** DynamoDB Local deletes what has expired, in the midst of a test too, and the tests' instants are of the past. */
export const RETENTION_DAYS = 36_500;

/** A DynamoDB in memory, spoken to over HTTP. */
export interface TestDatabase {
  readonly url: string;
  /** A client of it, for what the store does not do. */
  connect(settings?: DynamoDBClientConfig): DynamoDBClient;
  /** A store on tables of its own. */
  newStore(settings?: DynamoDBClientConfig): Promise<Store>;
  /** A second store on the tables of the last. */
  sameStore(settings?: DynamoDBClientConfig): Store;
  /** A store on tables that the test creates, or leaves out. */
  storeOn(prefix: string, settings?: DynamoDBClientConfig): Store;
  /** The tables of the last new store. */
  tables(): TableNames;
  close(): Promise<void>;
}

/** Opens the database that the tests' project runs, or an embedded one. */
export async function openDatabase(): Promise<TestDatabase> {
  const given = inject("dynamodb");
  const { url, close } = given === undefined ? await startDynalite() : { url: given, close: async () => undefined };
  const clients: DynamoDBClient[] = [];
  const connect = (settings: DynamoDBClientConfig = {}) => {
    const client = new DynamoDBClient({
      endpoint: url,
      region: "local",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      ...settings,
    });
    clients.push(client);
    return client;
  };
  const own = connect();
  // Several files' tests use a database that is given.
  const id = randomUUID();
  let tables = 0;
  const prefix = () => `${id}-${tables}-`;
  const storeOn = (prefix: string, settings: DynamoDBClientConfig = {}) =>
    createDynamoStore(connect(settings), tableNames(prefix), { retentionDays: RETENTION_DAYS });
  return {
    url,
    connect,
    storeOn,
    tables: () => tableNames(prefix()),
    async newStore(settings) {
      tables += 1;
      await createMissingTables(own, tableNames(prefix()));
      return storeOn(prefix(), settings);
    },
    sameStore: (settings) => storeOn(prefix(), settings),
    async close() {
      for (const client of clients) client.destroy();
      await close();
    },
  };
}

async function startDynalite(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
