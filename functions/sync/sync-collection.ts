import { randomUUID } from "node:crypto";
import type { Collection, Scope } from "../model/collection.ts";
import type { PlanState } from "../model/collection-record.ts";
import { SyncError } from "../model/errors.ts";
import { type Instant, instantOf } from "../model/instant.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import type { Failure, ScopeState } from "../model/scope-state.ts";
import { type Connection, type Source, serviceOf } from "../model/source.ts";
import type { Store } from "../store/port.ts";
import { clockError } from "./clock-check.ts";
import { claim, type Intervals, release } from "./dispatch.ts";
import type { SyncHost, SyncJob, SyncKind, SyncProgress, SyncResult } from "./job.ts";
import { type Plan, type PlannedScope, planScopes } from "./plan.ts";
import { reconcileScope } from "./reconcile.ts";
import { isHeld } from "./settle.ts";
import { judgeDenied } from "./unavailable.ts";

/** A collection to be synced, once. */
export interface CollectionJob {
  readonly source: Source;
  readonly collection: Collection;
  readonly connection: Connection;
  readonly kind: SyncKind;
  /** When the next syncs are due, from the end of this one on. */
  readonly intervals: Intervals;
  readonly approveRemovals?: boolean;
  /** Stores a listing whose items are all another account's. */
  readonly approveAccount?: boolean;
  /** The service's answers are known to be about the collection's account. */
  readonly isAccountVerified?: boolean;
  /** Also tries what is unavailable and would not be due yet, as a person who asks wants it. */
  readonly retryUnavailable?: boolean;
  readonly observer?: CollectionObserver;
}

/** Told how a collection's sync goes. */
export interface CollectionObserver {
  /** `expected` is about how many items will be listed: as many as there were; absent when that is not known. */
  planned(scopes: number, expected?: number): void;
  progress(scope: string, progress: SyncProgress): void;
  scopeDone(result: ScopeResult): void;
}

/** What happened to one scope. */
export interface ScopeResult {
  readonly scope: string;
  readonly result: SyncResult;
}

/** What happened to one collection. `failure`: its scopes could not even be planned; `known`: which an earlier sync has said. */
export interface CollectionResult {
  readonly collection: Collection;
  readonly kind: SyncKind;
  readonly scopes: readonly ScopeResult[];
  readonly failure?: Failure;
  readonly known?: true;
}

const SCOPES_AT_ONCE = 4;

/**
 * Syncs every scope of a collection once, four at a time, and notes in the collection's record how fresh it is and when it is due again.
 * What a sync fails on is in its result. Rejects only when the collection's record cannot be read or written.
 */
export async function syncCollection(host: SyncHost, job: CollectionJob): Promise<CollectionResult> {
  const { collection, kind, source, intervals } = job;
  const id = randomUUID();
  const claimed = await claim(host.store, { collection, service: serviceOf(source), id });
  let plan: Plan;
  try {
    plan = await planScopes(host, job);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    const { code, message } = clockError(host, job) ?? error;
    const failure: Failure = { code, message };
    const failedPlan = planAfter(claimed.plan, failure, instantOf(host.store.now()));
    await release(host.store, claimed, { kind, intervals, plan: failedPlan, failure: code, found: 0 });
    const known = code === "refused" && claimed.plan?.unavailableSince !== undefined;
    return { collection, kind, scopes: [], failure, ...(known && { known }) };
  }
  job.observer?.planned(plan.scopes.length, kind === "full" ? knownItems(plan) : undefined);
  const synced = (await mapConcurrent(SCOPES_AT_ONCE, plan.scopes, (planned) => syncScopes(host, job, planned))).flat();
  let states: Promise<readonly ScopeState[]> | undefined;
  const readStates = () => {
    states ??= host.store.scopeStates(collection);
    return states;
  };
  const scopes = await mapConcurrent(1, synced, async ({ scope, result }) => ({
    scope,
    result: await judgeDenied(host, source, result, readStates),
  }));
  await release(host.store, claimed, {
    kind,
    intervals,
    ...(plan.plan && { plan: plan.plan }),
    ...(clockError(host, job) ? { failure: "clock" } : failureOf(scopes, plan)),
    found: scopes.reduce((sum, { result }) => sum + changesOf(result), 0),
    ...(await freshness(host.store, job, { scopes, plan, before: claimed.freshAt })),
  });
  return { collection, kind, scopes };
}

