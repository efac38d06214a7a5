import { Token } from "aws-cdk-lib";
import type { Source } from "../functions/model/source.ts";
import { ConfigurationError, type InventorySettings, type InventoryTarget } from "./settings.ts";
import { DEFAULT_SETTINGS } from "./settings-schema.ts";

/** A target, and how a sync gets access to it. */
export interface TargetAccess {
  readonly account: string;
  readonly region: string;
  readonly roleArn?: string;
  readonly externalId?: string;
}

/** A source with its settings resolved: how often it is listed, and in which targets. */
export interface ResolvedSource {
  readonly source: Source;
  readonly intervalMinutes: number;
  /** How often only what is new is listed; absent unless that is more often. */
  readonly incrementalMinutes?: number;
  readonly concurrency: number;
  readonly targets: readonly TargetAccess[];
}

/** Where the inventory itself is. Account and region may be known only when it is deployed. */
export interface Home {
  readonly account: string;
  readonly region: string;
  /** The ARN of the role that the reader stack creates in an account. */
  readonly readerRole: (account: string) => string;
}

type Settings = Pick<InventorySettings, "targets" | "sources">;

/** A target of the configuration with its accesses, one a region. */
interface ResolvedTarget {
  /** Its path in the configuration. */
  readonly name: string;
  readonly sources?: readonly string[];
  readonly accesses: readonly TargetAccess[];
}

/**
 * Resolves which sources are listed in which targets. Without settings: every source that exists in the inventory's own region; if that
 * region is known only when it is deployed, every source. Invalid settings are a ConfigurationError.
 */
export function resolveSources(settings: Settings, registry: readonly Source[], home: Home): ResolvedSource[] {
  const enabled = enabledSources(settings, registry);
  const targets = (settings.targets ?? [{}]).map((target, index): ResolvedTarget => {
    const name = `targets[${index}]`;
    return { name, ...(target.sources && { sources: target.sources }), accesses: accessesOf(target, name, home) };
  });
  for (const { name, sources, accesses } of targets) {
    for (const id of sources ?? []) assertKnown(id, enabled, `${name}.sources`);
    for (const { region } of accesses) assertKnownRegion(region, settings, registry);
  }
  const resolved = enabled.map(
    (source): ResolvedSource => ({
      source,
      ...intervalsOf(source, settings),
      concurrency: settings.sources?.[source.id]?.concurrency ?? DEFAULT_SETTINGS.concurrency,
      targets: targetsOf(source, targets, settings),
    }),
  );
  for (const { source, targets } of resolved) {
    if (targets.length === 0 && settings.sources?.[source.id]) {
      const remedy = "add it to a target, or remove it from sources";
      throw new ConfigurationError(`sources["${source.id}"] is set, but no target lists that source: ${remedy}`);
    }
  }
  return resolved.filter(({ targets }) => targets.length > 0);
}

function targetsOf(source: Source, targets: readonly ResolvedTarget[], settings: Settings): TargetAccess[] {
  const found: { readonly access: TargetAccess; readonly name: string }[] = [];
  for (const { name, sources, accesses } of targets) {
    if (sources && !sources.includes(source.id)) continue;
    for (const access of accesses) {
      if (exists(source, access.region, settings)) {
        assertDistinct(source, { access, name }, found);
        found.push({ access, name });
      } else if (sources) {
        throw new ConfigurationError(noSuchService(source, access.region));
      }
    }
  }
  return found.map(({ access }) => access);
}

function enabledSources(settings: Settings, registry: readonly Source[]): readonly Source[] {
  for (const id of Object.keys(settings.sources ?? {})) assertKnown(id, registry, "sources");
  const enabled = registry.filter((source) => settings.sources?.[source.id]?.enabled !== false);
  if (enabled.length > 0) return enabled;
  throw new ConfigurationError("no source is enabled: enable at least one in sources");
}

