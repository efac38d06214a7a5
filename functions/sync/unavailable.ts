import { type ErrorCode, GRANT_HINT } from "../model/errors.ts";
import { epochMs, instantOf } from "../model/instant.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Source } from "../model/source.ts";
import type { SyncHost, SyncResult } from "./job.ts";

/*
 * What is refused for a reason that lasts is unavailable: that is said once, and tried again less and less often, at last once a day. When the
 * reason ends, the next attempt succeeds, and it is a scope like any other.
 */

const DAY_MS = 86_400_000;
/** Schedules are not exact to the second. */
const SLACK = 0.9;

/** How long to wait after an attempt that was refused, ms: as long as it has been refused until then, at most a day. */
export function unavailableWait(refusedForMs: number, intervalMs: number): number {
  return Math.max(intervalMs, Math.min(DAY_MS, refusedForMs));
}

/** Whether a scope that is unavailable need not be tried yet. `now` is epoch milliseconds. */
export function isWaiting({ lastAttemptAt, unavailableSince }: ScopeState, intervalMs: number, now: number): boolean {
  if (unavailableSince === undefined || lastAttemptAt === undefined) return false;
  const last = epochMs(lastAttemptAt);
  return now < last + SLACK * unavailableWait(last - epochMs(unavailableSince), intervalMs);
}

/** Whether an attempt that failed leaves a scope unavailable: one that was refused by itself stays so while it is denied. */
export function isRefused(code: ErrorCode, { unavailableSince }: ScopeState): boolean {
  return code === "refused" || (code === "denied" && unavailableSince !== undefined);
}

const OWN_REFUSAL =
  "Others are answered with the same permissions, so this one is refused by itself, as what another account shares may be. It is tried daily";

/**
 * Judges a scope that was denied by the others of its plan: when one of them was answered lately, the permission is there, and this scope is
 * refused by itself. `states` are those of all of them. Answers the result as it is then.
 */
export async function judgeDenied(
  { store }: Pick<SyncHost, "store">,
  source: Source,
  result: SyncResult,
  states: readonly ScopeState[],
): Promise<SyncResult> {
  if (!source.planned || result.status !== "ended" || result.record.outcome !== "failed") return result;
  const { record } = result;
  if (record.error?.code !== "denied") return result;
  const state = states.find((each) => each.scope === record.scope);
  if (state?.error?.code !== "denied" || state.holder !== undefined) return result;
  if (!states.some((other) => wasAnswered(other, source, store.now()))) return result;
  const error = { code: record.error.code, message: record.error.message.replace(GRANT_HINT, OWN_REFUSAL) };
  const next: ScopeState = {
    ...state,
    revision: state.revision + 1,
    outcome: "unavailable",
    error,
    unavailableSince: state.lastAttemptAt ?? instantOf(store.now()),
  };
  if (!(await store.putScopeState(next))) return result;
  const judged = { ...record, outcome: "unavailable" as const, error };
  await store.recordSync(judged);
  return { ...result, record: judged, state: next };
}

/** Whether a scope was listed within the source's interval, or about that. */
function wasAnswered(
  { outcome, lastCompleteAt, ended }: ScopeState,
  { intervalMinutes }: Source,
  now: number,
): boolean {
  if (ended || outcome !== "complete" || lastCompleteAt === undefined) return false;
  return epochMs(lastCompleteAt) > now - 2 * intervalMinutes * 60_000;
}
