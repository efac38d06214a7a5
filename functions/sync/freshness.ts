import type { Collection } from "../model/collection.ts";
import { type CollectionRecord, totalsOf } from "../model/collection-record.ts";
import type { Instant } from "../model/instant.ts";
import { oldestCompletion, type ScopeState } from "../model/scope-state.ts";
import type { Store } from "../store/port.ts";
import type { ScopeResult, SyncKind } from "./job.ts";
import { pendingCondition } from "./notices.ts";
import type { Plan } from "./plan.ts";
import type { ClaimedEnd } from "./reschedule.ts";

/** What a collection's record is to say of its scopes after a sync. Only where a scope's end is not known are they read again. */
export async function stateAfter(
  store: Store,
  { collection, kind }: { readonly collection: Collection; readonly kind: SyncKind },
  {
    scopes,
    plan: { plan, scopes: planned, waiting },
    before,
  }: { readonly scopes: readonly ScopeResult[]; readonly plan: Plan; readonly before: CollectionRecord },
): Promise<Pick<ClaimedEnd, "freshAt" | "pending" | "totals">> {
  const { freshAt } = before;
  if (kind === "incremental") {
    const { failed, unavailable } = before.totals ?? { failed: 1 };
    const isOther = Boolean(failed || unavailable) || scopes.some(({ result }) => mayChangeTotals(result));
    const totals = isOther && { totals: totalsOf(await store.scopeStates(collection)) };
    return { ...(freshAt !== undefined && { freshAt }), ...totals };
  }
  const states = scopes.flatMap(({ result }) => (result.status === "ended" && result.state) || []);
  const isKnown = states.length === scopes.length && states.length >= planned.length && waiting === 0;
  const known = isKnown ? states : await store.scopeStates(collection);
  const pending = pendingCondition(known, scopes) ?? "none";
  // A plan that names nothing was itself listed whole.
  const totals = totalsOf(known);
  if (plan?.lastCompleteAt !== undefined && known.every(({ ended }) => ended))
    return { freshAt: plan.lastCompleteAt, pending, totals };
  return { ...freshAtOf(known), pending, totals };
}

/** Whether a scope may have other items, or another outcome, than before its sync. */
function mayChangeTotals(result: ScopeResult["result"]): boolean {
  return (
    result.status === "skipped" || result.record.added + result.record.removed > 0 || result.record.error !== undefined
  );
}

/**
 * The least `lastCompleteAt` of scopes that have not ended; absent when one was never listed whole. One that is unavailable and never was has
 * nothing in the inventory.
 */
export function freshAtOf(states: readonly ScopeState[]): { freshAt?: Instant } {
  const freshAt = oldestCompletion(states.filter(({ ended }) => !ended));
  return freshAt ? { freshAt } : {};
}

/** When one of these scopes was last committed to; absent when none ever was. */
export function newestCommit(states: readonly ScopeState[]): { committedAt?: Instant } {
  const committedAt = states
    .map((state) => state.committedAt ?? "")
    .sort()
    .at(-1);
  return committedAt ? { committedAt } : {};
}
