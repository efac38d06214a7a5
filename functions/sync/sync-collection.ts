import { randomUUID } from "node:crypto";
import { type Collection, collectionOf, partsOf, type Scope } from "../model/collection.ts";
import { type CollectionRecord, type Hint, type PlanState, summaryOfScopes } from "../model/collection-record.ts";
import { type ErrorCode, SyncError } from "../model/errors.ts";
import { type Instant, instantOf } from "../model/instant.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import type { Failure, ScopeState } from "../model/scope-state.ts";
import type { SyncRecord } from "../model/sync-record.ts";
import type { Store } from "../store/port.ts";
import { claim, RENEWED_CLAIM_MS, release, renew, requestSync } from "./claim.ts";
import { clockError } from "./clock-check.ts";
import type { Intervals } from "./due.ts";
import type { ScopeResult, SyncHost, SyncJob, SyncKind, SyncProgress, SyncRequest, SyncResult } from "./job.ts";
import { keepRenewed } from "./lease.ts";
import { pendingCondition } from "./notices.ts";
import { type Plan, type PlannedScope, planScopes } from "./plan.ts";
import { reconcileScope } from "./reconcile.ts";
import { type ClaimedEnd, goesOnFrom } from "./reschedule.ts";
import { retiredMessage } from "./retired.ts";
import { isHeld } from "./settle.ts";
import { judgeDenied } from "./unavailable.ts";

/** A collection to be synced, once. What a deadline leaves is due again at once. */
export interface CollectionJob extends SyncRequest {
  /** When the next syncs are due, from the end of this one on. */
  readonly intervals: Intervals;
  /** Also tries what is unavailable and would not be due yet, as a person who asks wants it. */
  readonly retryUnavailable?: boolean;
  readonly observer?: CollectionObserver;
}

