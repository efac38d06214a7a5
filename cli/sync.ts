import { type Collection, partsOf } from "../functions/model/collection.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { observe } from "./progress.ts";
import { allComplete, type CollectionResult, DEFAULT_CUT_AFTER_MS, type RunTarget, runSyncs } from "./run.ts";
import type { Settings } from "./settings.ts";
import { stopSignal } from "./stop.ts";
import { openStore } from "./store.ts";
import { chosenAccount, chosenRegions, chosenSources, regionalSources } from "./targets.ts";
import { UsageError } from "./usage.ts";

export interface SyncOptions {
  readonly source: readonly string[];
  readonly region: readonly string[];
  readonly account?: string;
  readonly acceptRemovals: readonly string[];
  readonly tail?: boolean;
  readonly cutAfter?: string;
  readonly callsPerSecond?: string;
  readonly json?: boolean;
}

/** Syncs the chosen sources of a real account once. Answers the exit code: 0 all complete, 1 something failed or held. */
export async function sync(options: SyncOptions, settings: Settings): Promise<number> {
  const accepted = options.acceptRemovals.length > 0 ? chosenSources(SOURCES, options.acceptRemovals) : [];
  const sources = chosenSources(SOURCES, [...options.source, ...accepted.map((source) => source.id)]);
  if (options.tail && !sources.some((source) => source.ascending)) {
    throw new UsageError("--tail: none of these sources is listed in order of creation, so there is no tail to list");
  }
  const regions = await chosenRegions(options.region);
  const cutAfterMs = millisecondsOf(options.cutAfter);
  const pace = paceOf(options.callsPerSecond);
  const pairs = regionalSources(sources, regions, SOURCES, sources.length < SOURCES.length);
  const account = await chosenAccount(options.account, regions[0] ?? "");
  for (const { source, region } of pairs.filter((pair) => !pair.supported)) {
    process.stderr.write(`${source.id} is left out: its service is not known to exist in ${region}\n`);
  }
  const targets: RunTarget[] = pairs
    .filter((pair) => pair.supported)
    .map(({ source, region }) => ({ source, account, client: { region }, acceptRemovals: accepted.includes(source) }))
    .filter(({ source }) => !options.tail || source.ascending)
    .map((target) => ({ ...target, tail: options.tail ?? false }));

  const stop = stopSignal();
  const local = await openStore(settings);
  const observer = observe(process.stderr);
  try {
    const done = (result: CollectionResult) => {
      observer.done(result);
      if (options.json) process.stdout.write(jsonLines(result));
    };
    const results = await runSyncs(local, targets, {
      signal: stop,
      observer: { ...observer, done },
      cutAfterMs,
      ...pace,
    });
    return allComplete(results) ? 0 : 1;
  } finally {
    observer.stop();
    await local.close();
  }
}

function millisecondsOf(seconds: string | undefined): number {
  if (seconds === undefined) return DEFAULT_CUT_AFTER_MS;
  if (/^\d+(\.\d+)?$/.test(seconds)) return Number(seconds) * 1000;
  throw new UsageError(`--cut-after ${seconds} is not a number of seconds`);
}

function paceOf(callsPerSecond: string | undefined): { callsPerSecond?: number } {
  if (callsPerSecond === undefined) return {};
  if (/^[1-9]\d{0,4}$/.test(callsPerSecond)) return { callsPerSecond: Number(callsPerSecond) };
  throw new UsageError(`--calls-per-second ${callsPerSecond} is not a whole number from 1 to 99999`);
}

/** One line of JSON a sync, in the words of /v1/syncs. */
function jsonLines({ collection, scopes, failure }: CollectionResult): string {
  const lines: object[] = scopes.flatMap(({ scope, records }) =>
    records.length > 0
      ? records.map((record) => ({ ...named(collection), ...without(record) }))
      : [{ ...named(collection), scope, outcome: "skipped" }],
  );
  if (failure) lines.push({ ...named(collection), outcome: "failed", error: failure });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

function named(collection: Collection) {
  return partsOf(collection);
}

function without<T extends { readonly collection: Collection }>({ collection: _collection, ...rest }: T) {
  return rest;
}
