import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import pLimit from "p-limit";
import { type ClientTarget, clientSettings } from "../functions/aws/settings.ts";
import { type Clock, systemClock } from "../functions/model/clock.ts";
import { type Collection, collectionOf, serviceOf } from "../functions/model/collection.ts";
import { serviceError } from "../functions/model/errors.ts";
import { DEFAULT_GUARD } from "../functions/model/guard.ts";
import type { Connection, Source } from "../functions/model/source.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { type Intervals, intervalsOf } from "../functions/sync/due.ts";
import {
  DEFAULT_LEASE_MS,
  DEFAULT_LIMITS,
  LOCAL_LEASE_MS,
  type SyncHost,
  type SyncKind,
  type SyncResult,
} from "../functions/sync/job.ts";
import { runDue } from "../functions/sync/run-due.ts";
import { settleAbandoned } from "../functions/sync/settle.ts";
import {
  type CollectionJob,
  type CollectionObserver,
  type CollectionResult,
  syncCollection,
} from "../functions/sync/sync-collection.ts";
import type { VerifyReport } from "../functions/sync/verify-scope.ts";
import type { LocalStore } from "./local-store.ts";
import { verifyInBackground } from "./upkeep.ts";

/** A collection to be synced, and how its service is reached. */
export interface RunTarget {
  readonly source: Source;
  readonly account: string;
  readonly client: ClientTarget;
  /** STS has said that the credentials are of the account. Default: nobody doubts it. */
  readonly isAccountVerified?: boolean;
  /** Default: full. */
  readonly kind?: SyncKind;
  readonly approveRemovals?: boolean;
  readonly approveAccount?: boolean;
  /** Default: the source's own. */
  readonly intervals?: Intervals;
}

/** Told how a run goes. */
export interface RunObserver extends CollectionObserver {
  started(collection: Collection): void;
  done(result: CollectionResult): void;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly observer: RunObserver;
  /** Of one service in one account and region, over all its sources. Default: as fast as the service lets. */
  readonly callsPerSecond?: number;
}

const COLLECTIONS_AT_ONCE = 8;

/**
 * Syncs every target once, several at a time, in this process: what is planned from another one's items after that one. Never throws for what
 * a sync fails on.
 */
export async function runSyncs(
  local: LocalStore,
  targets: readonly RunTarget[],
  options: RunOptions,
): Promise<CollectionResult[]> {
  const host = hostOf(local, options.signal);
  const limit = pLimit(COLLECTIONS_AT_ONCE);
  const syncs = new Map<Collection, Promise<CollectionResult>>();
  const isPlanned = ({ source }: RunTarget) => source.plannedFrom !== undefined;
  for (const target of targets.toSorted((a, b) => Number(isPlanned(a)) - Number(isPlanned(b)))) {
    const { plannedFrom } = target.source;
    const parents = plannedFrom && syncs.get(collectionIn(target, plannedFrom.source));
    const sync = async () => {
      await parents;
      return limit(() => syncTarget(host, target, options));
    };
    syncs.set(collectionIn(target, target.source.id), sync());
  }
  const results = await Promise.all(
    targets.flatMap((target) => syncs.get(collectionIn(target, target.source.id)) ?? []),
  );
  await settle(host);
  return results;
}

function collectionIn({ account, client }: RunTarget, source: string): Collection {
  return collectionOf(source, { account, region: client.region });
}

/** Where nothing else runs, nobody but this sync ends what one that died has left: until then readers would not see what was stored. */
async function settle(host: SyncHost): Promise<void> {
  try {
    await settleAbandoned(host);
  } catch {
    // The syncs have told what is wrong with the store. Whatever runs next settles.
  }
}

