import type { Collection, KeyRange, Scope } from "../model/collection.ts";
import type { ErrorCode } from "../model/errors.ts";
import type { Instant } from "../model/instant.ts";
import type { Change, Item } from "../model/item.ts";

/** How a sync ended. */
export type Outcome = "complete" | "held" | "failed";

/** Removals that the guard did not apply yet. */
export interface HeldRemovals {
  readonly count: number;
  /** The part of the collection whose listing lacked them. */
  readonly range: KeyRange;
  readonly reason: string;
  /** When the first listing without them ended. */
  readonly since: Instant;
  /** Hashes of the held keys, at most a thousand of them: enough to tell whether another listing agrees. */
  readonly sample: readonly string[];
}

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A scope's standing. */
export interface Standing {
  readonly collection: Collection;
  readonly scope: string;
  readonly range: KeyRange;
  /** Who is syncing the scope, and until when (epoch ms, the holder's wall clock) others keep away. */
  readonly lease?: { readonly holder: string; readonly until: number };
  /** The instant of the last sync that ended complete or held. */
  readonly snapshotAt?: Instant;
  /** When the last complete sync ended: as fresh as this is every item of the scope. */
  readonly completeAt?: Instant;
  /** Set while a sync applies changes: all its changes are later than this. */
  readonly dirtySince?: Instant;
  /** Who is applying, or died applying: with `dirtySince` set and cleared. */
  readonly dirtyBy?: string;
  /** Items present, as of `snapshotAt`. */
  readonly items: number;
  /** The digest of these items; absent of a scope that never had a snapshot. */
  readonly digest?: string;
  /** The digest of a listing that gave just these items, in its order; absent when none did since they last changed. */
  readonly listing?: string;
  /** When a sync last ended, however. */
  readonly triedAt?: Instant;
  readonly outcome?: Outcome;
  readonly error?: Failure;
  /** What is held, by the part of the scope that was listed. */
  readonly held?: readonly HeldRemovals[];
  /** What the last sync listed, when that was not the whole scope. */
  readonly window?: KeyRange;
  /** A sweep in windows that is under way: the next begins at the key `next`, the first ended at `since`. */
  readonly sweep?: Sweep;
  /** The scope's parent is gone and its items are removed: nothing is expected of it any more. */
  readonly vanished?: boolean;
}

/** A listing of a whole scope in several windows, one sync each. */
export interface Sweep {
  readonly next: string;
  readonly since: Instant;
}

/** What the end of a sync leaves in its scope's standing. Every end sets outcome, triedAt and error, or clears the error. */
export type SyncEnd = {
  readonly triedAt: Instant;
} & (
  | {
      /** The scope is whole at `snapshotAt`. Gives up the lease and the dirty mark. */
      readonly outcome: "complete" | "held";
      readonly snapshotAt: Instant;
      readonly items: number;
      readonly digest: string;
      readonly listing?: string;
      readonly held?: readonly HeldRemovals[];
      readonly window?: KeyRange;
      readonly sweep?: Sweep;
      readonly vanished?: boolean;
      /** Of a complete sync; absent, the standing keeps the one it has. */
      readonly completeAt?: Instant;
    }
  | {
      readonly outcome: "failed";
      readonly error: Failure;
      /**
       * False: the scope is as it was before the sync; gives up the lease and the dirty mark. True: some of the sync's
       * writes may still be under way, so lease and dirty mark stay, and the next sync waits the one out and undoes.
       */
      readonly abandoned: boolean;
    }
);

/** How planning a collection ended. */
export type PlanEnd =
  | { readonly outcome: "complete"; readonly triedAt: Instant; readonly completeAt: Instant }
  | { readonly outcome: "failed"; readonly triedAt: Instant; readonly error: Failure };

/** The record of one sync. */
export interface SyncRecord {
  readonly collection: Collection;
  readonly startedAt: Instant;
  readonly scope: string;
  readonly outcome: Outcome;
  /** The instant of its changes; absent when it failed. */
  readonly at?: Instant;
  /** What it listed, when that was not the whole scope. */
  readonly window?: KeyRange;
  /** What is left to be listed, when it ended before its window did. */
  readonly remainder?: KeyRange;
  readonly pages: number;
  /** Distinct items listed. */
  readonly listed: number;
  readonly added: number;
  readonly modified: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Removals not applied, and why. */
  readonly held: number;
  readonly heldReason?: string;
  /** Listed documents that could not be stored, and the first reasons. */
  readonly refused: number;
  readonly refusals: readonly string[];
  readonly retries: number;
  readonly durationMs: number;
  readonly error?: Failure;
}

export type Consistency = "strong" | "eventual";

/** What the engine keeps in memory of an item while it compares. */
export interface IndexEntry {
  readonly key: string;
  readonly hash: string;
  /** False of a tombstone. */
  readonly present: boolean;
}

/** The holder of a lease, acting on its scope. */
export interface Holder {
  readonly collection: Collection;
  readonly scope: string;
  readonly holder: string;
}

export interface LeaseRequest {
  readonly collection: Collection;
  readonly scope: Scope;
  readonly holder: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly until: number;
}

/** Where an item is. */
export interface ItemPlace {
  readonly collection: Collection;
  readonly key: string;
}

/** A change's place in its collection's log: in order of time, then of key. */
export interface LogPosition {
  readonly at: Instant;
  readonly key: string;
}

