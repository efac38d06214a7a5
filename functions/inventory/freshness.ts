import { type Collection, ENTIRE_COLLECTION, type KeyRange } from "../model/collection.ts";
import type { CollectionRecord, PlanState } from "../model/collection-record.ts";
import { epochMs, type Instant, instantOf } from "../model/instant.ts";
import { oldestCompletion, type ScopeState } from "../model/scope-state.ts";
import type { Source } from "../model/source.ts";
import type { Store } from "../store/port.ts";

/** What of a source freshness is judged by. */
export type SourceSchedule = Pick<Source, "intervalMinutes" | "planned">;

/** After how many intervals without a complete sync a scope is stale. */
const STALE_INTERVALS = 3;

/** A collection's record and the states of its scopes, in order of scope id. */
export interface CollectionState {
  readonly record: CollectionRecord;
  readonly scopes: readonly ScopeState[];
}

/** Reads the states of a collection's scopes. */
export async function readCollectionState(store: Store, record: CollectionRecord): Promise<CollectionState> {
  return { record, scopes: await store.scopeStates(record.collection) };
}

/** The keys that a scope covers; undefined when nothing is stored of such a scope. */
export async function readScopeRange(
  store: Store,
  collection: Collection,
  scope: string,
): Promise<KeyRange | undefined> {
  return (await store.scopeState(collection, scope))?.range;
}

/** Whether a sync is writing to the scope. `now` is epoch milliseconds. */
export function isSyncing({ holder, expires = 0 }: ScopeState, now: number): boolean {
  return holder !== undefined && expires >= now;
}

/** When something counts as stale unless it is complete again; undefined when it never was complete. */
export function staleAfter(
  { lastCompleteAt }: Pick<ScopeState | PlanState, "lastCompleteAt">,
  { intervalMinutes }: SourceSchedule,
): Instant | undefined {
  if (lastCompleteAt === undefined) return undefined;
  return instantOf(epochMs(lastCompleteAt) + STALE_INTERVALS * intervalMinutes * 60_000);
}

/** Whether something was never complete, or not within its schedule. `now` is epoch milliseconds. */
function isOverdue(known: Pick<ScopeState, "lastCompleteAt">, source: SourceSchedule, now: number): boolean {
  const due = staleAfter(known, source);
  return due === undefined || epochMs(due) < now;
}

/**
 * Whether a scope is older than its schedule allows. An ended scope never is, nor one that is unavailable. A scope that was never complete
 * is, except for a further scope of its collection while its first sync runs.
 */
export function isScopeStale(state: ScopeState, source: SourceSchedule, now: number): boolean {
  if (state.ended || state.unavailableSince) return false;
  const isFirst = state.lastAttemptAt === undefined && isSyncing(state, now);
  if (isFirst && state.scope !== ENTIRE_COLLECTION.id) return false;
  return isOverdue(state, source, now);
}

/** Whether the plan of a collection's scopes is older than its schedule allows, or was never complete. */
export function isPlanStale(plan: PlanState, source: SourceSchedule, now: number): boolean {
  return !plan.unavailableSince && isOverdue(plan, source, now);
}

/** How fresh a collection is. */
export interface CollectionFreshness {
  /** When what waits longest, a scope or the plan, was last complete; absent when something never was. */
  readonly lastCompleteAt?: Instant;
  readonly stale: boolean;
  readonly planStale: boolean;
  readonly staleScopes: readonly ScopeState[];
}

/** Judges a collection by its scopes and its plan. Nothing is expected of a retired one; an active one that was never synced is stale. */
export function judgeCollection(
  { record, scopes }: CollectionState,
  source: SourceSchedule,
  now: number,
): CollectionFreshness {
  const plan = source.planned ? record.plan : undefined;
  const expected = [...(plan ? [plan] : []), ...scopes.filter(({ ended }) => !ended)];
  const lastCompleteAt = oldestCompletion(expected);
  const retired = record.status === "retired";
  const staleScopes = retired ? [] : scopes.filter((state) => isScopeStale(state, source, now));
  const planStale = !retired && plan !== undefined && isPlanStale(plan, source, now);
  const neverSynced = !retired && !plan && scopes.length === 0;
  return {
    ...(lastCompleteAt !== undefined && { lastCompleteAt }),
    ...{ stale: staleScopes.length > 0 || planStale || neverSynced, planStale, staleScopes },
  };
}

/**
 * Whether a collection is fresh by its record alone, without its scopes: what a look at every collection can afford. The record may be
 * older than the states of the scopes, never newer.
 */
export function isRecordFresh(record: CollectionRecord, source: SourceSchedule, now: number): boolean {
  if (record.status === "retired") return true;
  if (record.freshAt === undefined || isOverdue({ lastCompleteAt: record.freshAt }, source, now)) return false;
  return !(source.planned && record.plan && isPlanStale(record.plan, source, now));
}
