import { readFile } from "node:fs/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { handle, type LambdaContext, type LambdaEvent } from "hono/aws-lambda";
import { createApi } from "./api/app.ts";
import { BUNDLED_SOURCES } from "./lambda/bundled-sources.ts";
import { INFRA_CLIENT_CONFIG } from "./lambda/clients.ts";
import { apiEnvironment } from "./lambda/environment.ts";
import { formatError } from "./model/errors.ts";
import { createDynamoStore } from "./store/dynamodb/store.ts";

const { schedules, tables, retentionDays } = apiEnvironment(process.env);
let requestId: string | undefined;

const api = createApi({
  store: createDynamoStore(new DynamoDBClient(INFRA_CLIENT_CONFIG), tables, { retentionDays }),
  sources: BUNDLED_SOURCES.flatMap((metadata) => {
    const intervalMinutes = schedules[metadata.id];
    return intervalMinutes === undefined ? [] : [{ ...metadata, intervalMinutes }];
  }),
  retentionDays,
  readContract: (file) => readFile(new URL(file, import.meta.url), "utf8"),
  async onError(error, errorId) {
    // Nothing else is logged, so that a function starts without it.
    const { Logger } = await import("@aws-lambda-powertools/logger");
    new Logger().error("request failed", {
      ...(requestId !== undefined && { requestId }),
      errorId,
      error: { message: formatError(error), ...(error instanceof Error && { stack: error.stack }) },
    });
  },
});

const respond = handle(api);

/** The function of the read API, behind API Gateway. */
export const handler = (event: LambdaEvent, context?: LambdaContext) => {
  requestId = context?.awsRequestId;
  return respond(event, context);
};
