import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SourceMetadata } from "./api/service.ts";
import { INFRA_CLIENT_CONFIG } from "./lambda/clients.ts";
import { discoverEnvironment } from "./lambda/discover-environment.ts";
import { createDiscovery } from "./lambda/discovery.ts";
import { createDynamoStore } from "./store/dynamodb/store.ts";

/** The metadata of every source: written in when this is bundled, so that no service's client is brought along. */
declare const STOCKTAKE_SOURCES: readonly SourceMetadata[];

const environment = discoverEnvironment(process.env);
const { tables, retentionDays } = environment;

/** The function that makes the targets agree with the organization, once a day. */
export const handler = createDiscovery(environment, {
  store: createDynamoStore(new DynamoDBClient(INFRA_CLIENT_CONFIG), tables, { retentionDays }),
  sources: STOCKTAKE_SOURCES,
});
