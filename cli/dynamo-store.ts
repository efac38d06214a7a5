import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { formatError } from "../functions/model/errors.ts";
import { tableNames } from "../functions/store/dynamodb/schema.ts";
import { createDynamoStore } from "../functions/store/dynamodb/store.ts";
import type { LocalStore } from "./local-store.ts";
import { configuredRegion } from "./region.ts";
import { createMissingTables } from "./tables.ts";
import { LocalError } from "./usage.ts";

/** A database that does not answer is given up: by default the SDK would wait for ever. */
const CLIENT_CONFIG = {
  maxAttempts: 6,
  requestHandler: {
    connectionTimeout: 5_000,
    requestTimeout: 10_000,
    throwOnRequestTimeout: true,
    socketTimeout: 10_000,
  },
};

export interface DynamoOptions {
  readonly endpoint: string;
  readonly tablePrefix: string;
  readonly retentionDays: number;
  readonly region: string | undefined;
  /** Nothing is made that is missing. */
  readonly readOnly: boolean;
}

/** Opens the store on a DynamoDB. Tables that are missing are made, except on AWS itself. */
export async function openDynamoStore(options: DynamoOptions): Promise<LocalStore> {
  const { endpoint, tablePrefix, retentionDays } = options;
  const region = regionIn(endpoint) ?? options.region ?? (await configuredRegion()) ?? ANY_REGION;
  const client = new DynamoDBClient({ ...CLIENT_CONFIG, endpoint, region, useFipsEndpoint: false });
  const names = tableNames(tablePrefix);
  if (!isAws(endpoint) && !options.readOnly) {
    try {
      await createMissingTables(client, names);
    } catch (error) {
      client.destroy();
      throw new LocalError(`cannot create the tables in ${endpoint}: ${formatError(error)}`, { cause: error });
    }
  }
  const store = createDynamoStore(client, names, { retentionDays });
  return { store, location: endpoint, local: isLoopback(endpoint), close: () => store.close() };
}

/** A DynamoDB that is not on AWS does not care for the region; the SDK does. */
const ANY_REGION = "us-east-1";

/** The region that an endpoint on AWS names, which requests to it must be signed for. */
function regionIn(endpoint: string): string | undefined {
  return isAws(endpoint) ? /\b[a-z]{2,4}(?:-[a-z]+)+-\d\b/.exec(new URL(endpoint).hostname)?.[0] : undefined;
}

function isLoopback(endpoint: string): boolean {
  return URL.canParse(endpoint) && /^(localhost|127\..+|\[::1\])$/.test(new URL(endpoint).hostname);
}

function isAws(endpoint: string): boolean {
  return /(\.amazonaws\.com(\.cn)?|\.api\.aws)$/.test(URL.canParse(endpoint) ? new URL(endpoint).hostname : "");
}
