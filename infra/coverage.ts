import { Token } from "aws-cdk-lib";
import type { Source } from "../functions/model/source.ts";
import { ConfigurationError, DEFAULTS, type InventorySettings, type InventoryTarget } from "./settings.ts";

/** A target as a sync is told of it: where, and what to assume to get there. */
export interface TargetAccess {
  readonly account: string;
  readonly region: string;
  readonly roleArn?: string;
  readonly externalId?: string;
}

/** One source, how often, and in which targets. */
export interface CoveredSource {
  readonly source: Source;
  readonly everyMinutes: number;
  /** How often its newest part alone is listed, when that is oftener. */
  readonly tailEveryMinutes?: number;
  readonly concurrency: number;
  readonly targets: readonly TargetAccess[];
}

/** Where the inventory itself is; account and region may be known only when it is deployed. */
export interface Home {
  readonly account: string;
  readonly region: string;
  /** The role that the reader stack creates in an account. */
  readonly readerRole: (account: string) => string;
}

type Settings = Pick<InventorySettings, "targets" | "sources">;

/**
 * Which sources are listed in which targets. Without settings: every source that exists in the inventory's own region,
 * or, where that is known only when it is deployed, simply every source. What cannot be is a ConfigurationError.
 */
export function coverage(settings: Settings, registry: readonly Source[], home: Home): CoveredSource[] {
  const chosen = chosenSources(settings, registry);
  const accesses = (settings.targets ?? [{}]).map((target, place) => ({
    target,
    name: `targets[${place}]`,
    accesses: accessesOf(target, `targets[${place}]`, home),
  }));
  for (const { name, target, accesses: regions } of accesses) {
    for (const id of target.sources ?? []) knownSource(id, chosen, `${name}.sources`);
    for (const { region } of regions) refuseUnknownRegion(region, settings, registry);
  }

  const covered = chosen.map((source): CoveredSource => {
    const targets: (TargetAccess & { readonly name: string })[] = [];
    for (const { name, target, accesses: regions } of accesses) {
      if (target.sources && !target.sources.includes(source.id)) continue;
      for (const access of regions) {
        if (!exists(source, access.region, settings)) {
          if (target.sources) throw new ConfigurationError(noSuchService(source, access.region));
          continue;
        }
        refuseOverlap(source, { ...access, name }, targets);
        targets.push({ ...access, name });
      }
    }
    return {
      source,
      ...intervalsOf(source, settings),
      concurrency: settings.sources?.[source.id]?.concurrency ?? DEFAULTS.concurrency,
      targets: targets.map(({ name: _name, ...access }) => access),
    };
  });
  for (const { source, targets } of covered) {
    if (targets.length === 0 && settings.sources?.[source.id]) {
      const remedy = "add it to a target, or remove it from sources";
      throw new ConfigurationError(`sources["${source.id}"] is set, but no target lists that source: ${remedy}`);
    }
  }
  return covered.filter(({ targets }) => targets.length > 0);
}

function chosenSources(settings: Settings, registry: readonly Source[]): readonly Source[] {
  for (const id of Object.keys(settings.sources ?? {})) knownSource(id, registry, "sources");
  const enabled = registry.filter((source) => settings.sources?.[source.id]?.enabled !== false);
  if (enabled.length > 0) return enabled;
  throw new ConfigurationError("no source is enabled: enable at least one in sources");
}

function knownSource(id: string, sources: readonly Source[], place: string): Source {
  const source = sources.find((candidate) => candidate.id === id);
  if (source) return source;
  const ids = sources.map((candidate) => candidate.id).join(", ");
  throw new ConfigurationError(`unknown source "${id}" in ${place}: choose from ${ids}`);
}

function accessesOf(target: InventoryTarget, name: string, home: Home): TargetAccess[] {
  const account = target.account ?? home.account;
  const role = roleOf(target, name, account, home);
  return (target.regions ?? [home.region]).map((region) => ({ account, region, ...role }));
}

