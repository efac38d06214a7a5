import type { Claim, CollectionRecord, PlanState } from "../model/collection-record.ts";
import type { ErrorCode } from "../model/errors.ts";
import type { Instant } from "../model/instant.ts";
import { isAnsweredBy, kindOfHint } from "./hint.ts";
import type { SyncKind } from "./job.ts";
import { unavailableWait } from "./unavailable.ts";

/*
 * When a collection is due: arithmetic on its record, which reads and writes nothing. Every time is the database's.
 */

/** How long from the end of one sync to the next, ms. `incrementalMs` only of a source that is listed by creation. */
export interface Intervals {
  readonly fullMs: number;
  readonly incrementalMs?: number;
}

/** Failures that trying again soon may mend. The rest wait for the next interval. */
const RETRYABLE: readonly ErrorCode[] = ["throttled", "unavailable", "superseded", "interrupted"];
const FIRST_RETRY_MS = 60_000;
const MAX_RETRY_MS = 3_600_000;
/** Incremental syncs that may find nothing before the next waits longer, and how long it waits at most. */
const QUIET_SYNCS = 12;
const MAX_QUIET_MS = 6 * 3_600_000;
/** Nothing waits longer than the longest interval, a week: a time further ahead was written by a machine whose clock was wrong. */
const MAX_WAIT_MS = 8 * 86_400_000;

/** How long a claim lasts, ms: longer than any invocation, which Lambda ends after 15 minutes. */
export const CLAIM_MS = 16 * 60_000;
/** A claim that lapses later than any was made by a machine whose clock was wrong, and keeps nobody waiting. */
const MAX_CLAIM_MS = 2 * CLAIM_MS;

/** Whether somebody has taken the collection's sync on, and the claim has not lapsed. `now` is epoch milliseconds. */
export function isClaimed({ claim }: Pick<CollectionRecord, "claim">, now: number): boolean {
  return claim !== undefined && claim.expires > now && claim.expires <= now + MAX_CLAIM_MS;
}

/** What is due of a collection now, whether claimed or not; undefined when nothing is. */
export function dueKind({ status, nextAt, nextIncrementalAt }: CollectionRecord, now: number): SyncKind | undefined {
  if (status === "retired") return undefined;
  const isDue = (at: number) => at <= now || at > now + MAX_WAIT_MS;
  if (isDue(nextAt)) return "full";
  return nextIncrementalAt !== undefined && isDue(nextIncrementalAt) ? "incremental" : undefined;
}

/** When something is next due of a collection, epoch ms. */
export function nextDue({ nextAt, nextIncrementalAt = nextAt }: CollectionRecord): number {
  return Math.min(nextAt, nextIncrementalAt);
}

/** The records whose syncs may be claimed now, as they are once lapsed claims are counted as failures: the longest due first. */
export function takeable(records: readonly CollectionRecord[], now: number): CollectionRecord[] {
  return records
    .filter((record) => !isClaimed(record, now))
    .map((record) => withoutLapsed(record, now))
    .filter((record) => dueKind(record, now) !== undefined)
    .sort((a, b) => nextDue(a) - nextDue(b));
}

/**
 * The record without a claim that lapsed: its sync died, or nobody ever heard of it. Once, what it was to sync is due again at once. A sync
 * that is lost again and again waits longer each time, as one that fails.
 */
export function withoutLapsed(record: CollectionRecord, now: number): CollectionRecord {
  const { claim, failures = 0, ...rest } = record;
  if (!claim || isClaimed(record, now)) return record;
  const isPlausible = claim.expires <= now;
  const retryAt =
    failures > 0 && isPlausible ? claim.expires + Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)) : 0;
  return {
    ...rest,
    nextAt: Math.max(record.nextAt, retryAt),
    ...(record.nextIncrementalAt !== undefined && {
      nextIncrementalAt: Math.max(record.nextIncrementalAt, retryAt),
    }),
    failures: failures + 1,
    failure: "interrupted",
  };
}

