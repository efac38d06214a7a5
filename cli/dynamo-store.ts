import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { formatError } from "../functions/model/errors.ts";
import { tableNames } from "../functions/store/dynamodb/schema.ts";
import { createDynamoStore } from "../functions/store/dynamodb/store.ts";
import { configuredRegion, resolveAws } from "./aws.ts";
import type { LocalStore } from "./local-store.ts";
import { type Network, networkFrom } from "./network.ts";
import { createMissingTables } from "./tables.ts";
import { LocalError } from "./usage.ts";

/** A database that does not answer is given up: by default the SDK would wait for ever. */
const REQUEST_TIMEOUTS = {
  connectionTimeout: 5_000,
  requestTimeout: 10_000,
  throwOnRequestTimeout: true,
  socketTimeout: 10_000,
};
/** What AWS's own variables may set for the services is not for this client. */
const CLIENT_CONFIG = {
  maxAttempts: 6,
  retryMode: "standard",
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
} as const;

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
  const region = regionIn(endpoint) ?? options.region ?? (await configuredRegion(process.env)) ?? ANY_REGION;
  const access = await accessTo(endpoint);
  const client = new DynamoDBClient({ ...CLIENT_CONFIG, ...access, endpoint, region });
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

/**
 * With which credentials, and through what, a DynamoDB is reached: one on AWS as every service there. One that is not takes what credentials
 * there are, or any, and one on this machine needs no proxy.
 */
async function accessTo(endpoint: string) {
  if (isAws(endpoint)) {
    const { credentials, network } = await resolveAws(process.env);
    return { credentials, requestHandler: handlerFor(network) };
  }
  const chain = fromNodeProviderChain();
  const credentials = () => chain().catch(() => ANY_CREDENTIALS);
  return {
    credentials,
    requestHandler: isLoopback(endpoint) ? REQUEST_TIMEOUTS : handlerFor(networkFrom(process.env)),
  };
}

function handlerFor({ httpsAgent }: Network) {
  return { ...REQUEST_TIMEOUTS, ...(httpsAgent && { httpsAgent }) };
}

const ANY_CREDENTIALS = { accessKeyId: "stocktake", secretAccessKey: "stocktake" };

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
