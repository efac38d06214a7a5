import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoStore } from "../../functions/store/dynamodb.ts";
import { tableNames } from "../../functions/store/schema.ts";
import { TABLE_PREFIX } from "../processes/account.ts";
import { type SyncCounts, type SyncOnce, syncOnce } from "../processes/sync-once.ts";
import type { Measured } from "./measured.ts";

export interface SyncTask extends SyncOnce {
  /** Where the database is. */
  readonly database: string;
}

/** One run of one source into the database, the time taken without opening it. */
export async function syncInto(
  { database, ...task }: SyncTask,
  measured: <T>(what: () => Promise<T>) => Promise<Measured<T>>,
): Promise<Measured<SyncCounts>> {
  const client = new DynamoDBClient({ endpoint: database, maxAttempts: 8 });
  const store = dynamoStore(client, tableNames(TABLE_PREFIX), { days: 400 });
  try {
    return await measured(() => syncOnce(store, task));
  } finally {
    client.destroy();
  }
}
