import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { clientSettings } from "../functions/aws/settings.ts";
import { ACCOUNT } from "../functions/model/collection.ts";
import { serviceError } from "../functions/model/errors.ts";
import type { Source } from "../functions/model/source.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { note } from "./output.ts";
import { configuredRegion } from "./region.ts";
import type { RunTarget } from "./run.ts";
import { LocalError, UsageError } from "./usage.ts";

/** What to sync of a real account. */
export interface TargetOptions {
  readonly source: readonly string[];
  readonly region: readonly string[];
  readonly account?: string;
  readonly callsPerSecond?: string;
}

/** What was chosen, checked. */
interface ChosenTargets {
  readonly targets: readonly RunTarget[];
  readonly callsPerSecond: number | undefined;
}

/** The sources in the chosen regions, wherever their service exists. Throws a UsageError that names what cannot be. */
export async function chosenTargets(sources: readonly Source[], options: TargetOptions): Promise<ChosenTargets> {
  const regions = await chosenRegions(options.region);
  const callsPerSecond = chosenRate(options.callsPerSecond);
  const pairs = regionalSources(sources, regions, SOURCES, options.source.length > 0);
  const account = await chosenAccount(options.account, regions);
  for (const { source, region } of pairs.filter(({ supported }) => !supported)) {
    note(`${source.id} is left out: its service is not known to exist in ${region}`);
  }
  const supported = pairs.filter((pair) => pair.supported);
  return { targets: supported.map(({ source, region }) => ({ source, account, client: { region } })), callsPerSecond };
}

function chosenRate(callsPerSecond: string | undefined): number | undefined {
  if (callsPerSecond === undefined) return undefined;
  if (/^[1-9]\d{0,4}$/.test(callsPerSecond)) return Number(callsPerSecond);
  throw new UsageError(`--calls-per-second ${callsPerSecond} is not a whole number from 1 to 99999`);
}

/** The sources of those ids, all of them for none. An unknown id is a UsageError that lists the known ones. */
export function chosenSources(all: readonly Source[], ids: readonly string[]): readonly Source[] {
  if (ids.length === 0) return all;
  return [...new Set(ids)].map((id) => {
    const source = all.find((candidate) => candidate.id === id);
    if (!source) throw new UsageError(`unknown source "${id}": choose from ${all.map((known) => known.id).join(", ")}`);
    return source;
  });
}

/** One collection to be synced, or left out because its service does not exist in the region. */
interface RegionalSource {
  readonly source: Source;
  readonly region: string;
  readonly supported: boolean;
}

/**
 * Every source in every region. A region that no source knows is a UsageError, and so is a source that was chosen by name (`named`) in a
 * region where its service does not exist; without a choice such a pair is marked as not supported.
 */
function regionalSources(
  sources: readonly Source[],
  regions: readonly string[],
  all: readonly Source[],
  named: boolean,
): RegionalSource[] {
  for (const region of regions) {
    if (!all.some((source) => source.regions.includes(region))) {
      const known = [...new Set(all.flatMap((source) => source.regions))].sort();
      throw new UsageError(`"${region}" is not a region that any source knows: choose from ${known.join(", ")}`);
    }
  }
  return regions.flatMap((region) =>
    sources.map((source) => {
      const supported = source.regions.includes(region);
      if (!supported && named) {
        throw new UsageError(`${source.id} does not exist in ${region}: choose from ${source.regions.join(", ")}`);
      }
      return { source, region, supported };
    }),
  );
}

/** The regions given, otherwise the configured one. */
async function chosenRegions(given: readonly string[]): Promise<readonly string[]> {
  if (given.length > 0) return [...new Set(given)];
  const configured = await configuredRegion();
  if (configured === undefined) throw new UsageError("no region is configured: pass --region, or set AWS_REGION");
  return [configured];
}

/** The account given, otherwise the account of the credentials, from the first of the regions whose STS answers. */
async function chosenAccount(given: string | undefined, regions: readonly string[]): Promise<string> {
  if (given !== undefined) {
    if (!ACCOUNT.test(given)) throw new UsageError(`--account ${given} is not an account: give its twelve digits`);
    return given;
  }
  let failure: unknown;
  for (const region of regions) {
    try {
      return await callerAccount(region);
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure instanceof LocalError) throw failure;
  const hint = "; pass --account to skip this call, or `npm start` for a simulated account";
  throw new LocalError(`${serviceError("STS GetCallerIdentity", failure).message}${hint}`, { cause: failure });
}

/** A region that the account has not enabled refuses the call. */
async function callerAccount(region: string): Promise<string> {
  const client = new STSClient(clientSettings({ region }));
  try {
    const { Account } = await client.send(new GetCallerIdentityCommand({}));
    if (!Account) throw new LocalError("STS did not say whose credentials these are: pass --account");
    return Account;
  } finally {
    client.destroy();
  }
}
