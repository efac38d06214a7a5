import type { CollectionRecord, CollectionTotals, PendingFacts, PlanState } from "../model/collection-record.ts";
import { epochMs, type Instant, instantOf } from "../model/instant.ts";
import { FIRST_RETRY_MS, type Intervals, RETRYABLE } from "./due.ts";
import { isAnsweredBy, kindOfHint } from "./hint.ts";
import type { SyncKind } from "./job.ts";
import { type Condition, failureCondition, noting, type SyncFailure } from "./notices.ts";
import { unavailableWait } from "./unavailable.ts";

/** Where a sync found something so recently, incremental syncs do not wait longer: a pipeline that rests over a weekend is still in use. */
const IN_USE_MS = 7 * 86_400_000;
/** Elsewhere: incremental syncs that may find nothing before the next waits longer, and how long it waits at most. */
const QUIET_SYNCS = 12;
const MAX_QUIET_MS = 6 * 3_600_000;

/** How a claimed sync ended. */
export interface ClaimedEnd {
  readonly kind: SyncKind;
  readonly intervals: Intervals;
  readonly plan?: PlanState;
  readonly failure?: SyncFailure;
  /** Time ran out before every scope was listed: the rest is due at once. */
  readonly unfinished?: boolean;
  /** Changes that were found. */
  readonly found: number;
  /** How fresh the collection is, and which removals are pending in it, where that is known now. */
  readonly freshAt?: Instant;
  readonly pending?: Condition<PendingFacts> | "none";
  /** What its scopes come to, where that may be another than before. */
  readonly totals?: CollectionTotals;
  /** The newest commit of the scopes that it saw. */
  readonly committedAt?: Instant;
}

/** Since when a full sync that ran out of time is under way. What a person has asked for since then begins from the beginning. */
export function goesOnFrom({ startedAt, request }: CollectionRecord): number | undefined {
  return startedAt !== undefined && request !== undefined && request.at > startedAt ? undefined : startedAt;
}

/** The record after the sync of its claim: without the claim, and due again when it should be. */
export function released(record: CollectionRecord, end: ClaimedEnd, now: number): CollectionRecord {
  const { claim, startedAt: _startedAt, ...rest } = record;
  const startedAt = goesOnFrom(record) ?? claim?.at;
  const committedAt = newer(record.committedAt, end.committedAt);
  const noted = { ...(end.totals && { totals: end.totals }), ...(committedAt && { committedAt }), syncedAt: now };
  if (end.unfinished) return { ...unfinished(rest, end, startedAt), ...noted };
  const { failures = 0, failure: _failure, quiet = 0, nextIncrementalAt: _next, freshAt: _freshAt, ...kept } = rest;
  const { hint, request, pending: _pending, ...known } = kept;
  const { kind, intervals, plan = record.plan, failure } = end;
  const pendingNow = end.pending === "none" ? undefined : end.pending;
  const pending = end.pending === undefined ? record.pending : (pendingNow?.facts.pending ?? 0);
  const failed = failure === undefined ? 0 : failures + 1;
  const quietNow = end.found > 0 || failed > 0 ? 0 : kind === "full" ? quiet : quiet + 1;
  const foundAt = end.found > 0 && intervals.incrementalMs !== undefined ? now : record.foundAt;
  const isInUse = foundAt !== undefined && foundAt > now - IN_USE_MS;
  const freshAt = failure === undefined ? end.freshAt : (end.freshAt ?? record.freshAt);
  const isAnswered = hint === undefined || (failed === 0 && isAnsweredBy(hint, { kind, startedAt, record }));
  // One that was asked for after this sync was claimed is still to come, and one that failed is to be tried again.
  const isServed = request !== undefined && kind === "full" && failed === 0 && request.at <= (claim?.at ?? 0);
  const isAsked = request !== undefined && request.at > (claim?.at ?? 0);
  const due = isAsked ? "full" : isAnswered || failed > 0 ? undefined : kindOfHint(hint, record);
  const waits = waitsAfter(end, failed, now);
  const next: CollectionRecord = {
    ...known,
    nextAt: due === "full" ? now : kind === "full" ? waits(intervals.fullMs) : record.nextAt,
    ...(intervals.incrementalMs !== undefined && {
      nextIncrementalAt:
        due === "incremental"
          ? now
          : waits(isInUse ? intervals.incrementalMs : quietInterval(intervals.incrementalMs, quietNow)),
    }),
    // An event noted by a machine whose clock was ahead would otherwise be later than every sync for a long time.
    ...(hint && !isAnswered && { hint: { ...hint, at: instantOf(Math.min(epochMs(hint.at), now)) } }),
    ...(request && !isServed && { request }),
    ...(plan && { plan }),
    ...(freshAt !== undefined && { freshAt }),
    ...(failure !== undefined && { failures: failed, failure: failure.code }),
    ...(pending !== undefined && pending > 0 && { pending }),
    ...(quietNow > 0 && { quiet: quietNow }),
    ...(foundAt !== undefined && { foundAt }),
    ...noted,
  };
  const withFailure = noting(next, "failed", failure && failureCondition(next, failure), now);
  return end.pending === undefined ? withFailure : noting(withFailure, "pending", pendingNow, now);
}

function newer(one: Instant | undefined, other: Instant | undefined): Instant | undefined {
  return (one ?? "") > (other ?? "") ? one : other;
}

/** Everything stays due as it was. The next sync passes over what this one has listed. */
function unfinished(
  record: Omit<CollectionRecord, "claim" | "startedAt">,
  { kind, plan }: ClaimedEnd,
  startedAt: number | undefined,
): CollectionRecord {
  return {
    ...record,
    ...(plan && { plan }),
    ...(kind === "full" && startedAt !== undefined && { startedAt }),
  };
}

function waitsAfter({ failure }: ClaimedEnd, failed: number, now: number): (usual: number) => number {
  const isSoon = failure !== undefined && RETRYABLE.includes(failure.code);
  return (usual) => {
    if (isSoon) return now + Math.min(usual, FIRST_RETRY_MS * 2 ** (failed - 1));
    return now + (failure?.code === "refused" ? unavailableWait(usual * 2 ** (failed - 1), usual) : usual);
  };
}

function quietInterval(incrementalMs: number, quiet: number): number {
  return Math.max(incrementalMs, Math.min(MAX_QUIET_MS, incrementalMs * 2 ** Math.max(0, quiet - QUIET_SYNCS)));
}
