import { serviceOf } from "../functions/model/collection.ts";
import { type Source, TIERS } from "../functions/model/source.ts";
import { formatSourceSettings } from "../functions/model/source-settings.ts";
import { ConfigurationError, type InventorySettings, type InventoryTarget, type SourceSettings } from "./settings.ts";
import { DEFAULT_SETTINGS } from "./settings-schema.ts";

/** A source with its settings resolved. */
export interface ResolvedSource {
  readonly source: Source;
  /** How often everything is listed. */
  readonly intervalMinutes: number;
  /** How often only what is new is listed; absent unless that is more often. */
  readonly incrementalMinutes?: number;
  /** Regions in which the service exists, besides those that the source declares. */
  readonly extraRegions: readonly string[];
}

/** A service with its sources: they share a function, and the service's rate limits. */
export interface ResolvedService {
  readonly service: string;
  readonly sources: readonly ResolvedSource[];
}

type Settings = Pick<InventorySettings, "targets" | "tier" | "sources">;

/** Resolves which sources are inventoried, by service. Invalid settings, also those of targets, are a ConfigurationError. */
export function resolveServices(settings: Settings, registry: readonly Source[]): ResolvedService[] {
  const enabled = enabledSources(settings, registry);
  assertTargets(settings, enabled, registry);
  const resolved = enabled.map((source): ResolvedSource => {
    const { extraRegions = [] } = settingsOf(source, settings);
    return { source, ...intervalsOf(source, settings), extraRegions };
  });
  const services = [...new Set(resolved.map(({ source }) => serviceOf(source.id)))];
  return services.map((service) => ({
    service,
    sources: resolved.filter(({ source }) => serviceOf(source.id) === service),
  }));
}

/** How functions are told of sources: their intervals, and the regions that they do not declare themselves. */
export function sourcesVariable(sources: readonly ResolvedSource[]): string {
  const entries = sources.map(({ source, intervalMinutes, incrementalMinutes, extraRegions }) => {
    const extra = extraRegions.length > 0 && { extraRegions };
    const incremental = incrementalMinutes !== undefined && { incrementalMinutes };
    return [source.id, { intervalMinutes, ...incremental, ...extra }];
  });
  return formatSourceSettings(Object.fromEntries(entries));
}

function enabledSources(settings: Settings, registry: readonly Source[]): readonly Source[] {
  const services = new Set(registry.map(({ id }) => serviceOf(id)));
  for (const id of Object.keys(settings.sources ?? {})) if (!services.has(id)) assertKnown(id, registry, "sources");
  const { tier = DEFAULT_SETTINGS.tier } = settings;
  const isOfTier = (source: Source) => TIERS.indexOf(source.tier) <= TIERS.indexOf(tier);
  const enabled = registry.filter((source) => settingsOf(source, settings).enabled ?? isOfTier(source));
  if (enabled.length > 0) return enabled;
  throw new ConfigurationError("no source is enabled: enable at least one in sources");
}

/** The settings of a source: its own, and for the rest its service's. */
function settingsOf({ id }: Source, { sources = {} }: Settings): SourceSettings {
  return { ...sources[serviceOf(id)], ...sources[id] };
}

function assertKnown(id: string, sources: readonly Source[], path: string): void {
  if (sources.some((source) => source.id === id)) return;
  const ids = sources.map((source) => source.id).join(", ");
  throw new ConfigurationError(`unknown source "${id}" in ${path}: choose from ${ids}`);
}

function intervalsOf(
  source: Source,
  settings: Settings,
): Pick<ResolvedSource, "intervalMinutes" | "incrementalMinutes"> {
  const { intervalMinutes = source.intervalMinutes, ...configured } = settingsOf(source, settings);
  const own = settings.sources?.[source.id]?.incrementalMinutes;
  const name = `sources["${own === undefined ? serviceOf(source.id) : source.id}"].incrementalMinutes`;
  // A service's holds for those of its sources that can.
  const given = source.listedByCreation ? configured.incrementalMinutes : own;
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

/** Targets are not part of the template. They are checked here all the same, so that a wrong one is found before anything is deployed. */
function assertTargets(settings: Settings, enabled: readonly Source[], registry: readonly Source[]): void {
  const exists = (source: Source, region: string) =>
    [...source.regions, ...(settingsOf(source, settings).extraRegions ?? [])].includes(region);
  const seen = new Map<string, string>();
  for (const [index, target] of (settings.targets ?? []).entries()) {
    const name = `targets[${index}]`;
    for (const id of target.sources ?? []) assertKnown(id, enabled, `${name}.sources`);
    for (const region of target.regions ?? []) {
      if (!registry.some((source) => exists(source, region))) {
        const known = [...new Set(registry.flatMap((source) => source.regions))].sort();
        throw new ConfigurationError(
          `no source exists in region "${region}": choose from ${known.join(", ")}, or add it to a source's extraRegions`,
        );
      }
      const missing = enabled.find((source) => target.sources?.includes(source.id) && !exists(source, region));
      if (missing) throw new ConfigurationError(noSuchService(missing, region));
    }
    for (const each of nameTargets(target)) {
      const earlier = seen.get(each);
      if (earlier !== undefined) {
        const where = earlier === name ? `twice in ${name}` : `in ${earlier} and in ${name}`;
        throw new ConfigurationError(`${each} is named ${where}: remove one of them`);
      }
      seen.set(each, name);
    }
  }
}

function nameTargets({ account = "the inventory's account", regions = ["its region"] }: InventoryTarget): string[] {
  return regions.map((region) => `${account}/${region}`);
}

function noSuchService(source: Source, region: string): string {
  const remedies = [
    `choose from ${source.regions.join(", ")}`,
    "remove it from that target's sources",
    `if AWS has launched it there, add "${region}" to its extraRegions`,
  ];
  return `${source.id} does not exist in "${region}": ${remedies.join("; ")}`;
}
