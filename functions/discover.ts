import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BUNDLED_SOURCES } from "./lambda/bundled-sources.ts";
import { INFRA_CLIENT_CONFIG } from "./lambda/clients.ts";
import { discoverEnvironment } from "./lambda/discover-environment.ts";
import { createDiscovery } from "./lambda/discovery.ts";
import { createDynamoStore } from "./store/dynamodb/store.ts";

const environment = discoverEnvironment(process.env);
const { tables, retentionDays } = environment;

/** The function that makes the targets agree with the organization, once a day. */
export const handler = createDiscovery(environment, {
  store: createDynamoStore(new DynamoDBClient(INFRA_CLIENT_CONFIG), tables, { retentionDays }),
  sources: BUNDLED_SOURCES,
});
