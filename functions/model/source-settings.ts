import { REGION } from "./collection.ts";

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

/**
 * Writes sources' settings as text, those with the same settings together: a function's environment takes 4,096 characters, and most sources
 * differ in their ids only.
 */
export function formatSourceSettings(settings: SettingsOfSources): string {
  const groups = new Map<string, { readonly each: SourceSettings; readonly sources: string[] }>();
  for (const [id, each] of Object.entries(settings)) {
    const text = JSON.stringify(each);
    const group = groups.get(text) ?? { each, sources: [] };
    group.sources.push(id);
    groups.set(text, group);
  }
  return JSON.stringify([...groups.values()].map(({ each, sources }) => ({ ...each, sources })));
}

/** Reads them again; undefined unless they are valid. */
export function parseSourceSettings(text: string): SettingsOfSources | undefined {
  const groups = parseJson(text);
  if (!Array.isArray(groups) || !groups.every(isGroup)) return undefined;
  return Object.fromEntries(groups.flatMap(({ sources, ...each }) => sources.map((id) => [id, each] as const)));
}

function isGroup(value: unknown): value is SourceSettings & { readonly sources: readonly string[] } {
  if (typeof value !== "object" || value === null) return false;
  const { sources, intervalMinutes, incrementalMinutes, extraRegions = [] } = value as Record<string, unknown>;
  const isMinutes = (minutes: unknown) =>
    Number.isInteger(minutes) && Number(minutes) > 0 && Number(minutes) <= MAX_MINUTES;
  return (
    Array.isArray(sources) &&
    sources.every((id) => typeof id === "string") &&
    isMinutes(intervalMinutes) &&
    (incrementalMinutes === undefined || isMinutes(incrementalMinutes)) &&
    Array.isArray(extraRegions) &&
    extraRegions.every((region) => REGION.test(String(region)))
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
