import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Store } from "../port.ts";
import { createClock } from "./clock.ts";
import { measureTime } from "./database-time.ts";
import { createRequests } from "./requests.ts";
import { createRestorer } from "./restore.ts";
import { createRows } from "./rows.ts";
import type { TableNames } from "./schema.ts";
import { createScopes } from "./scopes.ts";
import { createSyncs } from "./syncs.ts";

/** The store on DynamoDB. It closes the client when it is closed. */
export function createDynamoStore(
  client: DynamoDBClient,
  tables: TableNames,
  options: { readonly retentionDays: number },
): Store {
  const time = measureTime(client);
  const requests = createRequests(client, tables);
  return {
    now: time.now,
    clockOffset: time.offset,
    ...createClock(requests, tables, time),
    ...createScopes(requests, tables),
    ...createRows(requests, options.retentionDays),
    ...createRestorer(requests, options.retentionDays),
    ...createSyncs(requests, options.retentionDays),
    async close() {
      client.destroy();
    },
  };
}