function assertKnown(id: string, sources: readonly Source[], path: string): void {
  if (sources.some((source) => source.id === id)) return;
  const ids = sources.map((source) => source.id).join(", ");
  throw new ConfigurationError(`unknown source "${id}" in ${path}: choose from ${ids}`);
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
    const remedy = 'remove it, name the roleArn that requires it, or set "account" to the inventory\'s own';
    throw new ConfigurationError(
      `${name}.externalId "${externalId}" has no effect in the account ${shown(account, "of the inventory")} itself: ${remedy}`,
    );
  }
  if (Token.isUnresolved(home.account)) {
    const remedy = 'name the inventory\'s: set "account" beside "targets", or sign in to it';
    throw new ConfigurationError(
      `${name}.account "${account}" may be the inventory's own account, which is not known yet: ${remedy}`,
    );
  }
  if (externalId === undefined) {
    const remedy = "make one up, such as a UUID; the role created there requires it";
    throw new ConfigurationError(`${name} is in another account, ${account}, and has no externalId: ${remedy}`);
  }
  return { roleArn: home.readerRole(account), externalId };
}

function intervalsOf(
  source: Source,
  settings: Settings,
): Pick<ResolvedSource, "intervalMinutes" | "incrementalMinutes"> {
  const configured = settings.sources?.[source.id];
  const intervalMinutes = configured?.intervalMinutes ?? source.intervalMinutes;
  const name = `sources["${source.id}"].incrementalMinutes`;
  const given = configured?.incrementalMinutes;
  if (given !== undefined && !source.listedByCreation) {
    throw new ConfigurationError(
      `${name} is ${given}, but that source does not list in order of creation and has no incremental sync: remove it`,
    );
  }
  if (given !== undefined && given >= intervalMinutes) {
    const remedy = "choose a smaller number, or remove it";
    throw new ConfigurationError(
      `${name} is ${given}, but everything is listed every ${intervalMinutes} minutes: ${remedy}`,
    );
  }
  const incrementalMinutes = given ?? source.listedByCreation?.incrementalMinutes;
  return incrementalMinutes !== undefined && incrementalMinutes < intervalMinutes
    ? { intervalMinutes, incrementalMinutes }
    : { intervalMinutes };
}

function exists(source: Source, region: string, settings: Settings): boolean {
  return Token.isUnresolved(region) || regionsOf(source, settings).includes(region);
}

function regionsOf(source: Source, settings: Settings): readonly string[] {
  return [...source.regions, ...(settings.sources?.[source.id]?.extraRegions ?? [])];
}

function assertKnownRegion(region: string, settings: Settings, registry: readonly Source[]): void {
  if (registry.some((source) => exists(source, region, settings))) return;
  const known = [...new Set(registry.flatMap((source) => source.regions))].sort();
  throw new ConfigurationError(
    `no source exists in region "${region}": choose from ${known.join(", ")}, or add it to a source's extraRegions`,
  );
}

function noSuchService(source: Source, region: string): string {
  const remedies = [
    `choose from ${source.regions.join(", ")}`,
    "remove it from that target's sources",
    `if AWS has launched it there, add "${region}" to its extraRegions`,
  ];
  return `${source.id} does not exist in "${region}": ${remedies.join("; ")}`;
}

function assertDistinct(
  source: Source,
  { access, name }: { readonly access: TargetAccess; readonly name: string },
  others: readonly { readonly access: TargetAccess; readonly name: string }[],
): void {
  const twin = others.find((other) => other.access.account === access.account && other.access.region === access.region);
  if (!twin) return;
  const target = `${shown(access.account, "the inventory's account")}/${shown(access.region, "its region")}`;
  const where = twin.name === name ? `twice in ${name}` : `in ${twin.name} and in ${name}`;
  throw new ConfigurationError(`${source.id} in ${target} is named ${where}: remove one of them`);
}

function shown(value: string, unknown: string): string {
  return Token.isUnresolved(value) ? unknown : value;
}
