import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { bucketDestination } from "./export/s3.ts";
import { BUNDLED_SOURCES } from "./lambda/bundled-sources.ts";
import { INFRA_CLIENT_CONFIG } from "./lambda/clients.ts";
import { createDailyExport } from "./lambda/daily-export.ts";
import { exportEnvironment } from "./lambda/export-environment.ts";
import { createDynamoStore } from "./store/dynamodb/store.ts";

const { schedules, tables, retentionDays, to } = exportEnvironment(process.env);

/** The function that exports the inventory once a day. */
export const handler = createDailyExport({
  store: createDynamoStore(new DynamoDBClient(INFRA_CLIENT_CONFIG), tables, { retentionDays }),
  sources: BUNDLED_SOURCES.filter(({ id }) => schedules[id] !== undefined),
  retentionDays,
  destination: bucketDestination(new S3Client(INFRA_CLIENT_CONFIG), to),
});
