import { parseJson } from "./canonical.ts";
import { REGION, serviceOf } from "./collection.ts";

/** How an enabled source is synced. */
export interface SourceSettings {
  readonly intervalMinutes: number;
  readonly incrementalMinutes?: number;
  /** Regions in which the service exists, besides those that the source knows. */
  readonly extraRegions?: readonly string[];
}

/** The settings of enabled sources, by id. */
export type SettingsOfSources = Readonly<Record<string, SourceSettings>>;

const MAX_MINUTES = 10_080;

/** What some sources have in common, which are named by their ids, or all those of a service by its. */
interface Group extends Partial<SourceSettings> {
  readonly sources: readonly string[];
}

/**
 * Writes sources' settings as text: what some have in common once, and regions apart from the rest. A function's environment takes 4,096
 * characters, and most sources differ in their ids only.
 */
export function formatSourceSettings(settings: SettingsOfSources): string {
  const entries = Object.entries(settings);
  const minutes = grouped(entries.map(([id, { extraRegions: _, ...each }]) => [id, each]));
  const regions = [...new Set(entries.map(([id]) => serviceOf(id)))].flatMap((service) => {
    const own = entries.filter(([id]) => serviceOf(id) === service);
    const groups = grouped(own.map(([id, { extraRegions = [] }]) => [id, { extraRegions }]));
    return groups.length === 1 ? groups.map((group) => ({ ...group, sources: [service] })) : groups;
  });
  return JSON.stringify([...minutes, ...regions.filter(({ extraRegions = [] }) => extraRegions.length > 0)]);
}

function grouped(entries: readonly (readonly [string, Partial<SourceSettings>])[]): Group[] {
  const groups = new Map<string, string[]>();
  for (const [id, each] of entries) {
    const text = JSON.stringify(each);
    groups.set(text, [...(groups.get(text) ?? []), id]);
  }
  return [...groups].map(([text, sources]) => ({ ...JSON.parse(text), sources }));
}

/** Reads them again; undefined unless they are valid. */
export function parseSourceSettings(text: string): SettingsOfSources | undefined {
  const groups = parseJson(text);
  if (!Array.isArray(groups) || !groups.every(isGroup)) return undefined;
  const read: Record<string, Partial<SourceSettings>> = {};
  for (const { sources, ...each } of groups) for (const id of sources) read[id] = { ...read[id], ...each };
  const settings: Record<string, SourceSettings> = {};
  for (const [id, { intervalMinutes, ...each }] of Object.entries(read)) {
    if (intervalMinutes !== undefined) settings[id] = { ...read[serviceOf(id)], ...each, intervalMinutes };
  }
  return settings;
}

function isGroup(value: unknown): value is Group {
  if (typeof value !== "object" || value === null) return false;
  const { sources, intervalMinutes, incrementalMinutes, extraRegions } = value as Record<string, unknown>;
  const isMinutes = (minutes: unknown) =>
    Number.isInteger(minutes) && Number(minutes) > 0 && Number(minutes) <= MAX_MINUTES;
  const areRegions = Array.isArray(extraRegions) && extraRegions.every((region) => REGION.test(String(region)));
  return (
    Array.isArray(sources) &&
    sources.every((id) => typeof id === "string") &&
    (isMinutes(intervalMinutes) || (intervalMinutes === undefined && areRegions)) &&
    (incrementalMinutes === undefined || isMinutes(incrementalMinutes)) &&
    (extraRegions === undefined || areRegions)
  );
}
