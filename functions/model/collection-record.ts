import type { Collection } from "./collection.ts";
import type { Instant } from "./instant.ts";
import type { Failure } from "./scope-state.ts";

/** How planning a collection's scopes last ended. Only of sources whose scopes are planned. */
export interface PlanState {
  readonly lastAttemptAt: Instant;
  /** When a plan was last complete. */
  readonly lastCompleteAt?: Instant;
  readonly error?: Failure;
  /** Since when it is refused for a reason that lasts. */
  readonly unavailableSince?: Instant;
}

/** What told that something may have changed. */
export interface Hint {
  readonly at: Instant;
  readonly event: string;
  readonly principal?: string;
}

/**
 * One inventoried collection: when its next sync is due, who took it on, how its plan ended. Replaced whole, by compare-and-set on
 * `revision`.
 */
export interface CollectionRecord {
  readonly collection: Collection;
  /** The IAM prefix of its source's service: its dispatcher reads all records of one service. */
  readonly service: string;
  readonly revision: number;
  /** A retired collection's target is no longer inventoried; its history stays. */
  readonly status: "active" | "retired";
  /** When its next full and incremental syncs are due, epoch ms; an incremental one only where the source can. */
  readonly nextAt: number;
  readonly nextIncrementalAt?: number;
  /** Who took the due sync on, and when (epoch ms). Superseded by a later claim. */
  readonly claim?: { readonly id: string; readonly at: number };
  readonly hint?: Hint;
  readonly plan?: PlanState;
  /** When the scope that was last listed whole the longest ago was: everything in the collection is at least as fresh. */
  readonly freshAt?: Instant;
  /** Syncs in a row that failed: what is due again waits longer each time. */
  readonly failures?: number;
  /** Incremental syncs in a row that found nothing: after some, they wait longer each time. */
  readonly quiet?: number;
}
