import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Store } from "../port.ts";
import { createClock, measureTime } from "./clock.ts";
import { createRequests } from "./requests.ts";
import type { TableNames } from "./schema.ts";
import { createScopes, createSyncs } from "./scopes.ts";
import { createVersions } from "./versions.ts";

/** The store on DynamoDB. It closes the client when it is closed. */
export function createDynamoStore(
  client: DynamoDBClient,
  tables: TableNames,
  options: { readonly retentionDays: number },
): Store {
  const time = measureTime(client);
  const requests = createRequests(client, tables);
  return {
    ...time,
    ...createClock(requests, tables, time),
    ...createScopes(requests, tables),
    ...createVersions(requests, options.retentionDays),
    ...createSyncs(requests, options.retentionDays),
    async close() {
      client.destroy();
    },
  };
}
