import type { CollectionRecord, Hint, NoticeFacts } from "../model/collection-record.ts";
import { RETRYABLE } from "../model/errors.ts";
import { epochMs, instantOf } from "../model/instant.ts";
import { dueKind, FIRST_RETRY_MS, type Intervals } from "./due.ts";
import type { SyncKind } from "./job.ts";
import { type Condition, failureCondition, noting, type SyncFailure } from "./notices.ts";
import { unavailableWait } from "./unavailable.ts";

/*
 * What changes when a collection is due: the end of a sync, and hints. Hints say only when to look: a hint that is lost, doubled, forged or out
 * of order changes when a sync runs, and nothing else.
 */

/** Where a sync found something so recently, incremental syncs do not wait longer: a pipeline that rests over a weekend is still in use. */
const IN_USE_MS = 7 * 86_400_000;
/** Elsewhere: incremental syncs that may find nothing before the next waits longer, and how long it waits at most. */
const QUIET_SYNCS = 12;
const MAX_QUIET_MS = 6 * 3_600_000;

/** How a claimed sync ended, and what its record is to say of the collection's plan and scopes, where that is known now. */
export interface ClaimedEnd extends Pick<CollectionRecord, "plan" | "freshAt" | "totals" | "committedAt"> {
  readonly kind: SyncKind;
  readonly intervals: Intervals;
  readonly failure?: SyncFailure;
  /** Time ran out before every scope was listed: the rest is due at once. */
  readonly unfinished?: boolean;
  /** Changes that were found. */
  readonly found: number;
  /** Which removals are pending, where that is known now. */
  readonly pending?: Condition<NoticeFacts["pending"]> | "none";
}

/** Since when a full sync that ran out of time is under way. What a person has asked for since then begins from the beginning. */
export function goesOnFrom({ startedAt, request }: CollectionRecord): number | undefined {
  return startedAt !== undefined && request !== undefined && request.at > startedAt ? undefined : startedAt;
}

/** The record after the sync of its claim: without the claim, and due again when it should be. */
export function released(record: CollectionRecord, end: ClaimedEnd, now: number): CollectionRecord {
  const { claim, startedAt: _startedAt, ...rest } = record;
  const { kind, intervals, failure } = end;
  const startedAt = goesOnFrom(record) ?? claim?.at ?? 0;
  const committedAt = [record.committedAt ?? "", end.committedAt ?? ""].sort()[1];
  const noted = {
    ...(end.plan && { plan: end.plan }),
    ...(end.totals && { totals: end.totals }),
    ...(committedAt && { committedAt }),
    syncedAt: now,
  };
  // Everything stays due as it was. The next sync passes over what this one has listed.
  if (end.unfinished) return { ...rest, ...noted, ...(kind === "full" && { startedAt }) };

  const { hint, request, failures: before = 0, failure: _failure, quiet: quietBefore = 0, ...others } = rest;
  const { nextIncrementalAt: _next, freshAt: freshBefore, pending: pendingBefore, ...kept } = others;
  const failures = failure ? before + 1 : 0;
  const isAnswered = !hint || (!failure && isAnsweredBy(hint, { kind, startedAt, record }));
  const isServed = !request || (!failure && kind === "full" && request.at < startedAt);
  // What was asked for during this sync is still to come, even if that failed. Events wait until it is tried again.
  const isAsked = request !== undefined && request.at >= startedAt;
  const due = isAsked ? "full" : isAnswered || failure ? undefined : kindOfHint(hint, record);

  const quiet = end.found > 0 || failure ? 0 : kind === "full" ? quietBefore : quietBefore + 1;
  const foundAt = end.found > 0 && intervals.incrementalMs !== undefined ? now : record.foundAt;
  const isInUse = foundAt !== undefined && foundAt > now - IN_USE_MS;
  const freshAt = end.freshAt ?? (failure && freshBefore);
  const pendingNow = end.pending === "none" ? undefined : end.pending;
  const pending = end.pending === undefined ? pendingBefore : pendingNow?.facts.pending;
  const waits = waitsAfter(failure, failures, now);
  const next: CollectionRecord = {
    ...kept,
    nextAt: due === "full" ? now : kind === "full" ? waits(intervals.fullMs) : record.nextAt,
    ...(intervals.incrementalMs !== undefined && {
      nextIncrementalAt:
        due === "incremental" ? now : waits(quietInterval(intervals.incrementalMs, isInUse ? 0 : quiet)),
    }),
    // An event noted by a machine whose clock was ahead would otherwise be later than every sync for a long time.
    ...(hint && !isAnswered && { hint: happenedBy(hint, now) }),
    ...(!isServed && { request }),
    ...(freshAt && { freshAt }),
    ...(failure && { failures, failure: failure.code }),
    ...(pending && { pending }),
    ...(quiet > 0 && { quiet }),
    ...(foundAt !== undefined && { foundAt }),
    ...noted,
  };
  const withFailure = noting(next, "failed", failure && failureCondition(next, failure), now);
  return end.pending === undefined ? withFailure : noting(withFailure, "pending", pendingNow, now);
}

