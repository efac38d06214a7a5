import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { systemClock } from "../../functions/model/clock.ts";
import { formatError, toSingleLine } from "../../functions/model/errors.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { resolveAws } from "../aws.ts";
import { stopSignal } from "../stop.ts";
import { UsageError } from "../usage.ts";
import { type DeployedApi, signedApi } from "./api.ts";
import { type Deployment, readDeployment } from "./deployment.ts";
import { type CollectionState, type Verdict, verdictOf } from "./verdict.ts";

export interface SmokeOptions {
  readonly stack: string;
  /** Default: AWS_REGION, or the profile's. */
  readonly region?: string;
  readonly profile?: string;
  readonly timeoutSeconds?: number;
}

const TIMEOUT_S = 300;
const POLL_MS = 2_000;

/**
 * Has a deployed stack sync every source once in its first target, waits until its API shows each one's end, and prints one
 * line a source. Answers the exit code: 0 when all are complete, 1 when one failed, left removals pending, or did not end in time.
 */
export async function smokeStack(options: SmokeOptions): Promise<number> {
  const { stack, region, profile, timeoutSeconds = TIMEOUT_S } = options;
  const aws = await resolveAws(process.env, profile === undefined ? {} : { profile });
  const regionName = region ?? aws.region?.value;
  if (regionName === undefined) throw new UsageError("no region is configured: pass --region, or set AWS_REGION");
  const { credentials, network } = aws;
  const { httpsAgent } = network;
  const settings = { region: regionName, credentials, ...(httpsAgent && { requestHandler: { httpsAgent } }) };
  const cloudFormation = new CloudFormationClient(settings);
  const lambda = new LambdaClient(settings);
  // Node 20 may collect a timeout that only AbortSignal.any refers to, which then never fires.
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutSeconds * 1_000);
  const stop = AbortSignal.any([stopSignal(), timeout.signal]);
  try {
    const deployment = await readDeployment(cloudFormation, stack);
    const api = signedApi({ url: deployment.apiUrl, region: regionName, credentials, fetch: network.fetch });
    const verdicts = await Promise.all(
      Object.keys(deployment.functions).map((source) => smokeSource({ lambda, api, deployment, stop }, source)),
    );
    return verdicts.every((fine) => fine) ? 0 : 1;
  } finally {
    clearTimeout(timer);
    cloudFormation.destroy();
    lambda.destroy();
  }
}

interface Smoke {
  readonly lambda: LambdaClient;
  readonly api: DeployedApi;
  readonly deployment: Deployment;
  readonly stop: AbortSignal;
}

/** Syncs one source, prints its line, and says whether it went well. */
async function smokeSource(smoke: Smoke, source: string): Promise<boolean> {
  const { account, region } = smoke.deployment.target;
  const say = (line: string) => process.stdout.write(`${source} ${account}/${region}: ${line}\n`);
  const facts = SOURCES.find(({ id }) => id === source);
  if (facts && !facts.regions.includes(region)) {
    say("left out: its service is not known to exist in this region");
    return true;
  }
  const before = await collectionStateOf(smoke.api, smoke.deployment, source);
  const refusal = await invoke(smoke, source);
  if (refusal) {
    say(`failed: ${refusal}`);
    return false;
  }
  const verdict = await waitFor(smoke, source, before);
  say(textOf(verdict));
  return verdict.is === "complete";
}

/** Asks a function to plan the target. Answers why it could not. */
async function invoke({ lambda, deployment, stop }: Smoke, source: string): Promise<string | undefined> {
  const command = new InvokeCommand({
    FunctionName: deployment.functions[source],
    Payload: Buffer.from(JSON.stringify({ kind: "plan", targets: [deployment.target] })),
  });
  try {
    const { FunctionError, Payload } = await lambda.send(command, { abortSignal: stop });
    return FunctionError ? toSingleLine(`${FunctionError}: ${Buffer.from(Payload ?? []).toString()}`) : undefined;
  } catch (error) {
    return `its function cannot be invoked: ${formatError(error)}`;
  }
}

async function waitFor(
  { api, deployment, stop }: Smoke,
  source: string,
  before: CollectionState | undefined,
): Promise<Verdict> {
  for (;;) {
    const verdict = verdictOf(before, await collectionStateOf(api, deployment, source));
    if (verdict.is !== "under way") return verdict;
    try {
      await systemClock.sleep(POLL_MS, stop);
    } catch {
      return verdict;
    }
  }
}

interface SourcePage {
  readonly items: readonly {
    readonly planned: boolean;
    readonly collections: readonly Omit<CollectionState, "planned">[];
  }[];
  readonly nextCursor?: string;
}

/** How the source stands in the target; undefined as long as it never was synced there. */
async function collectionStateOf(
  api: DeployedApi,
  { target }: Deployment,
  source: string,
): Promise<CollectionState | undefined> {
  const query = { source, account: target.account, region: target.region, limit: "1000" };
  let state: CollectionState | undefined;
  let cursor: string | undefined;
  do {
    const page: SourcePage = await api.get("/v1/sources", cursor ? { ...query, cursor } : query);
    for (const { planned, collections } of page.items) {
      for (const { plan, scopes } of collections) {
        state = { planned, ...(plan && { plan }), scopes: [...(state?.scopes ?? []), ...scopes] };
      }
    }
    cursor = page.nextCursor;
  } while (cursor);
  return state;
}

const number = new Intl.NumberFormat("en");

function textOf(verdict: Verdict): string {
  switch (verdict.is) {
    case "complete":
      return `complete, ${number.format(verdict.items)} items in ${counted(verdict.scopes)}`;
    case "under way":
      return `not complete in time: ${verdict.done} of ${counted(verdict.scopes)}; see /v1/syncs, and the function's log`;
    default:
      return `${verdict.is}: ${verdict.why}`;
  }
}

function counted(scopes: number): string {
  return `${number.format(scopes)} scope${scopes === 1 ? "" : "s"}`;
}
