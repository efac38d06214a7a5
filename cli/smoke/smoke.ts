import { InvokeCommand } from "@aws-sdk/client-lambda";
import { systemClock } from "../../functions/model/clock.ts";
import { type Collection, partsOf, serviceOf } from "../../functions/model/collection.ts";
import type { CollectionRecord } from "../../functions/model/collection-record.ts";
import { formatError, toSingleLine } from "../../functions/model/errors.ts";
import { mapConcurrent } from "../../functions/model/map-concurrent.ts";
import { requestSync } from "../../functions/sync/claim.ts";
import { counted } from "../counted.ts";
import { type Deployment, type DeploymentOptions, openDeployment } from "../deployment.ts";
import { stopSignal } from "../stop.ts";
import { LocalError } from "../usage.ts";
import { type CollectionState, type Verdict, verdictOf } from "./verdict.ts";

export interface SmokeOptions extends DeploymentOptions {
  readonly timeoutSeconds?: number;
}

const TIMEOUT_S = 300;
const POLL_MS = 2_000;
/** Of each service. The API's function may be run ten times at once for all its callers. */
const READS_AT_ONCE = 2;

/**
 * Has a deployed stack sync every enabled source once, in one of the targets that it has, waits until its API shows each one's end, and prints
 * one line a source. Answers the exit code: 0 when all are complete, 1 when one failed, left removals pending, or did not end in time.
 */
export async function smokeStack({ timeoutSeconds = TIMEOUT_S, ...options }: SmokeOptions): Promise<number> {
  const deployment = await openDeployment(options);
  // Node 20 may collect a timeout that only AbortSignal.any refers to, which then never fires.
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutSeconds * 1_000);
  const stop = AbortSignal.any([stopSignal(), timeout.signal]);
  try {
    const { functions } = deployment;
    const chosen = await chosenCollections(deployment);
    const fine = await Promise.all(
      Object.keys(functions).map((service) => smokeService({ deployment, stop }, service, chosen)),
    );
    return fine.every((each) => each) ? 0 : 1;
  } finally {
    clearTimeout(timer);
    await deployment.close();
  }
}

/** Of each enabled source the first collection that is inventoried, in the stack's own account where there is one. */
async function chosenCollections({
  inventory,
  environment,
  stack,
  account,
}: Deployment): Promise<Map<string, Collection>> {
  const services = [...new Set(Object.keys(environment.sources).map(serviceOf))];
  const records = (await inventory.store.collectionRecords(services)).filter(({ status }) => status === "active");
  const own = ({ collection }: CollectionRecord) => partsOf(collection).account === account;
  const chosen = new Map<string, Collection>();
  for (const { collection } of [...records.filter(own), ...records]) {
    const { source } = partsOf(collection);
    if (environment.sources[source] && !chosen.has(source)) chosen.set(source, collection);
  }
  if (chosen.size > 0) return chosen;
  throw new LocalError(
    `the stack ${stack} inventories nothing yet: \`npx stocktake targets import --stack ${stack}\` enters its targets`,
  );
}

interface Smoke {
  readonly deployment: Deployment;
  readonly stop: AbortSignal;
}

/** Syncs the sources of a service, prints a line each, and says whether all went well. */
async function smokeService(smoke: Smoke, service: string, chosen: ReadonlyMap<string, Collection>): Promise<boolean> {
  const { inventory, environment } = smoke.deployment;
  const sources = Object.keys(environment.sources).filter((id) => serviceOf(id) === service);
  const collections = sources.flatMap((id) => chosen.get(id) ?? []);
  for (const id of sources) {
    if (!chosen.has(id)) process.stdout.write(`${id}: left out: no target has it\n`);
  }
  const before = await statesOf(smoke, collections);
  for (const collection of collections) await requestSync(inventory.store, collection);
  const refusal = collections.length > 0 ? await invoke(smoke, service) : undefined;
  let isFine = true;
  const conclude = (collection: Collection, verdict: Verdict) => {
    const { source, account, region } = partsOf(collection);
    process.stdout.write(`${source} ${account}/${region}: ${textOf(verdict)}\n`);
    isFine &&= verdict.is === "complete";
  };
  if (refusal) for (const collection of collections) conclude(collection, { is: "failed", why: refusal });
  else await waitFor(smoke, before, conclude);
  return isFine;
}

/** Has a service's function give to workers what is due, as its schedule does every minute. Answers why it could not. */
async function invoke({ deployment, stop }: Smoke, service: string): Promise<string | undefined> {
  const { lambda, functions } = deployment;
  const command = new InvokeCommand({
    FunctionName: functions[service],
    Payload: Buffer.from(JSON.stringify({ kind: "dispatch" })),
  });
  try {
    const { FunctionError, Payload } = await lambda.send(command, { abortSignal: stop });
    return FunctionError ? toSingleLine(`${FunctionError}: ${Buffer.from(Payload ?? []).toString()}`) : undefined;
  } catch (error) {
    return `its function cannot be invoked: ${formatError(error)}`;
  }
}

/** Concludes each collection once its sync has ended, and those that are under way when the time is over. */
async function waitFor(
  smoke: Smoke,
  before: CollectionStates,
  conclude: (collection: Collection, verdict: Verdict) => void,
): Promise<void> {
  let waiting = [...before.keys()];
  let isTimeOver = false;
  while (waiting.length > 0) {
    const now = await statesOf(smoke, waiting);
    waiting = waiting.filter((collection) => {
      const verdict = verdictOf(before.get(collection), now.get(collection));
      if (verdict.is === "under way" && !isTimeOver) return true;
      conclude(collection, verdict);
      return false;
    });
    if (waiting.length === 0) return;
    await systemClock.sleep(POLL_MS, smoke.stop).catch(() => {
      isTimeOver = true;
    });
  }
}

type CollectionStates = ReadonlyMap<Collection, CollectionState | undefined>;

async function statesOf(smoke: Smoke, collections: readonly Collection[]): Promise<CollectionStates> {
  const states = await mapConcurrent(READS_AT_ONCE, collections, (collection) => collectionStateOf(smoke, collection));
  return new Map(collections.map((collection, index) => [collection, states[index]]));
}

interface SourcePage {
  readonly items: readonly {
    readonly planned: boolean;
    readonly collections: readonly Omit<CollectionState, "planned">[];
  }[];
  readonly nextCursor?: string;
}

/** How a collection stands, as the API shows it; undefined as long as it never was synced. */
async function collectionStateOf({ deployment }: Smoke, collection: Collection): Promise<CollectionState | undefined> {
  const { source, account, region } = partsOf(collection);
  const query = { source, account, region, limit: "1000" };
  let state: CollectionState | undefined;
  let cursor: string | undefined;
  do {
    const page: SourcePage = await deployment.api.get("/v1/sources", cursor ? { ...query, cursor } : query);
    for (const { planned, collections } of page.items) {
      for (const { plan, scopes } of collections) {
        state = { planned, ...(plan && { plan }), scopes: [...(state?.scopes ?? []), ...scopes] };
      }
    }
    cursor = page.nextCursor;
  } while (cursor);
  return state;
}

function textOf(verdict: Verdict): string {
  switch (verdict.is) {
    case "complete":
      return `complete, ${counted(verdict.items, "item")} in ${counted(verdict.scopes, "scope")}`;
    case "under way":
      return `not complete in time: ${verdict.done} of ${counted(verdict.scopes, "scope")}; see /v1/syncs, and the function's log`;
    default:
      return `${verdict.is}: ${verdict.why}`;
  }
}
