import { Logger } from "@aws-lambda-powertools/logger";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { handle, type LambdaContext, type LambdaEvent } from "hono/aws-lambda";
import { createApi } from "./api/app.ts";
import type { SourceFacts } from "./api/service.ts";
import { OWN_SERVICES } from "./lambda/clients.ts";
import { apiEnvironment } from "./lambda/environment.ts";
import { systemClock } from "./model/clock.ts";
import { explain } from "./model/errors.ts";
import { dynamoStore } from "./store/dynamodb.ts";

/**
 * What the registry says of every source, and the project's version: written in when this is bundled. The registry itself
 * would bring every service's client along, for a function that calls none of them.
 */
declare const STOCKTAKE_FACTS: { readonly sources: readonly SourceFacts[]; readonly version: string };

const { schedules, tables, retentionDays } = apiEnvironment(process.env);
const logger = new Logger();

const api = createApi({
  store: dynamoStore(new DynamoDBClient(OWN_SERVICES), tables, { days: retentionDays }),
  sources: STOCKTAKE_FACTS.sources.flatMap((facts) => {
    const everyMinutes = schedules[facts.id];
    return everyMinutes === undefined ? [] : [{ ...facts, everyMinutes }];
  }),
  clock: systemClock,
  retentionDays,
  version: STOCKTAKE_FACTS.version,
  onError: (error, errorId) =>
    logger.error("request failed", {
      errorId,
      error: { message: explain(error), ...(error instanceof Error && { stack: error.stack }) },
    }),
});

const answer = handle(api);

/** The function of the read API, behind API Gateway. */
export const handler = (event: LambdaEvent, context?: LambdaContext) => {
  logger.resetKeys();
  if (context) logger.appendKeys({ requestId: context.awsRequestId });
  return answer(event, context);
};
