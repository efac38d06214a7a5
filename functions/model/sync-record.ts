import type { Collection } from "./collection.ts";
import type { Hint } from "./collection-record.ts";
import type { Instant } from "./instant.ts";
import type { Failure, Outcome } from "./scope-state.ts";

/** What a sync counted. */
export interface SyncCounters {
  readonly pages: number;
  /** Distinct items listed. */
  readonly listed: number;
  readonly added: number;
  readonly modified: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Removals that are pending, and why. */
  readonly pending: number;
  readonly pendingReason?: string;
  /** Listed documents that could not be stored, and the first reasons. */
  readonly rejected: number;
  readonly rejections: readonly string[];
  readonly retries: number;
}

export const NO_COUNTS: SyncCounters = {
  ...{ pages: 0, listed: 0, added: 0, modified: 0, removed: 0, unchanged: 0 },
  ...{ pending: 0, rejected: 0, rejections: [], retries: 0 },
};

/** The record of one sync that changed something, was held, or failed. */
export interface SyncRecord extends SyncCounters {
  readonly collection: Collection;
  readonly startedAt: Instant;
  /** The scope's id; PLAN of a plan that failed. */
  readonly scope: string;
  readonly kind: "full" | "incremental" | "plan";
  readonly outcome: Outcome;
  /** The instant of its changes; absent when it changed nothing. */
  readonly at?: Instant;
  readonly durationMs: number;
  readonly error?: Failure;
  /** The event that asked for it. */
  readonly hint?: Hint;
}

/** A sync record's sort key, which names the sync in its collection. */
export function syncKey(sync: Pick<SyncRecord, "startedAt" | "scope">): string {
  return `${sync.startedAt}#${sync.scope}`;
}