function roleOf(target: InventoryTarget, name: string, account: string, home: Home) {
  const { roleArn, externalId } = target;
  if (roleArn !== undefined) {
    const owner = roleArn.split(":")[4];
    if (!Token.isUnresolved(roleArn) && !Token.isUnresolved(account) && owner !== account) {
      const remedy = "name a role of the target's own account";
      throw new ConfigurationError(`${name}.roleArn "${roleArn}" is in account ${owner}, not ${account}: ${remedy}`);
    }
    return { roleArn, ...(externalId !== undefined && { externalId }) };
  }
  if (account === home.account) {
    if (externalId === undefined) return {};
    const remedy = 'remove it, name the roleArn that asks for it, or set "account" to the inventory\'s own';
    throw new ConfigurationError(
      `${name}.externalId "${externalId}" is of no use in the account ${shown(account, "of the inventory")} itself: ${remedy}`,
    );
  }
  if (Token.isUnresolved(home.account)) {
    const remedy = 'say which one that is: set "account" beside "targets", or sign in to it';
    throw new ConfigurationError(
      `${name}.account "${account}" cannot be told from the account that the inventory is in: ${remedy}`,
    );
  }
  if (externalId === undefined) {
    const remedy = "make one up, such as a UUID; the role created there asks for it";
    throw new ConfigurationError(`${name} is in another account, ${account}, and has no externalId: ${remedy}`);
  }
  return { roleArn: home.readerRole(account), externalId };
}

function intervalsOf(source: Source, settings: Settings): Pick<CoveredSource, "everyMinutes" | "tailEveryMinutes"> {
  const { everyMinutes = source.everyMinutes, tailEveryMinutes: chosen } = settings.sources?.[source.id] ?? {};
  const name = `sources["${source.id}"].tailEveryMinutes`;
  if (chosen !== undefined && !source.ascending) {
    throw new ConfigurationError(
      `${name} is ${chosen}, but that source does not list in order of creation, so it has no newest part: remove it`,
    );
  }
  if (chosen !== undefined && chosen >= everyMinutes) {
    const remedy = "give fewer, or remove it";
    throw new ConfigurationError(
      `${name} is ${chosen}, but everything is listed every ${everyMinutes} minutes: ${remedy}`,
    );
  }
  const tailEveryMinutes = chosen ?? source.ascending?.tailEveryMinutes;
  return tailEveryMinutes !== undefined && tailEveryMinutes < everyMinutes
    ? { everyMinutes, tailEveryMinutes }
    : { everyMinutes };
}

function exists(source: Source, region: string, settings: Settings): boolean {
  return Token.isUnresolved(region) || regionsOf(source, settings).includes(region);
}

function regionsOf(source: Source, settings: Settings): readonly string[] {
  return [...source.regions, ...(settings.sources?.[source.id]?.extraRegions ?? [])];
}

function refuseUnknownRegion(region: string, settings: Settings, registry: readonly Source[]): void {
  if (registry.some((source) => exists(source, region, settings))) return;
  const known = [...new Set(registry.flatMap((source) => source.regions))].sort();
  throw new ConfigurationError(
    `no source exists in region "${region}": choose from ${known.join(", ")}, or add it to a source's extraRegions`,
  );
}

function noSuchService(source: Source, region: string): string {
  const remedies = [
    `choose from ${source.regions.join(", ")}`,
    "leave it out of that target's sources",
    `if AWS has launched it there, add "${region}" to its extraRegions`,
  ];
  return `${source.id} does not exist in "${region}": ${remedies.join("; ")}`;
}

function refuseOverlap(
  source: Source,
  access: TargetAccess & { readonly name: string },
  before: readonly (TargetAccess & { readonly name: string })[],
): void {
  const twin = before.find(({ account, region }) => account === access.account && region === access.region);
  if (!twin) return;
  const where = `${shown(access.account, "the own account")}/${shown(access.region, "the own region")}`;
  const places = twin.name === access.name ? `twice in ${access.name}` : `in ${twin.name} and in ${access.name}`;
  throw new ConfigurationError(`${source.id} in ${where} is named ${places}: remove one of them`);
}

function shown(value: string, unknown: string): string {
  return Token.isUnresolved(value) ? unknown : value;
}
