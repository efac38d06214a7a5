import { collectionOf, REGION } from "../functions/model/collection.ts";
import type { Source } from "../functions/model/source.ts";
import { type TargetRecord, targetName } from "../functions/model/target-record.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { collectionsOf } from "../functions/sync/targets.ts";
import { callerAccount } from "./account.ts";
import { type AwsSettings, resolveAws } from "./aws.ts";
import { note } from "./output.ts";
import type { RunTarget } from "./run.ts";
import { UsageError } from "./usage.ts";

/** What to sync of a real account. */
export interface TargetOptions {
  readonly source: readonly string[];
  readonly region: readonly string[];
  readonly account?: string;
  readonly callsPerSecond?: string;
  /** Takes any region, also one that this version does not know, and sources that it does not know to be there. */
  readonly allowUnknownRegion?: boolean;
}

/** What was chosen, checked. */
interface ChosenTargets {
  readonly targets: readonly RunTarget[];
  readonly callsPerSecond: number | undefined;
}

/** The sources in the chosen regions, wherever their service exists. Throws a UsageError that names what cannot be. */
export async function chosenTargets(sources: readonly Source[], options: TargetOptions): Promise<ChosenTargets> {
  const aws = await resolveAws(process.env);
  const regions = chosenRegions(options.region, aws);
  const callsPerSecond = chosenRate(options.callsPerSecond);
  const { allowUnknownRegion = false } = options;
  const choice = { named: options.source.length > 0, allowUnknownRegion };
  const pairs = regionalSources(sources, regions, SOURCES, choice);
  const caller = await callerAccount(aws, regions, options.account);
  for (const { source, region } of pairs.filter(({ supported }) => !supported)) {
    note(`${source.id} is left out: its service is not known to exist in ${region}`);
  }
  const supported = pairs.filter((pair) => pair.supported);
  const targets = supported.map(({ source, region }): RunTarget => {
    const acceptedElsewhere = caller.acceptedIn.size > 0 && !caller.acceptedIn.has(region);
    const client = { ...aws.target(region), acceptedElsewhere };
    return { source, account: caller.account, client, isAccountVerified: caller.verified };
  });
  return { targets, callsPerSecond };
}

/**
 * The sources in the targets that are stored, which are active and of the credentials' account: for a command that names none. Throws a
 * UsageError when there is none of them.
 */
export async function storedTargets(
  stored: readonly TargetRecord[],
  sources: readonly Source[],
  options: TargetOptions,
): Promise<ChosenTargets> {
  const aws = await resolveAws(process.env);
  const callsPerSecond = chosenRate(options.callsPerSecond);
  const active = stored.filter(({ status }) => status === "active");
  const regions = [...new Set(active.map(({ region }) => region))];
  if (regions.length === 0) {
    throw new UsageError("every stored target is retired: `npx stocktake targets add`, or pass --region");
  }
  const caller = await callerAccount(aws, regions, options.account);
  const own = active.filter(({ account }) => account === caller.account);
  for (const target of active.filter((each) => !own.includes(each))) {
    note(`${targetName(target)} is left out: the credentials are of account ${caller.account}`);
  }
  if (own.length === 0) {
    throw new UsageError(`no stored target is of account ${caller.account}: use other credentials, or pass --region`);
  }
  const targets = own.flatMap((target) => {
    const { account, region } = target;
    const acceptedElsewhere = caller.acceptedIn.size > 0 && !caller.acceptedIn.has(region);
    const client = { ...aws.target(region), acceptedElsewhere };
    const collections = new Set(collectionsOf(target, sources));
    return sources
      .filter(({ id }) => collections.has(collectionOf(id, target)))
      .map((source): RunTarget => ({ source, account, client, isAccountVerified: caller.verified }));
  });
  return { targets, callsPerSecond };
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

/** The known regions that a mistaken one may stand for: those of the same part of a continent, else of the continent, else all. */
function regionsLike(region: string, known: ReadonlySet<string>): string {
  const [continent = "", part = ""] = region.split("-");
  const beginnings = [`${continent}-${part}`, `${continent}-`, ""];
  const choices = beginnings.map((beginning) => [...known].filter((each) => each.startsWith(beginning)).sort());
  return (choices.find(({ length }) => length > 0) ?? []).join(", ");
}

/** How the choice of sources and regions is to be understood. */
interface RegionalChoice {
  /** The sources were chosen by name. */
  readonly named: boolean;
  readonly allowUnknownRegion: boolean;
}

/**
 * Every source in every region. A region that no source knows is a UsageError, and so is a source that was chosen by name in a region where its
 * service does not exist, unless unknown regions are allowed; without a choice such a pair is marked as not supported.
 */
export function regionalSources(
  sources: readonly Source[],
  regions: readonly string[],
  all: readonly Source[],
  { named, allowUnknownRegion }: RegionalChoice,
): RegionalSource[] {
  const known = new Set(all.flatMap((source) => source.regions));
  for (const region of regions) {
    if (known.has(region)) continue;
    if (!allowUnknownRegion) {
      const choice = `choose from ${regionsLike(region, known)}, or pass --allow-unknown-region`;
      throw new UsageError(`"${region}" is not a region that any source knows: ${choice}`);
    }
    if (!REGION.test(region)) throw new UsageError(`--region ${region} is not a region's name, like eu-west-1`);
  }
  return regions.flatMap((region) =>
    sources.map((source) => {
      const isUnknown = allowUnknownRegion && (named || !known.has(region));
      const supported = source.regions.includes(region) || isUnknown;
      if (!supported && named) {
        const choice = `choose from ${source.regions.join(", ")}, or pass --allow-unknown-region`;
        throw new UsageError(`${source.id} does not exist in ${region}: ${choice}`);
      }
      return { source, region, supported };
    }),
  );
}

/** The regions given, otherwise the configured one. */
export function chosenRegions(given: readonly string[], { region }: AwsSettings): readonly string[] {
  if (given.length > 0) return [...new Set(given)];
  if (region === undefined) throw new UsageError("no region is configured: pass --region, or set AWS_REGION");
  return [region.value];
}
