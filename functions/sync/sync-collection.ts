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
import type { SyncHost, SyncKind, SyncProgress, SyncResult } from "./job.ts";
import { type Plan, type PlannedScope, planScopes } from "./plan.ts";
import { reconcileScope } from "./reconcile.ts";

/** A collection to be synced, once. */
export interface CollectionJob {
  readonly source: Source;
  readonly collection: Collection;
  readonly connection: Connection;
  readonly kind: SyncKind;
  /** When the next syncs are due, from the end of this one on. */
  readonly intervals: Intervals;
  readonly approveRemovals?: boolean;
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

/** What happened to one collection. `failure`: its scopes could not even be planned. */
export interface CollectionResult {
  readonly collection: Collection;
  readonly kind: SyncKind;
  readonly scopes: readonly ScopeResult[];
  readonly failure?: Failure;
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
    const failedPlan: PlanState = {
      ...claimed.plan,
      lastAttemptAt: instantOf(host.store.now()),
      error: failure,
    };
    await release(host.store, claimed, { kind, intervals, plan: failedPlan, failure: code, found: 0 });
    return { collection, kind, scopes: [], failure };
  }
  job.observer?.planned(plan.scopes.length, kind === "full" ? knownItems(plan) : undefined);
  const scopes = (await mapConcurrent(SCOPES_AT_ONCE, plan.scopes, (planned) => syncScopes(host, job, planned))).flat();
  await release(host.store, claimed, {
    kind,
    intervals,
    ...(plan.plan && { plan: plan.plan }),
    ...(clockError(host, job) ? { failure: "clock" } : failureOf(scopes)),
    found: scopes.reduce((sum, { result }) => sum + changesOf(result), 0),
    ...(await freshness(host.store, job, { scopes, plan: plan.plan, before: claimed.freshAt })),
  });
  return { collection, kind, scopes };
}

/** Syncs a scope, and while that closes an open scope, the next open one. */
async function syncScopes(host: SyncHost, job: CollectionJob, planned: PlannedScope): Promise<ScopeResult[]> {
  const { source, collection, connection, kind, approveRemovals = false, observer } = job;
  const results: ScopeResult[] = [];
  let { state } = planned;
  for (let scope: Scope | undefined = planned.scope; scope; ) {
    const { id } = scope;
    const result: SyncResult = await reconcileScope(host, {
      ...{ source, collection, scope, connection, kind, approveRemovals, orphaned: planned.orphaned },
      ...(state && { state }),
      onProgress: (progress) => observer?.progress(id, progress),
    });
    results.push({ scope: id, result });
    observer?.scopeDone({ scope: id, result });
    scope = result.status === "ended" ? result.next : undefined;
    state = undefined;
  }
  return results;
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

function failureOf(scopes: readonly ScopeResult[]): { failure?: Failure["code"] } {
  for (const { result } of scopes) {
    if (result.status === "ended" && result.record.error) return { failure: result.record.error.code };
  }
  return {};
}

/** When the scope that was last listed whole the longest ago was. Only where a scope's end is not known is it read again. */
async function freshness(
  store: Store,
  { collection, kind }: CollectionJob,
  {
    scopes,
    plan,
    before,
  }: { scopes: readonly ScopeResult[]; plan: PlanState | undefined; before: Instant | undefined },
): Promise<{ freshAt?: Instant }> {
  const states = scopes.flatMap(({ result }) => (result.status === "ended" && result.state) || []);
  if (kind === "incremental") return before === undefined ? {} : { freshAt: before };
  const known = states.length === scopes.length ? states : await store.scopeStates(collection);
  // A plan that names nothing was itself listed whole.
  if (plan?.lastCompleteAt !== undefined && known.every(({ ended }) => ended)) return { freshAt: plan.lastCompleteAt };
  return freshAtOf(known);
}

/** The least `lastCompleteAt` of scopes that have not ended; absent when one was never listed whole. */
export function freshAtOf(states: readonly ScopeState[]): { freshAt?: Instant } {
  const times = states.filter(({ ended }) => !ended).map(({ lastCompleteAt }) => lastCompleteAt ?? "");
  const freshAt = times.sort()[0];
  return freshAt ? { freshAt } : {};
}
