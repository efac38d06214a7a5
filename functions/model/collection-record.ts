import type { Collection } from "./collection.ts";
import type { ErrorCode } from "./errors.ts";
import type { Instant } from "./instant.ts";
import { type Failure, type Outcome, oldestCompletion, type ScopeState } from "./scope-state.ts";

/** How planning a collection's scopes last ended. Only of sources whose scopes are planned. */
export interface PlanState {
  readonly lastAttemptAt: Instant;
  /** When a plan was last complete. */
  readonly lastCompleteAt?: Instant;
  readonly error?: Failure;
  /** Since when it is refused for a reason that lasts. */
  readonly unavailableSince?: Instant;
}

/** An event that says that something may have changed. */
export interface Hint {
  /** When it happened: a listing that began later has seen what it changed. */
  readonly at: Instant;
  /** Its name in CloudTrail: `AddAssociation`. */
  readonly event: string;
  /** The ARN of who did it. */
  readonly principal?: string;
}

/** A sync of a collection that somebody took on. */
export interface Claim {
  /** Of one invocation, or of one process's sync: collections that are synced together have one claim's id. */
  readonly id: string;
  /** When it was made, and when it lapses, epoch ms: the sync is then given to somebody else. */
  readonly at: number;
  readonly expires: number;
  /** Another worker had a claim in the same target: this one keeps to the part of the service's rate that is left to it. */
  readonly beside?: true;
}

/**
 * One inventoried collection: when its next sync is due, who took it on, how its plan ended. Replaced whole, by compare-and-set on
 * `revision`.
 */
export interface CollectionRecord {
  readonly collection: Collection;
  readonly revision: number;
  /** A retired collection's target is no longer inventoried; its history stays. */
  readonly status: "active" | "retired";
  /** Of a retired collection: when all its scopes had ended, so that nothing is left to be done. */
  readonly endedAt?: Instant;
  /** When its next full and incremental syncs are due, epoch ms; an incremental one only where the source can. */
  readonly nextAt: number;
  readonly nextIncrementalAt?: number;
  /** Who took the due sync on. Superseded by a later claim. */
  readonly claim?: Claim;
  /** It is to be listed now, on a person's word or as its parents changed: when that was asked (epoch ms), and whether whatever that listing removes is approved. */
  readonly request?: { readonly at: number; readonly approveRemovals?: true };
  /** The newest event that no sync has answered yet. */
  readonly hint?: Hint;
  /** Since when a full sync is under way that ran out of time, epoch ms: scopes listed since then are not listed again. */
  readonly startedAt?: number;
  readonly plan?: PlanState;
  /** When the scope that was last listed whole the longest ago was: everything in the collection is at least as fresh. */
  readonly freshAt?: Instant;
  /** What its scopes came to, as of the last sync that ended. Absent before the first, and where an earlier version wrote the record. */
  readonly totals?: CollectionTotals;
  /** When its last sync ended, epoch ms: unless another is claimed, none began later. */
  readonly syncedAt?: number;
  /** Syncs in a row that failed: what is due again waits longer each time. */
  readonly failures?: number;
  /** What the last of them failed with. */
  readonly failure?: ErrorCode;
  /** Removals that are pending, of all its scopes. */
  readonly pending?: number;
  /** Incremental syncs in a row that found nothing: after some, they wait longer each time, unless the collection is in use. */
  readonly quiet?: number;
  /** When a sync last found that something had changed, epoch ms; only where there are incremental syncs. */
  readonly foundAt?: number;
  /** The newest commit that its syncs know of: with `published` it says whether changes wait to be published. */
  readonly committedAt?: Instant;
  /** How far its changes are published as events. Absent: an earlier version entered it, and nothing was ever published. */
  readonly published?: PublishedPosition;
  /** What a person should look at now. */
  readonly notices?: Notices;
}

/** What a look at every collection can say of one without its scopes. Scopes that have ended are not among them. */
export interface CollectionTotals {
  /** Items present. */
  readonly items: number;
  /** How many scopes there are; absent when there is one. */
  readonly scopes?: number;
  /** How many of them failed last, and how many are unavailable; absent when there are none. */
  readonly failed?: number;
  readonly unavailable?: number;
}

/** What a collection's record says of its scopes. It is as fresh as the one that was listed whole the longest ago, if all ever were. */
export function summaryOfScopes(
  states: readonly ScopeState[],
): Pick<CollectionRecord, "freshAt" | "committedAt" | "totals"> {
  const freshAt = oldestCompletion(states.filter(({ ended }) => !ended));
  const committedAt = states
    .map(({ committedAt = "" }) => committedAt)
    .sort()
    .at(-1);
  return { ...(freshAt && { freshAt }), ...(committedAt && { committedAt }), totals: totalsOf(states) };
}

/** What scopes come to, those left out that have ended. */
export function totalsOf(states: readonly ScopeState[]): CollectionTotals {
  const own = states.filter(({ ended }) => !ended);
  const count = (wanted: Outcome) => own.filter(({ outcome }) => outcome === wanted).length;
  const [failed, unavailable] = [count("failed"), count("unavailable")];
  return {
    items: own.reduce((sum, state) => sum + state.count, 0),
    ...(own.length !== 1 && { scopes: own.length }),
    ...(failed > 0 && { failed }),
    ...(unavailable > 0 && { unavailable }),
  };
}

/** What a person should look at, and what there is to say of it. `scope` is the first scope that it is so of, `scopes` how many there are. */
export interface NoticeFacts {
  /** Its syncs fail: with what, and how many in a row did when that was noted. No scope where they are not known. */
  readonly failed: {
    readonly error: Failure;
    readonly failures: number;
    /** Whether it counts as failing: trying again does not help, or did not. */
    readonly lasting: boolean;
    readonly scope?: string;
    readonly scopes?: number;
  };
  /** So many removals are pending. */
  readonly pending: {
    readonly pending: number;
    readonly pendingReason?: string;
    readonly scope: string;
    readonly scopes: number;
  };
  /** What is stored does not match its checksum: the first problems. */
  readonly damaged: { readonly problems: readonly string[]; readonly scope: string; readonly scopes: number };
}

/** At most one notice of each kind. */
export type Notices = { readonly [Kind in keyof NoticeFacts]?: Notice<NoticeFacts[Kind]> };

/** Something that lasts, and that a person should look at. When something else is the case, or the same once more, that is another notice. */
export interface Notice<Facts = unknown> {
  /** When it was first noted, and the revision of the record that first had it: together they name the notice. */
  readonly since: Instant;
  readonly revision: number;
  /** What is the case. */
  readonly about: string;
  /** What its event says, until that is published. */
  readonly unpublished?: Facts;
}

/** A place in a collection's log up to which every change was put on the event bus: an instant, or within an instant up to this key. */
export interface PublishedPosition {
  readonly at: Instant;
  readonly key?: string;
}