async function syncTarget(host: SyncHost, target: RunTarget, options: RunOptions): Promise<CollectionResult> {
  const { observer } = options;
  const kind = target.kind ?? "full";
  const collection = collectionIn(target, target.source.id);
  let connection: Connection | undefined;
  let result: CollectionResult;
  try {
    connection = connect(target, options);
    observer.started(collection);
    result = await syncCollection(host, { ...jobOf(target, { connection, observer }), kind, retryUnavailable: true });
  } catch (error) {
    // Its client cannot be made, or its record cannot be read or written. Other collections may fare better.
    const { code, message } = serviceError(`the sync of ${collection}`, error);
    result = { collection, kind, scopes: [], failure: { code, message } };
  } finally {
    connection?.close();
  }
  observer.done(result);
  return result;
}

export interface ContinuousOptions extends RunOptions {
  readonly retentionDays: number;
  /** Told when the store cannot be read or written. */
  readonly failed: (message: string) => void;
  /** Told of each scope that is found damaged. */
  readonly damaged: (report: VerifyReport) => void;
  /** What is to be synced from now on, asked at least once a minute; undefined when it is what it was. Default: it stays. */
  readonly changedTargets?: () => Promise<readonly RunTarget[] | undefined>;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** Syncs every target whenever it is due, and verifies what is stored in the background, until the signal aborts. */
export async function runContinuously(
  local: LocalStore,
  targets: readonly RunTarget[],
  options: ContinuousOptions,
): Promise<void> {
  const { observer, signal, failed, changedTargets, clock = systemClock } = options;
  const host = { ...hostOf(local, signal), clock };
  const connections = new Map<Collection, Connection>();
  const toJobs = (all: readonly RunTarget[]) =>
    all.map((target) => {
      const collection = collectionIn(target, target.source.id);
      const connection = connections.get(collection) ?? connect(target, options);
      connections.set(collection, connection);
      return jobOf(target, { connection, observer });
    });
  let jobs = toJobs(targets);
  const collections = async () => {
    const changed = await changedTargets?.();
    if (changed) jobs = toJobs(changed);
    return jobs;
  };
  try {
    await Promise.all([
      runDue({ host, collections, observer: { ended: (result) => observer.done(result), failed } }),
      verifyInBackground(host, options),
    ]);
  } finally {
    for (const connection of connections.values()) connection.close();
  }
}

/** What syncs on this machine share. */
export function hostOf({ store, local }: LocalStore, signal: AbortSignal): SyncHost {
  const process = `${hostname()}:${globalThis.process.pid}`;
  return {
    store,
    clock: systemClock,
    holder: () => `${process}:${randomUUID()}`,
    leaseMs: local ? LOCAL_LEASE_MS : DEFAULT_LEASE_MS,
    guard: DEFAULT_GUARD,
    limits: DEFAULT_LIMITS,
    sources: SOURCES,
    signal,
  };
}

function connect({ source, account, client }: RunTarget, { callsPerSecond }: RunOptions): Connection {
  const key = [account, client.region, serviceOf(source.id)].join("/");
  return source.connect(clientSettings(client, callsPerSecond === undefined ? undefined : { key, callsPerSecond }));
}

function jobOf(
  target: RunTarget,
  { connection, observer }: { readonly connection: Connection; readonly observer: RunObserver },
): Omit<CollectionJob, "kind"> {
  const { source, account, client } = target;
  const { intervals = intervalsOf(source.intervalMinutes, source.listedByCreation?.incrementalMinutes) } = target;
  const { approveRemovals = false, approveAccount = false, isAccountVerified = true } = target;
  const collection = collectionOf(source.id, { account, region: client.region });
  return {
    ...{ source, collection, connection, intervals, observer },
    ...{ approveRemovals, approveAccount, isAccountVerified },
  };
}

/**
 * Whether everything that was to be synced is up to date now. What another process syncs is being seen to, and what is unavailable as an
 * earlier sync has said is nothing new.
 */
export function allComplete(results: readonly CollectionResult[]): boolean {
  return results.every(({ failure, known, scopes }) =>
    failure ? known : scopes.every(({ result }) => isComplete(result)),
  );
}

function isComplete(result: SyncResult): boolean {
  return result.status === "skipped" || result.record.outcome === "complete" || result.known === true;
}
