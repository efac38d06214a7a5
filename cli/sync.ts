import { partsOf } from "../functions/model/collection.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import type { CollectionResult } from "../functions/sync/sync-collection.ts";
import { observe } from "./progress.ts";
import { allComplete, runSyncs } from "./run.ts";
import type { Settings } from "./settings.ts";
import { stopSignal } from "./stop.ts";
import { openStore } from "./store.ts";
import { chosenSources, chosenTargets, type TargetOptions } from "./targets.ts";
import { UsageError } from "./usage.ts";

export interface SyncOptions extends TargetOptions {
  /** Sources whose pending removals are applied. */
  readonly approveRemovals: readonly string[];
  /** Sources whose items may be another account's. */
  readonly approveAccount: readonly string[];
  readonly incremental?: boolean;
  readonly json?: boolean;
}

/** Syncs the chosen sources of a real account once. Answers the exit code: 0 all complete, 1 something failed or was held. */
export async function sync(options: SyncOptions, settings: Settings): Promise<number> {
  const { approveRemovals, approveAccount, incremental = false } = options;
  const [approved, ofAnyAccount] = [approveRemovals, approveAccount].map((ids) =>
    ids.length > 0 ? chosenSources(SOURCES, ids) : [],
  );
  const named = [...options.source, ...approveRemovals, ...approveAccount];
  const sources = chosenSources(SOURCES, named);
  const listed = incremental ? sources.filter(({ listedByCreation }) => listedByCreation) : sources;
  if (listed.length === 0) throw new UsageError("--incremental: none of these sources is listed in order of creation");
  const { targets, callsPerSecond } = await chosenTargets(listed, { ...options, source: named });

  const stop = stopSignal();
  const local = await openStore(settings, { inventory: "real", region: targets[0]?.client.region });
  const observer = observe(process.stderr);
  const toJson = options.json ? await jsonWriter() : undefined;
  try {
    const results = await runSyncs(
      local,
      targets.map((target) => ({
        ...target,
        kind: incremental ? "incremental" : "full",
        approveRemovals: approved?.includes(target.source) ?? false,
        approveAccount: ofAnyAccount?.includes(target.source) ?? false,
      })),
      {
        signal: stop,
        observer: {
          ...observer,
          done(result) {
            observer.done(result);
            if (toJson) process.stdout.write(toJson(result));
          },
        },
        ...(callsPerSecond !== undefined && { callsPerSecond }),
      },
    );
    return allComplete(results) ? 0 : 1;
  } finally {
    observer.stop();
    await local.close();
  }
}

/** Writes one line of JSON a sync, as /v1/syncs shows it. */
async function jsonWriter(): Promise<(result: CollectionResult) => string> {
  const { syncBody } = await import("../functions/api/routes/syncs.ts");
  return ({ collection, scopes, failure }) => {
    const names = partsOf(collection);
    const lines: object[] = scopes.map(({ scope, result }) =>
      result.status === "ended" ? syncBody(result.record) : { ...names, scope, outcome: "skipped" },
    );
    if (failure) {
      lines.push({ ...names, outcome: failure.code === "refused" ? "unavailable" : "failed", error: failure });
    }
    return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  };
}
