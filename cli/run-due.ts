import type { TargetRecord } from "../functions/model/target-record.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { reconcileTargets } from "../functions/sync/targets.ts";
import { note } from "./output.ts";
import { observeNews } from "./progress.ts";
import { hostOf, runContinuously } from "./run.ts";
import type { Settings } from "./settings.ts";
import { stopSignal } from "./stop.ts";
import { hasContent, inventoryFile, openStore } from "./store.ts";
import { chosenSources, chosenTargets, storedTargets, type TargetOptions } from "./targets.ts";
import { noteDamage } from "./upkeep.ts";

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
    if (stored.length > 0) await reconcileTargets(hostOf(local, signal), SOURCES);
    const collections = targets.length === 1 ? "1 collection" : `${targets.length} collections`;
    process.stdout.write(`Keeping ${collections} up to date (state in ${local.location}). Ctrl-C stops it.\n`);
    await runContinuously(local, targets, {
      signal,
      observer: observeNews(process.stdout),
      retentionDays: settings.retentionDays,
      failed: note,
      damaged: noteDamage("real"),
      ...(callsPerSecond !== undefined && { callsPerSecond }),
    });
  } finally {
    await local.close();
  }
  return 0;
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