/** A stretch of the log, `after` exclusive, `until` inclusive; either may lie between two instants' changes. */
export interface LogRange {
  readonly after?: Instant | LogPosition;
  readonly until?: Instant;
}

/** What a store keeps for a limited time, in days: tombstones after removal, changes, sync records. */
export interface Retention {
  readonly days: number;
}

/**
 * The engine's port to the four tables. Reads are strong: they see every write acknowledged before them. Writes of many
 * records return when all are stored; each record is written whole or not at all, in no particular order. A write
 * whose signal aborts rejects with the signal's reason, some of it perhaps stored.
 */
export interface Store {
  // Scopes
  standing(collection: Collection, scope: string): Promise<Standing | undefined>;
  standings(collection: Collection): Promise<Standing[]>;
  /** Every collection that a lease was ever taken in or a plan noted for. */
  collections(): Promise<Collection[]>;
  /** Takes the lease if it is free, lapsed at `now`, or already the holder's, and answers the standing as it then is. */
  takeLease(request: LeaseRequest): Promise<{ readonly taken: boolean; readonly standing: Standing }>;
  /** Never shortens the lease. Throws SyncError `superseded` when it is not the holder's any more; so do the next three. */
  renewLease(holder: Holder, until: number): Promise<void>;
  markDirty(holder: Holder, dirtySince: Instant): Promise<void>;
  /** Says that what was written after `dirtySince` has been undone. */
  clearDirty(holder: Holder): Promise<void>;
  /** Ends a sync in one write: outcome, snapshot, lease and dirty mark. Doing it twice is doing it once. */
  endSync(holder: Holder, end: SyncEnd): Promise<void>;
  /** Notes how planning a collection ended, under the scope id PLAN. */
  notePlan(collection: Collection, end: PlanEnd): Promise<void>;
  /** The scope's outline that was put last, perhaps of a snapshot long gone. See outline.ts. */
  outline(collection: Collection, scope: string): Promise<Uint8Array | undefined>;
  putOutline(collection: Collection, scope: string, outline: Uint8Array): Promise<void>;

  // The clock
  /** The last instant issued, BEGINNING if none. */
  readClock(): Promise<Instant>;
  /** Issues an instant later than any before it and, as far as that allows, `now` (epoch ms). */
  tick(now: number): Promise<Instant>;

  // Inventory
  /** In key order. Read "eventual", at half the price, it may be as it was moments ago, and not of one moment. */
  index(collection: Collection, range: KeyRange, consistency?: Consistency): AsyncIterable<IndexEntry[]>;
  /** The records of those keys that there are, in no particular order. */
  items(collection: Collection, keys: readonly string[]): Promise<Item[]>;
  /**
   * A scope's standing and an item, read beside each other: either may be as it was a moment before the other. Both are as of
   * after this was asked for.
   */
  standingAndItem(
    collection: Collection,
    scope: string,
    key: string,
  ): Promise<{ readonly standing: Standing | undefined; readonly item: Item | undefined }>;
  /** Items and tombstones in key order, after the key `after`; `end` says whether the range ends with this page. */
  itemPage(
    collection: Collection,
    range: KeyRange,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<{ readonly items: Item[]; readonly end: boolean }>;
  /** The last key of an item or tombstone in the range, undefined when there is none. */
  lastKey(collection: Collection, range: KeyRange): Promise<string | undefined>;
  writeItems(items: readonly Item[], signal: AbortSignal): Promise<void>;
  deleteItems(collection: Collection, keys: readonly string[], signal: AbortSignal): Promise<void>;
  /**
   * Where items are whose edge has the node at this end, or had it, page by page, some perhaps repeatedly. They are
   * candidates: an index tells of them, moments late and whatever has changed, so whoever asks reads the items themselves.
   */
  edgeCandidates(end: "from" | "to", node: string): AsyncIterable<ItemPlace[]>;

  // Changes
  /** The changes at those places that there are, in no particular order. */
  changes(collection: Collection, positions: readonly LogPosition[]): Promise<Change[]>;
  /** A stretch of the log in order. */
  changePage(
    collection: Collection,
    range: LogRange,
    limit: number,
  ): Promise<{ readonly changes: Change[]; readonly end: boolean }>;
  writeChanges(changes: readonly Change[], signal: AbortSignal): Promise<void>;
  deleteChanges(collection: Collection, positions: readonly LogPosition[], signal: AbortSignal): Promise<void>;

  // Syncs
  recordSync(record: SyncRecord): Promise<void>;
  /** Newest first, of those started before (`before`, exclusive, a record's sort key) and not before `since`. */
  syncPage(
    collection: Collection,
    range: { readonly since?: Instant; readonly before?: string },
    limit: number,
  ): Promise<{ readonly syncs: SyncRecord[]; readonly end: boolean }>;
}

/** A sync record's sort key, which names the sync in the log. */
export function syncKey(sync: { readonly startedAt: Instant; readonly scope: string }): string {
  return `${sync.startedAt}#${sync.scope}`;
}

/** Whether a standing is what this end of a sync left: of the ends of one scope no two whole ones share their snapshot. */
export function hasEndedSo(standing: Standing, end: SyncEnd): boolean {
  if (end.outcome !== "failed") return standing.snapshotAt === end.snapshotAt;
  return standing.outcome === "failed" && standing.triedAt === end.triedAt;
}