/** How a claimed sync ended. */
export interface ClaimedEnd {
  readonly kind: SyncKind;
  readonly intervals: Intervals;
  readonly plan?: PlanState;
  readonly failure?: ErrorCode;
  /** Time ran out before every scope was listed: the rest is due at once. */
  readonly unfinished?: boolean;
  /** Changes that were found. */
  readonly found: number;
  /** How fresh the collection is, and how many removals are pending in it, where that is known now. */
  readonly freshAt?: Instant;
  readonly pending?: number;
}

/** The record after the sync of its claim: without the claim, and due again when it should be. */
export function released(record: CollectionRecord, end: ClaimedEnd, now: number): CollectionRecord {
  const { claim, startedAt = claim?.at, ...rest } = record;
  if (end.unfinished) return unfinished(rest, end, startedAt);
  const { failures = 0, failure: _failure, quiet = 0, nextIncrementalAt: _next, freshAt: _freshAt, ...kept } = rest;
  const { hint, pending: _pending, ...known } = kept;
  const { kind, intervals, plan = record.plan, failure, pending = record.pending } = end;
  const failed = failure === undefined ? 0 : failures + 1;
  const quietNow = kind === "full" || end.found > 0 || failed > 0 ? 0 : quiet + 1;
  const freshAt = failure === undefined ? end.freshAt : (end.freshAt ?? record.freshAt);
  const isAnswered = hint === undefined || (failed === 0 && isAnsweredBy(hint, { kind, startedAt, record }));
  const due = isAnswered || failed > 0 ? undefined : kindOfHint(hint, record);
  const waits = waitsAfter(end, failed, now);
  return {
    ...known,
    nextAt: due === "full" ? now : kind === "full" ? waits(intervals.fullMs) : record.nextAt,
    ...(intervals.incrementalMs !== undefined && {
      nextIncrementalAt: due === "incremental" ? now : waits(quietInterval(intervals.incrementalMs, quietNow)),
    }),
    ...(hint && !isAnswered && { hint }),
    ...(plan && { plan }),
    ...(freshAt !== undefined && { freshAt }),
    ...(failure !== undefined && { failures: failed, failure }),
    ...(pending !== undefined && pending > 0 && { pending }),
    ...(quietNow > 0 && { quiet: quietNow }),
  };
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
  const isSoon = failure !== undefined && RETRYABLE.includes(failure);
  return (usual) => {
    if (isSoon) return now + Math.min(usual, FIRST_RETRY_MS * 2 ** (failed - 1));
    return now + (failure === "refused" ? unavailableWait(usual * 2 ** (failed - 1), usual) : usual);
  };
}

function quietInterval(incrementalMs: number, quiet: number): number {
  return Math.max(incrementalMs, Math.min(MAX_QUIET_MS, incrementalMs * 2 ** Math.max(0, quiet - QUIET_SYNCS)));
}

/** What alarms watch, counted over collection records. */
export interface Gauges {
  /** Collections that are due for half an hour, and that nobody has claimed. */
  readonly overdue: number;
  /** Collections whose last three syncs failed, or the last one for a reason that no retry mends. Not those that are unavailable. */
  readonly failing: number;
  /** Collections with removals that are pending. */
  readonly pendingRemovals: number;
}

const OVERDUE_MS = 30 * 60_000;
const FAILING_SYNCS = 3;

/** Counts what a person should look at. Retired collections do not count. */
export function countGauges(records: readonly CollectionRecord[], now: number): Gauges {
  const active = records.filter(({ status }) => status === "active");
  const isOverdue = (record: CollectionRecord) =>
    !isClaimed(record, now) && dueKind(record, now) !== undefined && nextDue(record) <= now - OVERDUE_MS;
  return {
    overdue: active.filter(isOverdue).length,
    failing: active.filter(isFailing).length,
    pendingRemovals: active.filter(({ pending = 0 }) => pending > 0).length,
  };
}

function isFailing({ failures = 0, failure }: CollectionRecord): boolean {
  if (failure === undefined || failure === "refused") return false;
  return failures >= FAILING_SYNCS || !RETRYABLE.includes(failure);
}

/** A claim of so many milliseconds from now. */
export function claimFor(id: string, ms: number, now: number): Claim {
  return { id, at: now, expires: now + ms };
}
