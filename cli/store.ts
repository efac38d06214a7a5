import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { explain } from "../functions/model/errors.ts";
import { dynamoStore } from "../functions/store/dynamodb.ts";
import type { Store } from "../functions/store/port.ts";
import { tableNames } from "../functions/store/schema.ts";
import { openEmbedded } from "./embedded.ts";
import type { Settings } from "./settings.ts";
import { createMissingTables } from "./tables.ts";
import { LocalError } from "./usage.ts";

/** The store of one machine, open. */
export interface LocalStore {
  readonly store: Store;
  /** Where it is, for people. */
  readonly place: string;
  /** No other machine writes to it, so clocks cannot disagree. */
  readonly embedded: boolean;
  close(): Promise<void>;
}

/** A database that does not answer is given up: by default the SDK would wait for ever. */
const PATIENCE = {
  maxAttempts: 6,
  requestHandler: {
    connectionTimeout: 5_000,
    requestTimeout: 10_000,
    throwOnRequestTimeout: true,
    socketTimeout: 10_000,
  },
};
const EMBEDDED_CREDENTIALS = { accessKeyId: "embedded", secretAccessKey: "embedded" };

/**
 * Opens the store: in the DynamoDB that AWS_ENDPOINT_URL_DYNAMODB names, otherwise in the embedded one. Tables that
 * are missing are made, except on AWS itself, where deploying makes them.
 */
export async function openStore(settings: Settings): Promise<LocalStore> {
  const names = tableNames(settings.tablePrefix);
  const retention = { days: settings.retentionDays };
  const endpoint = settings.databaseEndpoint;
  if (endpoint !== undefined) {
    const client = new DynamoDBClient({ endpoint, ...PATIENCE, ...(await regionOf()) });
    if (!isAws(endpoint)) await makeTables(() => createMissingTables(client, names), endpoint);
    return {
      store: dynamoStore(client, names, retention),
      place: endpoint,
      embedded: false,
      close: async () => client.destroy(),
    };
  }
  const database = await openEmbedded(settings.dataFolder);
  const client = new DynamoDBClient({
    ...PATIENCE,
    endpoint: "http://127.0.0.1",
    region: "local",
    credentials: EMBEDDED_CREDENTIALS,
    requestHandler: database.handler(PATIENCE.requestHandler),
  });
  const close = async () => {
    client.destroy();
    await database.close();
  };
  try {
    await makeTables(() => createMissingTables(client, names), settings.dataFolder);
  } catch (error) {
    await close();
    throw error;
  }
  return { store: dynamoStore(client, names, retention), place: settings.dataFolder, embedded: true, close };
}

/** Local databases do not care for the region; the SDK does. */
async function regionOf(): Promise<{ region?: string }> {
  return process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || process.env.AWS_PROFILE
    ? {}
    : { region: "us-east-1" };
}

function isAws(endpoint: string): boolean {
  return /(\.amazonaws\.com(\.cn)?|\.api\.aws)$/.test(URL.canParse(endpoint) ? new URL(endpoint).hostname : "");
}

async function makeTables(create: () => Promise<void>, place: string): Promise<void> {
  try {
    await create();
  } catch (error) {
    throw new LocalError(`the tables in ${place} cannot be made: ${explain(error)}`, { cause: error });
  }
}
