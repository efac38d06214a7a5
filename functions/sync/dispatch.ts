import type { Collection } from "../model/collection.ts";
import type { CollectionRecord, PlanState } from "../model/collection-record.ts";
import { type ErrorCode, SyncError } from "../model/errors.ts";
import type { Instant } from "../model/instant.ts";
import type { Store } from "../store/port.ts";
import type { SyncKind } from "./job.ts";
import { unavailableWait } from "./unavailable.ts";

/** How long from the end of one sync to the next, ms. `incrementalMs` only of a source that is listed by creation. */
export interface Intervals {
  readonly fullMs: number;
  readonly incrementalMs?: number;
}

/** Failures that trying again soon may mend. The rest wait for the next interval. */
const RETRYABLE: readonly ErrorCode[] = ["throttled", "unavailable", "superseded", "interrupted"];
const FIRST_RETRY_MS = 60_000;
/** Incremental syncs that may find nothing before the next waits longer, and how long it waits at most. */
const QUIET_SYNCS = 12;
const MAX_QUIET_MS = 6 * 3_600_000;

/** What is due of a collection now; undefined when nothing is. */
export function dueKind({ status, nextAt, nextIncrementalAt }: CollectionRecord, now: number): SyncKind | undefined {
  if (status === "retired") return undefined;
  if (nextAt <= now) return "full";
  return nextIncrementalAt !== undefined && nextIncrementalAt <= now ? "incremental" : undefined;
}

/** When something is next due of a collection, epoch ms. */
export function nextDue({ nextAt, nextIncrementalAt = nextAt }: CollectionRecord): number {
  return Math.min(nextAt, nextIncrementalAt);
}

/** What claims a collection's sync. */
export interface Claim {
  readonly collection: Collection;
  readonly service: string;
  /** Unique to this claim. */
  readonly id: string;
}

/**
 * Claims a collection's sync, even if another process has claimed it; the end of that one's sync is then not noted. Two syncs of one
 * collection do no harm: the scopes' states see to that. Enters a collection that was never synced.
 */
export async function claim(store: Store, { collection, service, id }: Claim): Promise<CollectionRecord> {
  const initial: CollectionRecord = { collection, service, revision: 0, status: "active", nextAt: 0 };
  return update(store, initial, (record) => ({ ...record, claim: { id, at: store.now() } }));
}

/** How a claimed sync ended. */
export interface ClaimedEnd {
  readonly kind: SyncKind;
  readonly intervals: Intervals;
  readonly plan?: PlanState;
  readonly failure?: ErrorCode;
  /** Changes that were found. */
  readonly found: number;
  readonly freshAt?: Instant;
}

/**
 * Ends a claim: says when the collection is due again. Does nothing when another claim has superseded it, and nothing on a machine whose
 * clock is wrong: by that it might not be due for years.
 */
export async function release(store: Store, claimed: CollectionRecord, end: ClaimedEnd): Promise<void> {
  if (end.failure === "clock") return;
  await update(store, claimed, (record) =>
    record.claim?.id === claimed.claim?.id ? released(record, end, store.now()) : undefined,
  );
}

function released(record: CollectionRecord, end: ClaimedEnd, now: number): CollectionRecord {
  const { claim: _claim, failures = 0, quiet = 0, nextIncrementalAt: _next, freshAt: _freshAt, ...rest } = record;
  const { kind, intervals, plan = record.plan, failure } = end;
  const failed = failure === undefined ? 0 : failures + 1;
  const quietNow = kind === "full" || end.found > 0 || failed > 0 ? 0 : quiet + 1;
  const freshAt = failure === undefined ? end.freshAt : (end.freshAt ?? record.freshAt);
  const isSoon = failure !== undefined && RETRYABLE.includes(failure);
  const wait = (usual: number) => {
    if (isSoon) return now + Math.min(usual, FIRST_RETRY_MS * 2 ** (failed - 1));
    return now + (failure === "refused" ? unavailableWait(usual * 2 ** (failed - 1), usual) : usual);
  };
  return {
    ...rest,
    nextAt: kind === "full" ? wait(intervals.fullMs) : record.nextAt,
    ...(intervals.incrementalMs !== undefined && {
      nextIncrementalAt: wait(quietInterval(intervals.incrementalMs, quietNow)),
    }),
    ...(plan && { plan }),
    ...(freshAt !== undefined && { freshAt }),
    ...(failed > 0 && { failures: failed }),
    ...(quietNow > 0 && { quiet: quietNow }),
  };
}

function quietInterval(incrementalMs: number, quiet: number): number {
  return Math.max(incrementalMs, Math.min(MAX_QUIET_MS, incrementalMs * 2 ** Math.max(0, quiet - QUIET_SYNCS)));
}

const MAX_ATTEMPTS = 20;

/** Replaces a collection's record by what `change` makes of the stored one; of one that is not stored, of `initial`. */
async function update(
  store: Store,
  initial: CollectionRecord,
  change: (record: CollectionRecord) => CollectionRecord | undefined,
): Promise<CollectionRecord> {
  let record = initial.revision > 0 ? initial : ((await store.collectionRecord(initial.collection)) ?? initial);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const changed = change(record);
    if (!changed) return record;
    const next = { ...changed, revision: record.revision + 1 };
    if (await store.putCollectionRecord(next)) return next;
    record = (await store.collectionRecord(initial.collection)) ?? initial;
  }
  throw new SyncError("unavailable", `the record of ${initial.collection} is written by too many at once: try again`);
}
