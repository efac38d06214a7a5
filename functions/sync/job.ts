import type { Clock } from "../model/clock.ts";
import type { Collection, KeyRange, Scope } from "../model/collection.ts";
import type { Connection, Source } from "../model/source.ts";
import type { Store } from "../store/port.ts";
import type { GuardThresholds } from "./guard.ts";

/** What a sync tells while it runs. */
export type SyncProgress =
  | { readonly step: "waiting" /** Epoch ms at which the other's lease lapses. */; readonly until: number }
  | { readonly step: "undoing" }
  | { readonly step: "listing"; readonly pages: number; readonly listed: number }
  | { readonly step: "applying"; readonly changes: number };

/** What all syncs of a run share. */
export interface SyncHost {
  readonly store: Store;
  readonly clock: Clock;
  /** Unique to this sync among all that ever run at the same time. */
  readonly holder: () => string;
  readonly leaseMs: number;
  readonly guard: GuardThresholds;
  /** Changes held in memory before they are written ahead of the listing's end. */
  readonly flushItems?: number;
  /** Bytes of a listing held in memory in the hope that all of it is unchanged, and how many characters are held uncompressed. */
  readonly lookAhead?: number;
  readonly plain?: number;
  /** From how many items on an outline of a scope is kept, and up to how many. */
  readonly outlineFrom?: number;
  readonly mostOutlined?: number;
  /** When to cut a listing that can be cut, on the clock's monotonic time: what was listed by then is completed. */
  readonly cutAt?: number;
  /** Ends every sync as failed, at its next step. */
  readonly signal: AbortSignal;
}

export interface SyncJob {
  readonly source: Source;
  readonly collection: Collection;
  readonly scope: Scope;
  /** Lists this part of the scope only; of ascending sources. */
  readonly window?: KeyRange;
  readonly connection: Pick<Connection, "list">;
  /** The plan no longer names the scope: it is synced as an empty listing, its parent removed. */
  readonly vanished?: boolean;
  /** Applies removals that the guard would hold. */
  readonly acceptRemovals?: boolean;
  readonly onProgress?: (progress: SyncProgress) => void;
}
