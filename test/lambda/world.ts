import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { createMissingTables } from "../../cli/tables.ts";
import type { Collection } from "../../functions/model/collection.ts";
import { TABLES, type TableId, type TableNames } from "../../functions/store/dynamodb/schema.ts";
import { createDynamoStore } from "../../functions/store/dynamodb/store.ts";
import type { Store } from "../../functions/store/port.ts";
import { addTarget, type TargetEntry } from "../../functions/sync/targets.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { openDatabase } from "../store/database.ts";
import { type AssembledFunction, assembly, DEPLOYED, READER_ACCOUNT } from "./assembly.ts";
import { startEventBridge, type TestEventBridge } from "./event-bridge.ts";
import { type LambdaFunction, startFunction } from "./function.ts";
import { type Iam, startIam } from "./iam.ts";
import { startLambda, type TestLambda } from "./lambda.ts";
import { keyOfRole, startSts, type TestSts } from "./sts.ts";

export const TARGET = DEPLOYED;

/** A deployment, and the accounts that it inventories, on this machine. What the functions call allows only what their roles say. */
export interface World {
  readonly simulator: Simulator;
  /** The account that is read through its role. */
  readonly readerAccount: Simulator;
  readonly lambda: TestLambda;
  readonly sts: TestSts;
  readonly eventBridge: TestEventBridge;
  readonly iam: Iam;
  /** What is stored, and where, past the roles. */
  readonly store: Store;
  readonly databaseUrl: string;
  /** Starts a service's function. */
  sync(service: string, environment?: Record<string, string>): Promise<SyncFunction>;
  api(environment?: Record<string, string>): Promise<LambdaFunction>;
  /** Any function of the deployment, by its name. */
  function(name: string, environment?: Record<string, string>): Promise<LambdaFunction>;
  addTarget(target: Omit<TargetEntry, "origin">): Promise<void>;
  /** Makes a full sync of a collection due at once. */
  makeDue(collection: Collection): Promise<void>;
  close(): Promise<void>;
}

/** A service's function. */
export interface SyncFunction extends LambdaFunction {
  readonly name: string;
  /** Sends it what its schedule sends every minute, and then whatever it sends itself. */
  dispatch(options?: { readonly remainingMs?: number }): Promise<void>;
  /** Invokes it with what it has sent itself; answers the events. */
  deliver(options?: { readonly remainingMs?: number }): Promise<unknown[]>;
}

/** How the access key of a function is told from others'. */
export function keyOf(functionName: string): string {
  return `ASIA${functionName.toUpperCase().replace(/[^A-Z0-9]/g, "")}`;
}

export async function createWorld(seed: Parameters<typeof seedAccount>[0]): Promise<World> {
  const { functions: assembled, reader } = await assembly();
  const database = await openDatabase();
  const tables = tablesOf(assembled);
  const client = new DynamoDBClient({
    endpoint: database.url,
    region: DEPLOYED.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  await createMissingTables(client, tables);
  const store = createDynamoStore(client, tables, { retentionDays: 400 });
  const simulator = await startSimulator({ account: seedAccount(seed) });
  const few = { associations: 20, memberships: 2, images: 4, accountAssociations: 4 };
  const readerAccount = await startSimulator({ account: seedAccount({ ...seed, ...few, accountId: READER_ACCOUNT }) });
  const [lambda, sts, eventBridge] = [await startLambda(), await startSts(), await startEventBridge()];
  const iam = startIam();
  for (const { name, statements } of assembled)
    iam.know({ accessKeyId: keyOf(name), account: DEPLOYED.account, statements });
  iam.know({ accessKeyId: keyOfRole(reader.roleArn), account: READER_ACCOUNT, statements: reader.statements });
  const service = await iam.guard(simulator.url, { [READER_ACCOUNT]: readerAccount.url });
  const endpoints = {
    AWS_ENDPOINT_URL_DYNAMODB: await iam.guard(database.url),
    AWS_ENDPOINT_URL_EVENTBRIDGE: await iam.guard(eventBridge.url),
    AWS_ENDPOINT_URL_LAMBDA: await iam.guard(lambda.url),
    AWS_ENDPOINT_URL_STS: await iam.guard(sts.url),
    AWS_ENDPOINT_URL_SAGEMAKER: service,
    AWS_ENDPOINT_URL_CLEANROOMS: service,
    AWS_ENDPOINT_URL_WORKSPACES: service,
    AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: service,
  };
  const started: LambdaFunction[] = [];
  const start = async (find: (each: AssembledFunction) => boolean, environment: Record<string, string>) => {
    const deployed = assembled.find(find);
    if (!deployed) throw new Error("the assembly has no such function");
    const { name, folder } = deployed;
    const accessKeyId = environment.AWS_ACCESS_KEY_ID ?? keyOf(name);
    const running = await startFunction(name, folder, {
      ...deployed.environment,
      ...endpoints,
      ...environment,
      AWS_ACCESS_KEY_ID: accessKeyId,
    });
    started.push(running);
    // Lambda writes the log, in the name of the role.
    const stream = `arn:aws:logs:${DEPLOYED.region}:${DEPLOYED.account}:log-group:/aws/lambda/${name}:log-stream:1`;
    for (const action of ["logs:CreateLogStream", "logs:PutLogEvents"]) {
      iam.ask(accessKeyId, { action, resources: [stream] });
    }
    return { ...running, name };
  };
  const named = (name: string) => (each: AssembledFunction) => each.name === name;
  return {
    ...{ simulator, readerAccount, lambda, sts, eventBridge, iam, store, databaseUrl: database.url },
    async sync(service, environment = {}) {
      const running = await start((each) => each.environment.STOCKTAKE_SERVICE === service, environment);
      const deliver: SyncFunction["deliver"] = async (options) => {
        const events: unknown[] = [];
        for (;;) {
          const next = lambda.accepted.findIndex(({ functionName }) => functionName === running.name);
          const [invocation] = next === -1 ? [] : lambda.accepted.splice(next, 1);
          if (!invocation) return events;
          events.push(invocation.event);
          const { error } = await running.invoke(invocation.event, options);
          if (error) throw new Error(`the function failed: ${error.message}`);
        }
      };
      const dispatch: SyncFunction["dispatch"] = async (options) => {
        const { error } = await running.invoke({ kind: "dispatch" });
        if (error) throw new Error(`the dispatch failed: ${error.message}`);
        await deliver(options);
      };
      return { ...running, dispatch, deliver };
    },
    api: (environment = {}) => start(named("Stocktake-api"), environment),
    function: (name, environment = {}) => start(named(name), environment),
    async addTarget(target) {
      await addTarget(store, { ...target, origin: "person" });
    },
    async makeDue(collection) {
      const record = await store.collectionRecord(collection);
      if (!record) throw new Error(`${collection} is not inventoried`);
      const { failures: _, failure: __, ...rest } = record;
      await store.putCollectionRecord({ ...rest, revision: record.revision + 1, nextAt: 0 });
    },
    async close() {
      for (const running of started) await running.stop();
      for (const each of [iam, simulator, readerAccount, lambda, sts, eventBridge, database]) await each.close();
      client.destroy();
    },
  };
}

/** The tables of the deployment, by what its functions are told. */
function tablesOf(functions: readonly AssembledFunction[]): TableNames {
  const [{ environment } = { environment: {} as Record<string, string> }] = functions;
  const names = (Object.keys(TABLES) as TableId[]).map((id) => [
    id,
    environment[`STOCKTAKE_TABLE_${id.toUpperCase()}`],
  ]);
  return Object.fromEntries(names) as TableNames;
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
