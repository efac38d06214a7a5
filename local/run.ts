import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import pLimit from "p-limit";
import { type ClientTarget, clientSettings } from "../functions/clients/settings.ts";
import { systemClock } from "../functions/core/clock.ts";
import { type Collection, collectionOf } from "../functions/core/collection.ts";
import { SyncError } from "../functions/core/errors.ts";
import { DEFAULT_GUARD } from "../functions/core/guard.ts";
import type { SyncHost, SyncProgress } from "../functions/core/job.ts";
import { DEFAULT_LEASE_MS } from "../functions/core/lease.ts";
import { planCollection } from "../functions/core/plan.ts";
import type { Source } from "../functions/core/source.ts";
import type { Failure, SyncRecord } from "../functions/core/store.ts";
import { syncScope } from "../functions/core/sync.ts";
import type { LocalStore } from "./store.ts";

/** A collection to be synced, and how its service is reached. */
export interface RunTarget {
  readonly source: Source;
  readonly account: string;
  readonly client: ClientTarget;
  readonly acceptRemovals?: boolean;
}

/** What happened to one scope: the record of its sync, or that a live sync elsewhere holds it. */
export type ScopeResult =
  | { readonly scope: string; readonly record: SyncRecord }
  | { readonly scope: string; readonly record: undefined };

/** What happened to one collection. `failure` is there when its scopes could not even be planned. */
export interface CollectionResult {
  readonly collection: Collection;
  readonly scopes: readonly ScopeResult[];
  readonly failure?: Failure;
}

/** Whoever wants to watch a run. */
export interface RunObserver {
  planning(collection: Collection): void;
  progress(collection: Collection, scope: string, progress: SyncProgress): void;
  planned(collection: Collection, scopes: number): void;
  scopeDone(collection: Collection, result: ScopeResult): void;
  done(result: CollectionResult): void;
}

const COLLECTIONS_AT_ONCE = 8;
const SCOPES_AT_ONCE = 4;
/** On a store that no other machine writes to clocks agree, and a killed sync need not be waited for so long. */
const EMBEDDED_LEASE_MS = 10_000;

/** Syncs every scope of every target once, several at a time, in this process. Never throws for what a sync fails on. */
export async function runSyncs(
  { store, embedded }: LocalStore,
  targets: readonly RunTarget[],
  signal: AbortSignal,
  observer: RunObserver,
): Promise<CollectionResult[]> {
  const process = `${hostname()}:${globalThis.process.pid}`;
  const host: SyncHost = {
    store,
    clock: systemClock,
    holder: () => `${process}:${randomUUID()}`,
    leaseMs: embedded ? EMBEDDED_LEASE_MS : DEFAULT_LEASE_MS,
    guard: DEFAULT_GUARD,
    signal,
  };
  const limit = pLimit(COLLECTIONS_AT_ONCE);
  return Promise.all(targets.map((target) => limit(() => runCollection(host, target, observer))));
}

async function runCollection(host: SyncHost, target: RunTarget, observer: RunObserver): Promise<CollectionResult> {
  const { source, account, client } = target;
  const collection = collectionOf(source.id, { account, region: client.region });
  const connection = source.connect(clientSettings(client));
  let result: CollectionResult;
  try {
    observer.planning(collection);
    const planned = await planCollection(host, source, collection, connection);
    observer.planned(collection, planned.length);
    const limit = pLimit(SCOPES_AT_ONCE);
    const scopes = await Promise.all(
      planned.map(({ scope, vanished }) =>
        limit(async (): Promise<ScopeResult> => {
          const record = await syncScope(host, {
            source,
            collection,
            scope,
            connection,
            vanished,
            acceptRemovals: target.acceptRemovals ?? false,
            onProgress: (progress) => observer.progress(collection, scope.id, progress),
          });
          const done = { scope: scope.id, record };
          observer.scopeDone(collection, done);
          return done;
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

/** Whether everything that was to be synced is now up to date. Scopes that a live sync holds are being seen to. */
export function allComplete(results: readonly CollectionResult[]): boolean {
  return results.every(
    ({ failure, scopes }) => !failure && scopes.every(({ record }) => !record || record.outcome === "complete"),
  );
}
