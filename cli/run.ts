import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import pLimit from "p-limit";
import { type ClientTarget, clientSettings } from "../functions/aws/settings.ts";
import { systemClock } from "../functions/model/clock.ts";
import { type Collection, collectionOf } from "../functions/model/collection.ts";
import { SyncError } from "../functions/model/errors.ts";
import { type Source, serviceOf } from "../functions/model/source.ts";
import type { Failure, SyncRecord } from "../functions/store/port.ts";
import { DEFAULT_GUARD } from "../functions/sync/guard.ts";
import type { SyncHost, SyncJob, SyncProgress } from "../functions/sync/job.ts";
import { DEFAULT_LEASE_MS } from "../functions/sync/lease.ts";
import { planCollection } from "../functions/sync/plan.ts";
import { syncScope } from "../functions/sync/sync.ts";
import { tailWindow } from "../functions/sync/window.ts";
import type { LocalStore } from "./store.ts";

/** A collection to be synced, and how its service is reached. */
export interface RunTarget {
  readonly source: Source;
  readonly account: string;
  readonly client: ClientTarget;
  readonly acceptRemovals?: boolean;
  /** Lists only what is newer than the newest known item, where the source can and there is one. */
  readonly tail?: boolean;
}

/** What happened to one scope: the records of its syncs, one for every window; none when a live sync elsewhere holds it. */
export interface ScopeResult {
  readonly scope: string;
  readonly records: readonly SyncRecord[];
}

/** What happened to one collection. `failure` is there when its scopes could not even be planned. */
export interface CollectionResult {
  readonly collection: Collection;
  readonly scopes: readonly ScopeResult[];
  readonly failure?: Failure;
}

/** Whoever wants to watch a run. */
export interface RunObserver {
  planning(collection: Collection): void;
  /** Of a listing in windows, counts are of all of them together. */
  progress(collection: Collection, scope: string, progress: SyncProgress): void;
  /** `expected` is about how many items will be listed: as many as there were; absent where that is not known. */
  planned(collection: Collection, scopes: number, expected?: number): void;
  scopeDone(collection: Collection, result: ScopeResult): void;
  done(result: CollectionResult): void;
}

const COLLECTIONS_AT_ONCE = 8;
const SCOPES_AT_ONCE = 4;
/** On a store that no other machine writes to clocks agree, and a killed sync need not be waited for so long. */
const EMBEDDED_LEASE_MS = 10_000;
export const DEFAULT_CUT_AFTER_MS = 300_000;

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly observer: RunObserver;
  /** A listing that can be cut is completed up to where it is after this time, and then goes on. */
  readonly cutAfterMs?: number;
  /** Of one service in one account and region, over all its sources; without it, as fast as the service lets. */
  readonly callsPerSecond?: number;
}

/** Syncs every scope of every target once, several at a time, in this process. Never throws for what a sync fails on. */
export async function runSyncs(
  { store, embedded }: LocalStore,
  targets: readonly RunTarget[],
  options: RunOptions,
): Promise<CollectionResult[]> {
  const process = `${hostname()}:${globalThis.process.pid}`;
  const host: SyncHost = {
    store,
    clock: systemClock,
    holder: () => `${process}:${randomUUID()}`,
    leaseMs: embedded ? EMBEDDED_LEASE_MS : DEFAULT_LEASE_MS,
    guard: DEFAULT_GUARD,
    signal: options.signal,
  };
  const limit = pLimit(COLLECTIONS_AT_ONCE);
  return Promise.all(targets.map((target) => limit(() => runCollection(host, target, options))));
}

async function runCollection(
  host: SyncHost,
  target: RunTarget,
  { observer, cutAfterMs = DEFAULT_CUT_AFTER_MS, callsPerSecond }: RunOptions,
): Promise<CollectionResult> {
  const { source, account, client } = target;
  const collection = collectionOf(source.id, { account, region: client.region });
  const pace = callsPerSecond && { key: [account, client.region, serviceOf(source)].join("/"), callsPerSecond };
  const connection = source.connect(clientSettings(client, pace || undefined));
  let result: CollectionResult;
  try {
    observer.planning(collection);
    const planned = await planCollection(host, source, collection, connection);
    observer.planned(collection, planned.length, target.tail ? undefined : await knownItems(host, collection));
    const limit = pLimit(SCOPES_AT_ONCE);
    const scopes = await Promise.all(
      planned.map(({ scope, vanished }) =>
        limit(async () => {
          const window = target.tail ? await tailWindow(host.store, source, collection, scope) : undefined;
          const records = await syncInWindows(host, cutAfterMs, {
            source,
            collection,
            scope,
            ...(window && { window }),
            connection,
            vanished,
            acceptRemovals: target.acceptRemovals ?? false,
            onProgress: (progress) => observer.progress(collection, scope.id, progress),
          });
          const result = { scope: scope.id, records };
          observer.scopeDone(collection, result);
          return result;
        }),
      ),
    );
    result = { collection, scopes };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    result = { collection, scopes: [], failure: { code: error.code, message: error.message } };
  } finally {
    connection.close();
  }
  observer.done(result);
  return result;
}

/** Syncs a job's window whole, one window after another where the listing is cut; ends early with one that failed. */
async function syncInWindows(host: SyncHost, cutAfterMs: number, job: SyncJob): Promise<SyncRecord[]> {
  const records: SyncRecord[] = [];
  for (let window = job.window, next = true; next; ) {
    const cutAt = host.clock.monotonic() + cutAfterMs;
    const onProgress = (progress: SyncProgress) => job.onProgress?.(addedTo(records, progress));
    const record = await syncScope({ ...host, cutAt }, { ...job, ...(window && { window }), onProgress });
    if (record) records.push(record);
    window = record?.remainder;
    next = window !== undefined;
  }
  return records;
}

/** What a window's listing is at, with the windows before it. */
function addedTo(before: readonly SyncRecord[], progress: SyncProgress): SyncProgress {
  if (progress.step !== "listing") return progress;
  const sum = (count: "pages" | "listed") => before.reduce((total, record) => total + record[count], progress[count]);
  return { ...progress, pages: sum("pages"), listed: sum("listed") };
}

/** How many items the collection had when it was last synced; undefined when it never was. */
async function knownItems({ store }: SyncHost, collection: Collection): Promise<number | undefined> {
  const standings = await store.standings(collection);
  const synced = standings.filter(({ snapshotAt }) => snapshotAt !== undefined);
  return synced.length > 0 ? synced.reduce((total, { items }) => total + items, 0) : undefined;
}

/** Whether everything that was to be synced is now up to date. Scopes that a live sync holds are being seen to. */
export function allComplete(results: readonly CollectionResult[]): boolean {
  return results.every(
    ({ failure, scopes }) =>
      !failure && scopes.every(({ records }) => records.every(({ outcome }) => outcome === "complete")),
  );
}
