import {
  type CollectionState,
  isPlanStale,
  isScopeStale,
  isSyncing,
  judgeCollection,
  staleAfter,
} from "../inventory/freshness.ts";
import { partsOf } from "../model/collection.ts";
import type { PlanState } from "../model/collection-record.ts";
import type { Outcome, ScopeState } from "../model/scope-state.ts";
import type { SourceMetadata } from "./service.ts";

/* Collections and their scopes as the API shows them. */

/** A collection, and those of its scopes that are shown. */
export interface ShownCollection {
  readonly state: CollectionState;
  readonly scopes: readonly ScopeState[];
}

/** A collection as the API shows it. `now` is epoch milliseconds. */
export function collectionBody({ state, scopes: page }: ShownCollection, source: SourceMetadata, now: number) {
  const { record, scopes } = state;
  const { account, region } = partsOf(record.collection);
  const { lastCompleteAt, stale, staleScopes } = judgeCollection(state, source, now);
  const count = (is: (scope: ScopeState) => boolean) => scopes.filter(is).length;
  const endedScopes = count(({ ended }) => ended !== undefined);
  const body = {
    account,
    region,
    items: scopes.reduce((sum, scope) => sum + scope.count, 0),
    ...(lastCompleteAt !== undefined && { lastCompleteAt, completeAt: lastCompleteAt }),
    stale,
    counts: {
      scopes: scopes.length,
      stale: staleScopes.length,
      failed: count(({ outcome, ended }) => outcome === "failed" && !ended),
      unavailable: count(({ outcome, ended }) => outcome === "unavailable" && !ended),
      held: count(({ pending }) => pending !== undefined),
      syncing: count((scope) => isSyncing(scope, now)),
      ended: endedScopes,
      vanished: endedScopes,
    },
  };
  return {
    ...body,
    ...(source.planned && record.plan && { plan: planBody(record.plan, source, now) }),
    scopes: page.map((scope) => scopeBody(scope, source, now)),
  };
}

function attemptFields({ lastCompleteAt, lastAttemptAt, error, unavailableSince }: ScopeState | PlanState) {
  return {
    ...(lastCompleteAt !== undefined && { lastCompleteAt, completeAt: lastCompleteAt }),
    ...(lastAttemptAt !== undefined && { lastAttemptAt, triedAt: lastAttemptAt }),
    ...(error && { error: { code: error.code, message: error.message } }),
    ...(unavailableSince !== undefined && { unavailableSince }),
  };
}

function planBody(plan: PlanState, source: SourceMetadata, now: number) {
  const due = staleAfter(plan, source);
  const outcome: Outcome = plan.unavailableSince ? "unavailable" : plan.error ? "failed" : "complete";
  return {
    ...attemptFields(plan),
    outcome,
    ...(due !== undefined && { staleAfter: due }),
    stale: isPlanStale(plan, source, now),
  };
}

function scopeBody(state: ScopeState, source: SourceMetadata, now: number) {
  const { scope, count, outcome, pending, ended, firstListing } = state;
  const due = ended ? undefined : staleAfter(state, source);
  return {
    id: scope,
    items: count,
    ...attemptFields(state),
    ...(outcome && { outcome }),
    ...(due !== undefined && { staleAfter: due }),
    stale: isScopeStale(state, source, now),
    ...(firstListing !== undefined && { firstListing }),
    ...(pending && { held: { count: pending.count, reason: pending.reason, since: pending.since } }),
    syncing: isSyncing(state, now),
    ...(ended && { ended }),
    vanished: ended !== undefined,
  };
}