function waitsAfter(failure: SyncFailure | undefined, failures: number, now: number): (usual: number) => number {
  return (usual) => {
    if (!failure) return now + usual;
    const pauses = 2 ** (failures - 1);
    if (RETRYABLE.includes(failure.code)) return now + Math.min(usual, FIRST_RETRY_MS * pauses);
    return now + (failure.code === "refused" ? unavailableWait(usual * pauses, usual) : usual);
  };
}

function quietInterval(incrementalMs: number, quiet: number): number {
  return Math.max(incrementalMs, Math.min(MAX_QUIET_MS, incrementalMs * 2 ** Math.max(0, quiet - QUIET_SYNCS)));
}

const CREATION = /^(?:Add|Create)/;

/** Which sync shows what an event changed: an incremental one shows what was created, where the source can. */
function kindOfHint({ event }: Hint, { nextIncrementalAt }: Pick<CollectionRecord, "nextIncrementalAt">): SyncKind {
  return nextIncrementalAt !== undefined && CREATION.test(event) ? "incremental" : "full";
}

/** Whether a sync of this kind that began then has seen what the event changed. */
function isAnsweredBy(
  hint: Hint,
  { kind, startedAt, record }: Pick<ClaimedEnd, "kind"> & { startedAt: number; record: CollectionRecord },
): boolean {
  return startedAt > epochMs(hint.at) && (kind === "full" || kindOfHint(hint, record) === "incremental");
}

/** An event cannot have happened later than now: no listing would ever have seen it. */
function happenedBy(hint: Hint, now: number): Hint {
  return { ...hint, at: instantOf(Math.min(epochMs(hint.at), now)) };
}

/**
 * The record of an active collection with a hint, due at once; undefined when that changes nothing: a sync that will begin later shows this event, too. What fails
 * keeps its pauses, however many events come.
 */
export function hinted(record: CollectionRecord, hint: Hint, now: number): CollectionRecord | undefined {
  const kind = kindOfHint(hint, record);
  const { hint: waiting, claim, startedAt = claim?.at } = record;
  // A machine whose clock was wrong may have noted the one that waits, so that it has made nothing due.
  const isAwaited = record.failures !== undefined || claim !== undefined || dueKind(record, now) !== undefined;
  const willBegin = isAwaited && waiting && (startedAt === undefined || epochMs(waiting.at) >= startedAt);
  if (willBegin && (kind === "incremental" || kindOfHint(waiting, record) === "full")) return undefined;
  const withHint = { ...record, hint: happenedBy(hint, now) };
  if (record.failures) return withHint;
  return kind === "full"
    ? { ...withHint, nextAt: Math.min(record.nextAt, now) }
    : { ...withHint, nextIncrementalAt: Math.min(record.nextIncrementalAt ?? now, now) };
}
