import type { Clock } from "../model/clock.ts";
import type { Collection, Scope } from "../model/collection.ts";
import type { Hint } from "../model/collection-record.ts";
import type { GuardThresholds } from "../model/guard.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Connection, Source } from "../model/source.ts";
import type { SyncRecord } from "../model/sync-record.ts";
import type { Store } from "../store/port.ts";

/** What a sync reports while it runs. */
export type SyncProgress =
  | { readonly step: "waiting" /** Epoch ms at which the other's lease expires. */; readonly until: number }
  | { readonly step: "listing"; readonly pages: number; readonly listed: number }
  | { readonly step: "writing"; readonly changes: number };

/** What one sync may keep in memory, and how large an open scope gets before it is closed. */
export interface SyncLimits {
  /** Characters of documents that are buffered until the whole listing is known. */
  readonly bufferedCharacters: number;
  /** Changes that are collected before they are written. */
  readonly batchChanges: number;
  /** Items after which an open scope is closed. */
  readonly scopeItems: number;
}

export const DEFAULT_LIMITS: SyncLimits = { bufferedCharacters: 128_000_000, batchChanges: 2_000, scopeItems: 50_000 };

/** How long a writer holds a scope without renewing its lease, ms. */
export const DEFAULT_LEASE_MS = 30_000;
/** On one machine, where no other one writes, a killed sync need not be waited for as long. */
export const LOCAL_LEASE_MS = 10_000;
/** A lease that lies further ahead than any lease lasts was written by a machine whose clock was wrong, and holds nobody up. */
export const MAX_LEASE_MS = 4 * DEFAULT_LEASE_MS;

/** What all syncs of a run share. */
export interface SyncHost {
  readonly store: Store;
  readonly clock: Clock;
  /** A name for the holder of a lease, unique among all that ever run. */
  readonly holder: () => string;
  readonly leaseMs: number;
  readonly guard: GuardThresholds;
  readonly limits: SyncLimits;
  /** What may be planned from others' items: due once those have changed. Default: nothing is. */
  readonly sources?: readonly Pick<Source, "id" | "plannedFrom">[];
  /** Ends every sync as failed, at its next step. */
  readonly signal: AbortSignal;
}

/** A full sync lists a whole scope; an incremental one only what is newer than known, less an overlap. */
export type SyncKind = "full" | "incremental";

/** How to sync, which is the same for every scope of a collection. */
export interface SyncRequest {
  readonly source: Source;
  readonly collection: Collection;
  readonly connection: Connection;
  readonly kind: SyncKind;
  /** Applies removals that the guard would keep pending. */
  readonly approveRemovals?: boolean;
  /** Stores a listing whose items are all another account's, now and later. */
  readonly approveAccount?: boolean;
  /** False where nobody has said that the service's answers are about the collection's account. Default: true. */
  readonly isAccountVerified?: boolean;
  /** On the clock's monotonic time: from then on no other scope is begun, and an open scope is closed with what was listed until then. */
  readonly deadline?: number;
}

/** One scope to be brought up to date. */
export interface SyncJob extends SyncRequest {
  readonly scope: Scope;
  /** The scope's state, if planning has read it; otherwise the sync reads it. It must have been read before the listing begins. */
  readonly state?: ScopeState;
  /** A complete plan no longer named the scope: if reading the plan again confirms it, its items are removed. */
  readonly orphaned?: boolean;
  /** The event that asked for it: its record says so. */
  readonly hint?: Hint;
  readonly onProgress?: (progress: SyncProgress) => void;
}

/** How a sync ended. */
export type SyncResult =
  | {
      readonly status: "ended";
      readonly record: SyncRecord;
      /** The scope's state as this sync left it; absent when it could not be read or written. */
      readonly state?: ScopeState;
      /** The scope is unavailable as it was after the sync before, which has said so. */
      readonly known?: true;
      /** The sync closed an open scope: the new open scope, which it left to be listed. */
      readonly next?: Scope;
    }
  /** Another sync holds the scope, or was faster. */
  | { readonly status: "skipped"; readonly reason: string };

/** What happened to one scope. */
export interface ScopeResult {
  readonly scope: string;
  readonly result: SyncResult;
}
