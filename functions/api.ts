import { Logger } from "@aws-lambda-powertools/logger";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { handle, type LambdaContext, type LambdaEvent } from "hono/aws-lambda";
import { createApi } from "./api/app.ts";
import type { SourceMetadata } from "./api/service.ts";
import { INFRA_CLIENT_CONFIG } from "./lambda/clients.ts";
import { apiEnvironment } from "./lambda/environment.ts";
import { formatError } from "./model/errors.ts";
import { createDynamoStore } from "./store/dynamodb/store.ts";

/**
 * The metadata of every source, and the project's version: written in when this is bundled. The registry itself would bring every
 * service's client along, for a function that calls none of them.
 */
declare const STOCKTAKE_FACTS: { readonly sources: readonly SourceMetadata[]; readonly version: string };

const { schedules, tables, retentionDays } = apiEnvironment(process.env);
const logger = new Logger();

const api = createApi({
  store: createDynamoStore(new DynamoDBClient(INFRA_CLIENT_CONFIG), tables, { retentionDays }),
  sources: STOCKTAKE_FACTS.sources.flatMap((metadata) => {
    const intervalMinutes = schedules[metadata.id];
    return intervalMinutes === undefined ? [] : [{ ...metadata, intervalMinutes }];
  }),
  retentionDays,
  version: STOCKTAKE_FACTS.version,
  onError: (error, errorId) =>
    logger.error("request failed", {
      errorId,
      error: { message: formatError(error), ...(error instanceof Error && { stack: error.stack }) },
    }),
});

const respond = handle(api);

/** The function of the read API, behind API Gateway. */
export const handler = (event: LambdaEvent, context?: LambdaContext) => {
  logger.resetKeys();
  if (context) logger.appendKeys({ requestId: context.awsRequestId });
  return respond(event, context);
};
