import { CloudFormationClient, DescribeStacksCommand, type Stack } from "@aws-sdk/client-cloudformation";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetFunctionConfigurationCommand, LambdaClient, ResourceNotFoundException } from "@aws-sdk/client-lambda";
import { z } from "zod";
import { type SyncEnvironment, syncEnvironment } from "../functions/lambda/environment.ts";
import { formatError } from "../functions/model/errors.ts";
import { createDynamoStore } from "../functions/store/dynamodb/store.ts";
import { resolveAws } from "./aws.ts";
import { type DeployedApi, signedApi } from "./deployed-api.ts";
import type { LocalStore } from "./local-store.ts";
import { LocalError, UsageError } from "./usage.ts";

/** Which deployed stack, and with which credentials. */
export interface DeploymentOptions {
  readonly stack: string;
  /** Default: AWS_REGION, or the profile's. */
  readonly region?: string;
  readonly profile?: string;
}

/** A deployed stack, as its outputs and its functions' environment tell of it. */
export interface Deployment {
  readonly stack: string;
  readonly account: string;
  readonly region: string;
  /** The name of each service's function. */
  readonly functions: Readonly<Record<string, string>>;
  /** What the functions go by: the enabled sources, the tables, the guard. */
  readonly environment: SyncEnvironment;
  readonly api: DeployedApi;
  readonly lambda: LambdaClient;
  /** The store on the stack's tables. It is closed with the deployment. */
  readonly inventory: LocalStore;
  close(): Promise<void>;
}

/** Opens a deployed stack. Throws LocalError when there is no such stack, it is no Stocktake, or it cannot be read. */
export async function openDeployment({ stack, region, profile }: DeploymentOptions): Promise<Deployment> {
  const aws = await resolveAws(process.env, profile === undefined ? {} : { profile });
  const regionName = region ?? aws.region?.value;
  if (regionName === undefined) throw new UsageError("no region is configured: pass --region, or set AWS_REGION");
  const { credentials, network } = aws;
  const { httpsAgent } = network;
  const settings = { region: regionName, credentials, ...(httpsAgent && { requestHandler: { httpsAgent } }) };
  const { account, outputs } = await readStack(new CloudFormationClient(settings), stack);
  const lambda = new LambdaClient(settings);
  try {
    const environment = await readEnvironment(lambda, stack, outputs.Functions);
    const { tables, retentionDays } = environment;
    const store = createDynamoStore(new DynamoDBClient(settings), tables, { retentionDays });
    return {
      ...{ stack, account, region: regionName, functions: outputs.Functions, environment, lambda },
      api: signedApi({ url: outputs.ApiUrl, region: regionName, credentials, fetch: network.fetch }),
      inventory: { store, location: `stack ${stack}`, local: false, close: () => store.close() },
      async close() {
        lambda.destroy();
        await store.close();
      },
    };
  } catch (error) {
    lambda.destroy();
    throw error;
  }
}

const outputs = z.object({
  ApiUrl: z.url(),
  Functions: json(z.record(z.string(), z.string()).refine((functions) => Object.keys(functions).length > 0)),
});

function json<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue("is not JSON");
        return z.NEVER;
      }
    })
    .pipe(schema);
}

async function readStack(client: CloudFormationClient, stack: string) {
  const described = await describeStack(client, stack).finally(() => client.destroy());
  assertDeployed(stack, described.StackStatus);
  const account = described.StackId?.split(":")[4];
  const found = described.Outputs ?? [];
  const read = outputs.safeParse(
    Object.fromEntries(found.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])),
  );
  if (read.success && account) return { account, outputs: read.data };
  const issue = read.error?.issues[0];
  throw new LocalError(
    `the stack ${stack} is not a Stocktake, or was deployed by an earlier version: its output ${String(issue?.path[0])}: ` +
      `${issue?.message ?? "the stack has no account"}`,
  );
}

/** Refuses a stack that is not wholly there. One whose update failed is as it was before. */
function assertDeployed(stack: string, status = ""): void {
  const remedy = REMEDIES.find(([pattern]) => pattern.test(status))?.[1];
  if (remedy !== undefined) throw new LocalError(`the stack ${stack} is ${status}: ${remedy}`);
}

const CLEAN_UP = "delete it, and deploy again: docs/deploying.md says how";
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /^(CREATE_FAILED|ROLLBACK_(COMPLETE|FAILED))$/,
    `its first deployment failed. Read the first error in its events, ${CLEAN_UP}`,
  ],
  [/^DELETE_FAILED$/, "deleting it failed. Read the first error in its events, and destroy it again"],
  [/^(CREATE|ROLLBACK|DELETE|REVIEW)_IN_PROGRESS$/, "wait until that has ended, and try again"],
];

async function describeStack(client: CloudFormationClient, stack: string): Promise<Stack> {
  try {
    const [described] = (await client.send(new DescribeStacksCommand({ StackName: stack }))).Stacks ?? [];
    if (described) return described;
    throw new LocalError("there is no such stack");
  } catch (error) {
    const remedy = "Check --stack, --region and --profile";
    throw new LocalError(`the stack ${stack} cannot be read: ${formatError(error)}. ${remedy}`, { cause: error });
  }
}

/** All services' functions have the same environment but for the service. */
async function readEnvironment(
  lambda: LambdaClient,
  stack: string,
  functions: Readonly<Record<string, string>>,
): Promise<SyncEnvironment> {
  const [FunctionName] = Object.values(functions);
  try {
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return syncEnvironment({ ...Environment?.Variables });
  } catch (error) {
    const what = `the function ${FunctionName} of stack ${stack} cannot be read`;
    const isGone = error instanceof ResourceNotFoundException;
    const remedy = isGone ? "Somebody deleted it: deploy again" : "It takes lambda:GetFunctionConfiguration";
    throw new LocalError(`${what}: ${formatError(error)}. ${remedy}`, { cause: error });
  }
}
