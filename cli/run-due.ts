import { type Clock, systemClock } from "../functions/model/clock.ts";
import { formatError } from "../functions/model/errors.ts";
import type { Source } from "../functions/model/source.ts";
import type { TargetRecord } from "../functions/model/target-record.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { reconcileTargets } from "../functions/sync/targets.ts";
import { assertMachineClock } from "./clock.ts";
import { counted } from "./counted.ts";
import type { LocalStore } from "./local-store.ts";
import { note } from "./output.ts";
import { observeNews } from "./progress.ts";
import { hostOf, type RunTarget, runContinuously } from "./run.ts";
import type { Settings } from "./settings.ts";
import { stopSignal } from "./stop.ts";
import { hasContent, inventoryFile, openStore } from "./store.ts";
import { chosenSources, chosenTargets, storedTargets, type TargetOptions } from "./targets.ts";
import { noteDamage } from "./upkeep.ts";
import { UsageError } from "./usage.ts";

/**
 * Syncs the chosen sources of a real account whenever they are due, until it is stopped: in the regions given, otherwise in the stored targets,
 * and where there are none in the configured region.
 */
export async function runDueSyncs(options: TargetOptions, settings: Settings): Promise<number> {
  const sources = chosenSources(SOURCES, options.source);
  const stored = options.region.length > 0 ? [] : await targetsIn(settings);
  const { targets, callsPerSecond } =
    stored.length > 0 ? await storedTargets(stored, sources, options) : await chosenTargets(sources, options);
  const signal = stopSignal();
  const local = await openStore(settings, { inventory: "real", region: targets[0]?.client.region });
  try {
    if (stored.length > 0) {
      await assertMachineClock(local.store);
      await reconcileTargets(hostOf(local, signal), SOURCES);
    }
    process.stdout.write(
      `Keeping ${counted(targets.length, "collection")} up to date (state in ${local.location}). Ctrl-C stops it.\n`,
    );
    const changedTargets = watchTargets(local, { stored, sources, options, signal });
    await runContinuously(local, targets, {
      signal,
      observer: observeNews(process.stdout),
      retentionDays: settings.retentionDays,
      failed: note,
      ...(stored.length > 0 && { changedTargets }),
      damaged: noteDamage("real"),
      ...(callsPerSecond !== undefined && { callsPerSecond }),
    });
  } finally {
    await local.close();
  }
  return 0;
}

const TARGETS_EVERY_MS = 60_000;

export interface WatchedTargets {
  /** The targets as they were when the run began. */
  readonly stored: readonly TargetRecord[];
  readonly sources: readonly Source[];
  readonly options: TargetOptions;
  readonly signal: AbortSignal;
  /** Default: the system's. */
  readonly clock?: Pick<Clock, "monotonic">;
}

/** Reads the stored targets once a minute. Answers what is to be synced when they have changed, and undefined otherwise. */
export function watchTargets(
  local: LocalStore,
  { stored, sources, options, signal, clock = systemClock }: WatchedTargets,
): () => Promise<readonly RunTarget[] | undefined> {
  let known = JSON.stringify(stored);
  let readAt = clock.monotonic();
  return async () => {
    if (clock.monotonic() - readAt < TARGETS_EVERY_MS) return undefined;
    readAt = clock.monotonic();
    const current = await local.store.targets();
    const text = JSON.stringify(current);
    if (text === known) return undefined;
    try {
      await reconcileTargets(hostOf(local, signal), SOURCES);
      const { targets } = await storedTargets(current, sources, options);
      known = text;
      process.stdout.write(`The targets have changed: keeping ${counted(targets.length, "collection")} up to date.\n`);
      return targets;
    } catch (error) {
      // Until it is known what may be synced now, nothing else is.
      note(formatError(error));
      return error instanceof UsageError ? [] : undefined;
    }
  };
}

/** The targets that are stored. */
async function targetsIn(settings: Settings): Promise<readonly TargetRecord[]> {
  const isThere = settings.databaseEndpoint !== undefined || hasContent(inventoryFile(settings, "real"));
  if (!isThere) return [];
  const local = await openStore(settings, { inventory: "real", readOnly: true });
  try {
    return await local.store.targets();
  } finally {
    await local.close();
  }
}
