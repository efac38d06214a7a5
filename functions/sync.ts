import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { createEventBus } from "./events/event-bus.ts";
import { INFRA_CLIENT_CONFIG } from "./lambda/clients.ts";
import { createConnections } from "./lambda/connections.ts";
import { syncEnvironment } from "./lambda/environment.ts";
import { createHandler } from "./lambda/events.ts";
import { createInvoke } from "./lambda/invoke.ts";
import { enabledSources } from "./lambda/service.ts";
import { createServiceLog } from "./lambda/service-log.ts";
import { systemClock } from "./model/clock.ts";
import { serviceOf } from "./model/collection.ts";
import type { Source } from "./model/source.ts";
import { createDynamoStore } from "./store/dynamodb/store.ts";

/** Creates the handler of a service's function: dispatcher and worker. Throws for an invalid environment. */
export function createSyncHandler(declared: readonly Source[]) {
  const environment = syncEnvironment(process.env);
  const { service, tables, retentionDays } = environment;
  const other = declared.find(({ id }) => serviceOf(id) !== service);
  if (other) {
    throw new Error(
      `Invalid environment: STOCKTAKE_SERVICE=${service} is not the service of this bundle's ${other.id}`,
    );
  }
  return createHandler({
    environment,
    sources: enabledSources(declared, environment.sources),
    store: createDynamoStore(new DynamoDBClient(INFRA_CLIENT_CONFIG), tables, { retentionDays }),
    clock: systemClock,
    connect: createConnections(environment),
    putEvents: createEventBus(new EventBridgeClient(INFRA_CLIENT_CONFIG), environment.eventBus, systemClock),
    invoke: createInvoke(process.env.AWS_LAMBDA_FUNCTION_NAME ?? ""),
    log: createServiceLog(service),
  });
}
