import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoStore } from "../../functions/store/dynamodb.ts";
import type { Store } from "../../functions/store/port.ts";
import { inventoryRecord } from "../../functions/store/records.ts";
import { tableNames } from "../../functions/store/schema.ts";
import { TABLE_PREFIX } from "../processes/account.ts";
import { syncOnce } from "../processes/sync-once.ts";
import type { BulkWrite } from "./bulk.ts";

export interface Preload {
  readonly source: string;
  /** Where its items are listed. */
  readonly service: string;
  readonly account: string;
}

const RETENTION_DAYS = 400;

/** The first sync of a collection by the engine itself, on a store that writes items in bulk and no log, which no figure reads. */
export async function preload(databaseUrl: string, write: BulkWrite, what: Preload): Promise<number> {
  const tables = tableNames(TABLE_PREFIX);
  const client = new DynamoDBClient({ endpoint: databaseUrl });
  const store: Store = {
    ...dynamoStore(client, tables, { days: RETENTION_DAYS }),
    writeItems: (items) =>
      write(
        tables.Inventory,
        items.map((item) => inventoryRecord(item, RETENTION_DAYS)),
      ),
    writeChanges: async () => undefined,
  };
  try {
    const { listed } = await syncOnce(store, what);
    return listed;
  } finally {
    client.destroy();
  }
}
