import { SOURCES } from "../functions/sources/registry.ts";
import { note } from "./output.ts";
import { observeNews } from "./progress.ts";
import { runContinuously } from "./run.ts";
import type { Settings } from "./settings.ts";
import { stopSignal } from "./stop.ts";
import { openStore } from "./store.ts";
import { chosenSources, chosenTargets, type TargetOptions } from "./targets.ts";
import { noteDamage } from "./upkeep.ts";

/** Syncs the chosen sources of a real account whenever they are due, until it is stopped. */
export async function runDueSyncs(options: TargetOptions, settings: Settings): Promise<number> {
  const { targets, callsPerSecond } = await chosenTargets(chosenSources(SOURCES, options.source), options);
  const signal = stopSignal();
  const local = await openStore(settings, { inventory: "real", region: targets[0]?.client.region });
  try {
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
