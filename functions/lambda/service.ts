import { randomUUID } from "node:crypto";
import type { PutEvents } from "../events/publish.ts";
import type { Clock } from "../model/clock.ts";
import { partsOf } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import type { Source } from "../model/source.ts";
import type { SettingsOfSources } from "../model/source-settings.ts";
import type { Store } from "../store/port.ts";
import { intervalsOf } from "../sync/due.ts";
import { DEFAULT_LEASE_MS, DEFAULT_LIMITS, type SyncHost } from "../sync/job.ts";
import type { CollectionJob } from "../sync/sync-collection.ts";
import { COLLECTIONS_AT_ONCE } from "../sync/work.ts";
import type { Connect } from "./connections.ts";
import type { SyncEnvironment } from "./environment.ts";
import type { Invoke } from "./invoke.ts";
import type { ServiceLog } from "./service-log.ts";

/** What a service's function works with. */
export interface Service {
  readonly environment: SyncEnvironment;
  /** The enabled sources of the service, each with all its regions. */
  readonly sources: readonly Source[];
  readonly store: Store;
  readonly clock: Clock;
  readonly connect: Connect;
  readonly invoke: Invoke;
  readonly putEvents: PutEvents;
  readonly log: ServiceLog;
}

/** The sources that are enabled, each with the regions that are configured for it besides its own. */
export function enabledSources<Declared extends Pick<Source, "id" | "regions">>(
  declared: readonly Declared[],
  settings: SettingsOfSources,
): readonly Declared[] {
  return declared.flatMap((source) => {
    const { extraRegions = [] } = settings[source.id] ?? {};
    return settings[source.id] ? [{ ...source, regions: [...new Set([...source.regions, ...extraRegions])] }] : [];
  });
}

/** How a claimed collection is synced; undefined when its source is not this function's, or not enabled. */
export function jobOf(
  { environment, sources, connect }: Service,
  { collection, claim }: CollectionRecord,
): Omit<CollectionJob, "kind"> | undefined {
  const parts = partsOf(collection);
  const source = sources.find(({ id }) => id === parts.source);
  const settings = environment.sources[parts.source];
  if (!source || !settings) return undefined;
  const intervals = intervalsOf(settings.intervalMinutes, settings.incrementalMinutes);
  return { source, collection, connection: connect(source, parts, claim?.beside ?? false), intervals };
}

/** What the syncs of one invocation share. They share its memory, too: each may buffer its part of what one alone may. */
export function hostOf({ environment, sources, store, clock }: Service, signal: AbortSignal): SyncHost {
  const bufferedCharacters = DEFAULT_LIMITS.bufferedCharacters / COLLECTIONS_AT_ONCE;
  return {
    ...{ store, clock, sources, guard: environment.guard, holder: randomUUID, leaseMs: DEFAULT_LEASE_MS, signal },
    limits: { ...DEFAULT_LIMITS, bufferedCharacters },
  };
}