/** Told how collections' syncs go. */
export interface CollectionObserver {
  /** `expected` is about how many items will be listed: as many as there were; absent when that is not known. */
  planned(collection: Collection, scopes: number, expected?: number): void;
  progress(collection: Collection, scope: string, progress: SyncProgress): void;
  scopeDone(collection: Collection, result: ScopeResult): void;
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
 * Syncs every scope of a collection once, even if another process has claimed that or has listed a part of it, and notes in the collection's
 * record how fresh it is and when it is due again. What a sync fails on is in its result. Rejects only when the collection's record cannot be read or written.
 */
export async function syncCollection(host: SyncHost, job: CollectionJob): Promise<CollectionResult> {
  const { collection } = job;
  const request = { collection, id: randomUUID(), ms: RENEWED_CLAIM_MS };
  const { startedAt: _unfinished, ...claimed } = await claim(host.store, request);
  if (claimed.status === "active") return keepingClaim(host, job, claimed);
  const failure: Failure = { code: "refused", message: retiredMessage(collection) };
  return { collection, kind: job.kind, scopes: [], failure };
}

/** Syncs a claimed collection as syncClaimed does, and renews the claim meanwhile. */
export async function keepingClaim(
  host: SyncHost,
  job: CollectionJob,
  claimed: CollectionRecord,
): Promise<CollectionResult> {
  const kept = keepRenewed(host.clock, RENEWED_CLAIM_MS / 3, async () => {
    // A machine whose clock is wrong writes nothing by it.
    if (!clockError(host, job)) await renew(host.store, claimed);
  });
  try {
    return await syncClaimed(host, job, claimed);
  } finally {
    await kept.stop();
  }
}

/**
 * Syncs the scopes of a collection whose record, with the claim, has just been read or written: four at a time, those first that were not
 * listed for the longest time. Until a deadline, if there is one.
 */
export async function syncClaimed(
  host: SyncHost,
  given: CollectionJob,
  claimed: CollectionRecord,
): Promise<CollectionResult> {
  const job = claimed.request?.approveRemovals ? { ...given, approveRemovals: true } : given;
  const { collection, kind, source, intervals } = job;
  let plan: Plan;
  try {
    plan = await planScopes(host, job);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    const { code, message } = clockError(host, job) ?? error;
    const failure: Failure = { code, message };
    const failedPlan = planAfter(claimed.plan, failure, instantOf(host.store.now()));
    await release(host.store, claimed, { kind, intervals, plan: failedPlan, failure, found: 0 });
    const known = code === "refused" && claimed.plan?.unavailableSince !== undefined;
    return { collection, kind, scopes: [], failure, ...(known && { known }) };
  }
  job.observer?.planned(collection, plan.scopes.length, kind === "full" ? knownItems(plan) : undefined);
  const toSync = scopesToSync(plan, kind === "full" ? goesOnFrom(claimed) : undefined);
  const synced = await mapConcurrent(SCOPES_AT_ONCE, toSync, (planned) => syncScopes(host, job, planned, claimed.hint));
  const results = synced.flat();
  const known = await statesAfter(host.store, plan, { collection, results });
  const scopes = await mapConcurrent(1, results, async ({ scope, result }) => ({
    scope,
    result: await judgeDenied(host, source, result, known),
  }));
  const states = latest(known, scopes);
  const isUnfinished = synced.some(isCutShort);
  const records = scopes.flatMap(({ result }) => (result.status === "ended" ? result.record : []));
  await release(host.store, claimed, {
    kind,
    intervals,
    ...(plan.plan && { plan: plan.plan }),
    ...endOf(records, plan, isUnfinished, clockError(host, job)),
    found: records.reduce((sum, { added, modified, removed }) => sum + added + modified + removed, 0),
    ...notedOf(states, plan),
    // An incremental sync knows nothing of what is pending in the rest of a scope.
    ...(kind === "full" && { pending: pendingCondition(states, scopes) ?? "none" }),
  });
  // What is listed for the first time had nothing planned from it.
  const isFirst = claimed.freshAt === undefined && claimed.committedAt === undefined;
  if (!isFirst) await requestPlans(host, job, records);
  return { collection, kind, scopes };
}

/** The states of all scopes after a sync: read again only where it is not known how one ended. */
async function statesAfter(
  store: Store,
  { states }: Plan,
  { collection, results }: Pick<CollectionResult, "collection"> & { readonly results: readonly ScopeResult[] },
): Promise<readonly ScopeState[]> {
  const isKnown = results.every(({ result }) => result.status === "ended" && result.state);
  return isKnown ? latest(states, results) : store.scopeStates(collection);
}

/** States of scopes, as these syncs left them. */
function latest(states: readonly ScopeState[], results: readonly ScopeResult[]): ScopeState[] {
  const after = results.flatMap(({ result }) => (result.status === "ended" && result.state) || []);
  return [...new Map([...states, ...after].map((state) => [state.scope, state])).values()];
}

/** What the record says of a collection's scopes. A plan that names none was itself listed whole. */
function notedOf(states: readonly ScopeState[], { plan }: Plan): ReturnType<typeof summaryOfScopes> {
  const summary = summaryOfScopes(states);
  const isEmpty = plan?.lastCompleteAt !== undefined && states.every(({ ended }) => ended);
  return isEmpty ? { ...summary, freshAt: plan.lastCompleteAt } : summary;
}

/** Makes due what is planned from the collection's items, if other ones are there now. Should that be lost, it is due at its interval. */
async function requestPlans(
  { store, sources = [] }: SyncHost,
  { source, collection }: CollectionJob,
  records: readonly SyncRecord[],
): Promise<void> {
  const isOther = records.some(({ added, removed }) => added + removed > 0);
  const isModified = records.some(({ modified }) => modified > 0);
  for (const { id, plannedFrom } of sources) {
    if (plannedFrom?.source !== source.id || !(isOther || (isModified && plannedFrom.isSelective))) continue;
    await requestSync(store, collectionOf(id, partsOf(collection)));
  }
}

/** The scopes that a full sync that ran out of time before has not listed; those first that were not listed for the longest time. */
function scopesToSync({ scopes }: Plan, startedAt: number | undefined): PlannedScope[] {
  const since = startedAt === undefined ? undefined : instantOf(startedAt);
  const isListed = ({ state, orphaned }: PlannedScope) =>
    since !== undefined && !orphaned && state?.outcome !== "failed" && (state?.lastAttemptAt ?? "") >= since;
  const lastOf = ({ state }: PlannedScope) => state?.lastAttemptAt ?? "";
  return scopes
    .filter((each) => !isListed(each))
    .sort((a, b) => (lastOf(a) < lastOf(b) ? -1 : lastOf(a) > lastOf(b) ? 1 : 0));
}

/** Syncs a scope, and while that closes an open scope, the next open one; nothing any more once the deadline is over. */
async function syncScopes(
  host: SyncHost,
  collectionJob: CollectionJob,
  planned: PlannedScope,
  hint: Hint | undefined,
): Promise<ScopeResult[]> {
  const { collection, observer, deadline = Number.POSITIVE_INFINITY } = collectionJob;
  const results: ScopeResult[] = [];
  let { state } = planned;
  for (let scope: Scope | undefined = planned.scope; scope && host.clock.monotonic() < deadline; ) {
    const { id } = scope;
    const job: SyncJob = {
      ...collectionJob,
      ...{ scope, orphaned: planned.orphaned },
      ...(hint && { hint }),
      onProgress: (progress) => observer?.progress(collection, id, progress),
    };
    const result = await reconcileOnceMore(host, { ...job, ...(state && { state }) });
    results.push({ scope: id, result });
    observer?.scopeDone(collection, { scope: id, result });
    scope = nextOf({ scope: id, result });
    state = undefined;
  }
  return results;
}

/** The open scope that a sync left to be listed. */
function nextOf({ result }: ScopeResult): Scope | undefined {
  return result.status === "ended" ? result.next : undefined;
}

/** Whether time ran out before the scope, or the open one after it, was begun. */
function isCutShort(results: readonly ScopeResult[]): boolean {
  const last = results.at(-1);
  return last === undefined || nextOf(last) !== undefined;
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

/** The plan's state after one that failed. */
function planAfter(before: PlanState | undefined, error: Failure, now: Instant): PlanState {
  const { unavailableSince = now, ...rest } = before ?? {};
  return { ...rest, lastAttemptAt: now, error, ...(error.code === "refused" && { unavailableSince }) };
}

/**
 * How a collection's sync ended. It is unfinished if time ran out, but not before something was listed: if it always did, the collection would
 * be due at once for ever. An unavailable scope keeps a collection from being complete only where there is no other.
 */
function endOf(
  records: readonly SyncRecord[],
  { waiting }: Plan,
  isUnfinished: boolean,
  clock: SyncError | undefined,
): Pick<ClaimedEnd, "failure" | "unfinished"> {
  if (clock) return { failure: clock };
  if (isUnfinished && records.some(({ error }) => !error)) return { unfinished: true };
  const failed = records.filter(({ error, outcome }) => error && outcome !== "unavailable");
  const unavailable = records.filter(({ outcome }) => outcome === "unavailable");
  if (isUnfinished) return { failure: { code: "interrupted", message: OUT_OF_TIME, ...firstOf(failed) } };
  if (failed.length > 0) return failureOf(failed);
  const isUnavailable = records.length + waiting > 0 && unavailable.length === records.length;
  return isUnavailable ? failureOf(unavailable, "refused") : {};
}

const OUT_OF_TIME = "time ran out before a scope was listed";

/** What the first of these scopes failed with; all are waiting to be tried again when there is none. */
function failureOf(failed: readonly SyncRecord[], code?: ErrorCode): Pick<ClaimedEnd, "failure"> {
  const { error = { code: "refused", message: "every scope is unavailable" } } = failed[0] ?? {};
  return { failure: { ...error, ...(code && { code }), ...firstOf(failed) } };
}

function firstOf(failed: readonly SyncRecord[]) {
  const [first] = failed;
  return first && { scope: first.scope, scopes: failed.length };
}
