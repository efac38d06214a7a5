import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Context } from "aws-lambda";
import { systemClock } from "./core/clock.ts";
import { OWN_SERVICES } from "./lambda/clients.ts";
import { connectionsOf } from "./lambda/connections.ts";
import { syncEnvironment } from "./lambda/environment.ts";
import { handleEvent } from "./lambda/events.ts";
import { observerOf } from "./lambda/observer.ts";
import { queueOf } from "./lambda/queue.ts";
import type { Worker } from "./lambda/work.ts";
import { SOURCES } from "./sources/registry.ts";
import { dynamoStore } from "./store/dynamodb.ts";

const environment = syncEnvironment(process.env);
const source = SOURCES.find(({ id }) => id === environment.source);
if (!source) {
  throw new Error(
    `STOCKTAKE_SOURCE=${environment.source} is not a source: choose from ${SOURCES.map(({ id }) => id).join(", ")}`,
  );
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

/** The function of one source: plans its collections and syncs their scopes. */
export const handler = (event: unknown, context: Context) => handleEvent(worker, event, context);
