import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Context } from "aws-lambda";
import { OWN_SERVICES } from "./lambda/clients.ts";
import { connectionsOf } from "./lambda/connections.ts";
import { syncEnvironment } from "./lambda/environment.ts";
import { handleEvent } from "./lambda/events.ts";
import { observerOf } from "./lambda/observer.ts";
import { queueOf } from "./lambda/queue.ts";
import type { Worker } from "./lambda/work.ts";
import { systemClock } from "./model/clock.ts";
import type { Source } from "./model/source.ts";
import { dynamoStore } from "./store/dynamodb.ts";

/** The function of one source: plans its collections and syncs their scopes. Throws when its environment is not as deployed. */
export function syncFunction(source: Source) {
  const environment = syncEnvironment(process.env);
  if (environment.source !== source.id) {
    throw new Error(`STOCKTAKE_SOURCE=${environment.source} is not the source that this was built for, ${source.id}`);
  }
  const worker: Worker = {
    source,
    store: dynamoStore(new DynamoDBClient(OWN_SERVICES), environment.tables, { days: environment.retentionDays }),
    clock: systemClock,
    guard: environment.guard,
    queue: queueOf(new SQSClient(OWN_SERVICES), environment.queueUrl),
    connect: connectionsOf(source),
    observer: observerOf(source.id),
  };
  return (event: unknown, context: Context) => handleEvent(worker, event, context);
}
