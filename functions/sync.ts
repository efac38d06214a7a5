import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Context } from "aws-lambda";
import type { SourceFacts } from "./api/service.ts";
import { systemClock } from "./core/clock.ts";
import { OWN_SERVICES } from "./lambda/clients.ts";
import { connectionsOf } from "./lambda/connections.ts";
import { syncEnvironment } from "./lambda/environment.ts";
import { handleEvent } from "./lambda/events.ts";
import { observerOf } from "./lambda/observer.ts";
import { ownSource } from "./lambda/own-source.ts";
import { queueOf } from "./lambda/queue.ts";
import type { Worker } from "./lambda/work.ts";
import { dynamoStore } from "./store/dynamodb.ts";

/** What the registry says of every source: written in when this is bundled, since it comes with every source's client. */
declare const STOCKTAKE_FACTS: { readonly sources: readonly SourceFacts[] };

const environment = syncEnvironment(process.env);
const source = await ownSource(
  environment.source,
  STOCKTAKE_FACTS.sources.map(({ id }) => id),
);

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
