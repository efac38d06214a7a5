import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, SQSBatchResponse } from "aws-lambda";
import { createMissingTables } from "../../cli/tables.ts";
import { tableNames } from "../../functions/store/dynamodb/schema.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { openDatabase } from "../store/database.ts";
import { assembledFunctions } from "./assembly.ts";
import { type LambdaFunction, startFunction } from "./function.ts";
import { recordOf, startQueue, type TestQueue } from "./sqs.ts";

export const TARGET = { account: "111122223333", region: "eu-west-1" };

/** A deployment and the account that it inventories, on this machine. */
export interface World {
  readonly simulator: Simulator;
  readonly queue: TestQueue;
  /** Starts a source's function. */
  sync(source: string, environment?: Record<string, string>): Promise<LambdaFunction>;
  api(environment?: Record<string, string>): Promise<LambdaFunction>;
  close(): Promise<void>;
}

export async function createWorld(seed: Parameters<typeof seedAccount>[0]): Promise<World> {
  const folder = await mkdtemp(path.join(tmpdir(), "stocktake-bundles-"));
  const assembled = assembledFunctions(folder, TARGET);
  const database = await openDatabase();
  const tables = tableNames("Lambda-");
  const client = new DynamoDBClient({
    endpoint: database.url,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  await createMissingTables(client, tables);
  client.destroy();
  const simulator = await startSimulator({ account: seedAccount(seed) });
  const queue = await startQueue();
  const functions: LambdaFunction[] = [];

  const start = async (name: string, source: string | undefined, environment: Record<string, string>) => {
    const deployed = assembled.find((each) => each.environment.STOCKTAKE_SOURCE === source);
    if (!deployed) throw new Error(`the assembly has no function for ${name}`);
    const started = await startFunction(name, deployed.folder, {
      ...deployed.environment,
      AWS_ENDPOINT_URL_DYNAMODB: database.url,
      STOCKTAKE_TABLE_VERSIONS: tables.Versions,
      STOCKTAKE_TABLE_CHANGES: tables.Changes,
      STOCKTAKE_TABLE_EDGES: tables.Edges,
      STOCKTAKE_TABLE_SCOPES: tables.Scopes,
      STOCKTAKE_TABLE_SYNCS: tables.Syncs,
      ...environment,
    });
    functions.push(started);
    return started;
  };
  return {
    simulator,
    queue,
    sync: (source, environment = {}) =>
      start(`sync-${source}`, source, {
        AWS_ENDPOINT_URL_SQS: queue.url,
        AWS_ENDPOINT_URL_SAGEMAKER: simulator.url,
        AWS_ENDPOINT_URL_CLEANROOMS: simulator.url,
        AWS_ENDPOINT_URL_WORKSPACES: simulator.url,
        AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: simulator.url,
        STOCKTAKE_QUEUE_URL: `${queue.url}/111122223333/queue`,
        ...environment,
      }),
    api: (environment = {}) => start("api", undefined, environment),
    async close() {
      for (const running of functions) await running.stop();
      await simulator.close();
      await queue.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Passes the queue's messages to a function, one at a time, as the event source mapping does, until the queue is empty or `rounds` are
 * over. Messages that the function reports as failed return to the queue. Answers how many failures it reported.
 */
export async function deliver(
  queue: TestQueue,
  to: LambdaFunction,
  options: { readonly rounds?: number; readonly remainingMs?: number } = {},
): Promise<number> {
  let failures = 0;
  for (let round = 0; round < (options.rounds ?? 10) && queue.messages.length > 0; round += 1) {
    for (const message of queue.messages.splice(0)) {
      const { result, error } = await to.invoke({ Records: [recordOf(message)] }, options);
      if (error) throw new Error(`the function failed as a whole: ${error.message}`);
      const { batchItemFailures } = result as SQSBatchResponse;
      failures += batchItemFailures.length;
      if (batchItemFailures.some(({ itemIdentifier }) => itemIdentifier === message.id)) queue.messages.push(message);
    }
  }
  return failures;
}

/** Sends the API's function a request, as API Gateway does. */
export async function get(api: LambdaFunction, address: string): Promise<APIGatewayProxyStructuredResultV2> {
  const [rawPath = "", rawQueryString = ""] = address.split("?");
  const event: APIGatewayProxyEventV2 = {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers: {
      accept: "*/*",
      host: "abcdefghij.execute-api.eu-west-1.amazonaws.com",
      "x-forwarded-for": "192.0.2.1",
      "x-forwarded-port": "443",
      "x-forwarded-proto": "https",
    },
    queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)),
    requestContext: {
      accountId: "111122223333",
      apiId: "abcdefghij",
      authentication: undefined,
      domainName: "abcdefghij.execute-api.eu-west-1.amazonaws.com",
      domainPrefix: "abcdefghij",
      http: { method: "GET", path: rawPath, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "curl/8.0" },
      requestId: "JKJaXmPLvHcESHA=",
      routeKey: "$default",
      stage: "$default",
      time: "01/Mar/2026:12:00:00 +0000",
      timeEpoch: 1_772_366_400_000,
    },
    isBase64Encoded: false,
  };
  const { result, error } = await api.invoke(event);
  if (error) throw new Error(`the API failed: ${error.message}`);
  return result as APIGatewayProxyStructuredResultV2;
}

/** The body of a 200. */
export async function read<Body>(api: LambdaFunction, address: string): Promise<Body> {
  const { statusCode, body } = await get(api, address);
  if (statusCode !== 200) throw new Error(`${address} responded with ${statusCode}: ${body}`);
  return JSON.parse(body ?? "") as Body;
}
