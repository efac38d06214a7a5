import type { CollectionRecord, Notice } from "../model/collection-record.ts";
import { epochMs } from "../model/instant.ts";
import type { SyncKind } from "./job.ts";
import { failureCondition, isFailing, noting } from "./notices.ts";

/*
 * When a collection is due: arithmetic on its record, which reads and writes nothing. Every time is the database's.
 */

/** How long from the end of one sync to the next, ms. `incrementalMs` only of a source that is listed by creation. */
export interface Intervals {
  readonly fullMs: number;
  readonly incrementalMs?: number;
}

const MINUTE_MS = 60_000;

/** Intervals that are given in minutes. */
export function intervalsOf(intervalMinutes: number, incrementalMinutes?: number): Intervals {
  return {
    fullMs: intervalMinutes * MINUTE_MS,
    ...(incrementalMinutes !== undefined && { incrementalMs: incrementalMinutes * MINUTE_MS }),
  };
}

export const FIRST_RETRY_MS = 60_000;
const MAX_RETRY_MS = 3_600_000;
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

/** Whether a collection's sync may be claimed now: it is due, and nobody has taken it on. */
export function isTakeable(record: CollectionRecord, now: number): boolean {
  return !isClaimed(record, now) && dueKind(withoutLapsed(record, now), now) !== undefined;
}

/** The records whose syncs may be claimed now, as they are once lapsed claims are counted as failures: the longest due first. */
export function takeable(records: readonly CollectionRecord[], now: number): CollectionRecord[] {
  return records
    .filter((record) => isTakeable(record, now))
    .map((record) => withoutLapsed(record, now))
    .sort((a, b) => nextDue(a) - nextDue(b));
}

/**
 * The record without a claim that lapsed, and with the notice that its sync failed: it died, or nobody ever heard of it. Once, what it was to sync is due again at once. A sync
 * that is lost again and again waits longer each time, as one that fails.
 */
export function withoutLapsed(record: CollectionRecord, now: number): CollectionRecord {
  const { claim, failures = 0, ...rest } = record;
  if (!claim || isClaimed(record, now)) return record;
  const isPlausible = claim.expires <= now;
  const retryAt =
    failures > 0 && isPlausible ? claim.expires + Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)) : 0;
  const lapsed: CollectionRecord = {
    ...rest,
    nextAt: Math.max(record.nextAt, retryAt),
    ...(record.nextIncrementalAt !== undefined && {
      nextIncrementalAt: Math.max(record.nextIncrementalAt, retryAt),
    }),
    failures: failures + 1,
    failure: "interrupted",
  };
  const message = "the sync never ended: its process died, was stopped, or was never started";
  return noting(lapsed, "failed", failureCondition(lapsed, { code: "interrupted", message }), now);
}

/** Whether a collection has changes committed by then, or notices noted by then, that are not published. */
export function hasUnpublished({ committedAt, published, notices = {} }: CollectionRecord, by: number): boolean {
  const unpublished = (Object.values(notices) as Notice[]).filter(({ unpublished }) => unpublished !== undefined);
  if (unpublished.some(({ since }) => epochMs(since) <= by)) return true;
  // Nothing of an earlier version's was ever published.
  if (committedAt === undefined || published === undefined || epochMs(committedAt) > by) return false;
  return published.at < committedAt || (published.at === committedAt && published.key !== undefined);
}

/** What alarms watch, counted over collection records. */
export interface Gauges {
  /** Collections that are due for half an hour and that nobody has claimed, or whose changes or notices wait as long to be published. */
  readonly overdue: number;
  /** Collections whose last three syncs failed, or the last one for a reason that no retry mends. Not those that are unavailable. */
  readonly failing: number;
  /** Collections with removals that are pending. */
  readonly pendingRemovals: number;
}

const OVERDUE_MS = 30 * 60_000;

/** Counts what a person should look at. Retired collections do not count. */
export function countGauges(records: readonly CollectionRecord[], now: number): Gauges {
  const active = records.filter(({ status }) => status === "active");
  const isOverdue = (record: CollectionRecord) =>
    !isClaimed(record, now) && dueKind(record, now) !== undefined && nextDue(record) <= now - OVERDUE_MS;
  const isLate = (record: CollectionRecord) =>
    hasUnpublished(record, now - OVERDUE_MS) || (record.status === "active" && isOverdue(record));
  return {
    overdue: records.filter(isLate).length,
    failing: active.filter(isFailing).length,
    pendingRemovals: active.filter(({ pending = 0 }) => pending > 0).length,
  };
}