/** Syncs a scope, and while that closes an open scope, the next open one. */
async function syncScopes(host: SyncHost, collectionJob: CollectionJob, planned: PlannedScope): Promise<ScopeResult[]> {
  const { source, collection, connection, kind, observer } = collectionJob;
  const { approveRemovals = false, approveAccount = false, isAccountVerified = true } = collectionJob;
  const results: ScopeResult[] = [];
  let { state } = planned;
  for (let scope: Scope | undefined = planned.scope; scope; ) {
    const { id } = scope;
    const job: SyncJob = {
      ...{ source, collection, scope, connection, kind, orphaned: planned.orphaned },
      ...{ approveRemovals, approveAccount, isAccountVerified },
      onProgress: (progress) => observer?.progress(id, progress),
    };
    const result = await reconcileOnceMore(host, { ...job, ...(state && { state }) });
    results.push({ scope: id, result });
    observer?.scopeDone({ scope: id, result });
    scope = result.status === "ended" ? result.next : undefined;
    state = undefined;
  }
  return results;
}

/**
 * Syncs a scope, and tries once more when another process took the scope over, but did not sync it: one that settles what seemed dead does
 * no more than that.
 */
async function reconcileOnceMore(host: SyncHost, job: SyncJob): Promise<SyncResult> {
  const startedAt = instantOf(host.store.now());
  const result = await reconcileScope(host, job);
  if (result.status !== "skipped" || host.signal.aborted) return result;
  const state = await host.store.scopeState(job.collection, job.scope.id);
  const isSeenTo = !state || isHeld(state, host.store.now()) || (state.lastAttemptAt ?? "") >= startedAt;
  if (isSeenTo) return result;
  const { state: _outdated, ...again } = job;
  return reconcileScope(host, again);
}

/** How many items the collection had when it was last synced; undefined when it never was. */
function knownItems({ scopes }: Plan): number | undefined {
  const committed = scopes.filter(({ state }) => state?.committedAt !== undefined);
  return committed.length > 0 ? committed.reduce((sum, { state }) => sum + (state?.count ?? 0), 0) : undefined;
}

function changesOf(result: SyncResult): number {
  if (result.status === "skipped") return 0;
  const { added, modified, removed } = result.record;
  return added + modified + removed;
}

/** The plan's state after one that failed. */
export function planAfter(before: PlanState | undefined, error: Failure, now: Instant): PlanState {
  const { unavailableSince = now, ...rest } = before ?? {};
  return { ...rest, lastAttemptAt: now, error, ...(error.code === "refused" && { unavailableSince }) };
}

/** What keeps a collection from being complete: an unavailable scope does only where there is no other. */
function failureOf(scopes: readonly ScopeResult[], { waiting }: Plan): { failure?: Failure["code"] } {
  const records = scopes.flatMap(({ result }) => (result.status === "ended" ? result.record : []));
  const failed = records.find(({ error, outcome }) => error && outcome !== "unavailable");
  if (failed?.error) return { failure: failed.error.code };
  const isUnavailable = records.length + waiting > 0 && records.every(({ outcome }) => outcome === "unavailable");
  return isUnavailable ? { failure: "refused" } : {};
}

/** When the scope that was last listed whole the longest ago was. Only where a scope's end is not known is it read again. */
async function freshness(
  store: Store,
  { collection, kind }: CollectionJob,
  {
    scopes,
    plan: { plan, waiting },
    before,
  }: { scopes: readonly ScopeResult[]; plan: Plan; before: Instant | undefined },
): Promise<{ freshAt?: Instant }> {
  const states = scopes.flatMap(({ result }) => (result.status === "ended" && result.state) || []);
  if (kind === "incremental") return before === undefined ? {} : { freshAt: before };
  const known = states.length === scopes.length && waiting === 0 ? states : await store.scopeStates(collection);
  // A plan that names nothing was itself listed whole.
  if (plan?.lastCompleteAt !== undefined && known.every(({ ended }) => ended)) return { freshAt: plan.lastCompleteAt };
  return freshAtOf(known);
}

/**
 * The least `lastCompleteAt` of scopes that have not ended; absent when one was never listed whole. One that is unavailable and never was has
 * nothing in the inventory.
 */
export function freshAtOf(states: readonly ScopeState[]): { freshAt?: Instant } {
  const expected = states.filter(
    ({ ended, unavailableSince, lastCompleteAt }) => !ended && !(unavailableSince && !lastCompleteAt),
  );
  const times = expected.map(({ lastCompleteAt }) => lastCompleteAt ?? "");
  const freshAt = times.sort()[0];
  return freshAt ? { freshAt } : {};
}
