import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Context } from "aws-lambda";
import { INFRA_CLIENT_CONFIG } from "./lambda/clients.ts";
import { createConnections } from "./lambda/connections.ts";
import { syncEnvironment } from "./lambda/environment.ts";
import { handleEvent } from "./lambda/events.ts";
import { createObserver } from "./lambda/observer.ts";
import { createQueue } from "./lambda/queue.ts";
import type { Worker } from "./lambda/worker.ts";
import { systemClock } from "./model/clock.ts";
import type { Source } from "./model/source.ts";
import { createDynamoStore } from "./store/dynamodb/store.ts";

/** Creates the handler of a source's function: it plans the source's collections and syncs their scopes. Throws for an invalid environment. */
export function createSyncHandler(source: Source) {
  const { tables, retentionDays, intervals, guard, queueUrl, source: configured } = syncEnvironment(process.env);
  if (configured !== source.id) {
    throw new Error(
      `Invalid environment: STOCKTAKE_SOURCE=${configured} is not ${source.id}, the source of this bundle`,
    );
  }
  const worker: Worker = {
    source,
    intervals,
    retentionDays,
    store: createDynamoStore(new DynamoDBClient(INFRA_CLIENT_CONFIG), tables, { retentionDays }),
    clock: systemClock,
    guard,
    queue: createQueue(new SQSClient(INFRA_CLIENT_CONFIG), queueUrl),
    connect: createConnections(source),
    observer: createObserver(source.id),
  };
  return (event: unknown, context: Context) => handleEvent(worker, event, context);
}
