import type { Collection } from "./collection.ts";
import type { Hint } from "./collection-record.ts";
import type { SyncCounters } from "./counters.ts";
import type { Instant } from "./instant.ts";
import type { Failure, Outcome, UnchangedRun } from "./scope-state.ts";

/** The record of one sync that changed something, was held, or failed; or of the end of a retired scope. */
export interface SyncRecord extends SyncCounters {
  readonly collection: Collection;
  readonly startedAt: Instant;
  /** The scope's id; PLAN of a plan that failed. */
  readonly scope: string;
  /** `retirement`: nothing was listed, and everything removed, since the target is no longer inventoried. */
  readonly kind: "full" | "incremental" | "plan" | "retirement";
  readonly outcome: Outcome;
  /** The instant of its changes; absent when it changed nothing. */
  readonly at?: Instant;
  readonly durationMs: number;
  readonly error?: Failure;
  /** The event that asked for it. */
  readonly hint?: Hint;
  /** The run of syncs that found nothing new, which this one ended: they have no records of their own. */
  readonly unchangedBefore?: UnchangedRun;
}

/** A sync record's sort key, which names the sync in its collection. */
export function syncKey(sync: Pick<SyncRecord, "startedAt" | "scope">): string {
  return `${sync.startedAt}#${sync.scope}`;
}
