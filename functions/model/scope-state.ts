import { EMPTY_CHECKSUM } from "./checksum.ts";
import type { Collection, KeyRange, Scope } from "./collection.ts";
import type { ErrorCode } from "./errors.ts";
import type { Instant } from "./instant.ts";

/**
 * How a sync ended: complete; with removals that are pending; failed, which changes nothing; or unavailable, which is failed for a reason
 * that lasts until the account changes, so that it is said once, and no one waits for it.
 */
export type Outcome = "complete" | "held" | "failed" | "unavailable";

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Removals that the guard did not apply yet. The items stay present. */
export interface PendingRemovals {
  readonly count: number;
  readonly reason: string;
  /** When the first listing without them ended. */
  readonly since: Instant;
  /** Hashes of pending keys, at most MAX_PENDING_SAMPLE of them: enough to tell whether another listing confirms the removals. */
  readonly sample: readonly string[];
}

/** Syncs in a row that found nothing new: they leave no record each. */
export interface UnchangedRun {
  readonly since: Instant;
  readonly until: Instant;
  readonly count: number;
}

/**
 * What is recorded of one scope: the only record that makes a sync visible. Every write replaces it whole, by compare-and-set on
 * `revision`.
 */
export interface ScopeState {
  readonly collection: Collection;
  readonly scope: string;
  readonly range: KeyRange;
  /** Raised by one with every write. */
  readonly revision: number;
  /** The lease number: raised whenever a writer acquires the scope. */
  readonly lease: number;
  /** Who holds the lease, and until when (epoch ms, by the database's clock). Absent while nobody writes. */
  readonly holder?: string;
  readonly expires?: number;
  /** The instant that the holder is writing under; it is never visible before it is committed. */
  readonly writing?: Instant;
  /** Instants that were never committed, until they are copied to the collection's discards. */
  readonly discarding: readonly Instant[];
  /** The instant of the last commit. */
  readonly committedAt?: Instant;
  /** When the scope was last listed whole: every item is at least as fresh as this. */
  readonly lastCompleteAt?: Instant;
  /** The instant of what its first whole listing found; absent when that found nothing, or was before this was recorded. */
  readonly firstListing?: Instant;
  /** Items present, and the exclusive or of their hashes (see checksum.ts). */
  readonly count: number;
  readonly checksum: string;
  /** Of a scope listed by creation: no stored item was created later. */
  readonly newest?: string;
  /** The version of the source that the stored items were made by. */
  readonly sourceVersion?: number;
  readonly lastAttemptAt?: Instant;
  readonly outcome?: Outcome;
  readonly error?: Failure;
  /** A person approved that the items are this account's, not the collection's. */
  readonly approvedAccount?: string;
  /** Since when it is unavailable. */
  readonly unavailableSince?: Instant;
  readonly pending?: PendingRemovals;
  readonly unchanged?: UnchangedRun;
  /** Why the scope has ended: its items are removed, nothing is expected of it. */
  readonly ended?: "parent removed" | "target retired";
  /** Up to this instant some records of the log were lost for good: a repair could not restore them, and has said so. */
  readonly logLostUntil?: Instant;
  /** When its stored items were last found to match count and checksum. */
  readonly verifiedAt?: Instant;
}

/** The state of a scope of which nothing is stored yet. */
export function initialState(collection: Collection, scope: Scope): ScopeState {
  return {
    ...{ collection, scope: scope.id, range: scope.range, revision: 0, lease: 0 },
    ...{ discarding: [], count: 0, checksum: EMPTY_CHECKSUM },
  };
}

/**
 * The earliest last completion of scopes and plans that have not ended; undefined when there is none, or one was never complete. Nothing is
 * expected of one that is unavailable and never was: the inventory has nothing of it.
 */
export function oldestCompletion(
  states: readonly Pick<ScopeState, "lastCompleteAt" | "unavailableSince">[],
): Instant | undefined {
  const expected = states.filter(({ lastCompleteAt, unavailableSince }) => lastCompleteAt || !unavailableSince);
  return expected.map(({ lastCompleteAt = "" }) => lastCompleteAt).sort()[0] || undefined;
}
