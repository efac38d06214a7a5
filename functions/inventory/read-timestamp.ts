import { type Collection, creationStart, ENTIRE_COLLECTION } from "../model/collection.ts";
import { earliest, type Instant, instantOf } from "../model/instant.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Store } from "../store/port.ts";

/** The inventory as of one instant, the read timestamp T. Everything read through it shows T, whatever syncs do meanwhile. */
export interface ReadSnapshot {
  readonly store: Store;
  /** The read timestamp. */
  readonly at: Instant;
  /** The instant before which the log may have expired: EPOCH when nothing expires. */
  keptSince(): Instant;
  /** The instants of the collection that were never committed, read once. */
  discards(collection: Collection): Promise<ReadonlySet<Instant>>;
  /** The instants at which the collection's scopes were listed for the first time, read once. */
  firstListings(collection: Collection): Promise<ReadonlySet<Instant>>;
  /** Forgets the collection's discards: the next use reads them again. */
  refresh(collection: Collection): void;
}

const DAY_MS = 86_400_000;

/**
 * Opens a read at the newest instant up to which everything is complete, or at `at` if that is earlier. The instant comes from one read of
 * one record, before any row is read. `retentionDays` tells history that has expired from damage; without it the log never expires.
 */
export async function openRead(
  store: Store,
  at?: Instant,
  retentionDays = Number.POSITIVE_INFINITY,
): Promise<ReadSnapshot> {
  const newest = await store.readTimestamp();
  const discards = new Map<Collection, Promise<ReadonlySet<Instant>>>();
  const first = new Map<Collection, Promise<ReadonlySet<Instant>>>();
  return {
    store,
    at: earliest(newest, at),
    keptSince: () => instantOf(Math.max(0, store.now() - retentionDays * DAY_MS)),
    discards(collection) {
      const known = discards.get(collection) ?? store.discards(collection);
      discards.set(collection, known);
      return known;
    },
    firstListings(collection) {
      const known = first.get(collection) ?? store.scopeStates(collection).then(firstListingsOf);
      first.set(collection, known);
      return known;
    },
    refresh: (collection) => discards.delete(collection),
  };
}

/**
 * The instants of the scopes' first listings. A scope that a listing by creation began later, since the one before was full, has none: what
 * it lists first is new.
 */
function firstListingsOf(states: readonly ScopeState[]): ReadonlySet<Instant> {
  const begun = states.find(({ scope }) => scope === ENTIRE_COLLECTION.id)?.firstListing;
  return new Set(
    states.flatMap(({ scope, firstListing }) => {
      const start = creationStart(scope);
      return firstListing !== undefined && (start === undefined || (begun !== undefined && start < begun))
        ? [firstListing]
        : [];
    }),
  );
}

/** The same read at an earlier instant. */
export function readAt(snapshot: ReadSnapshot, at: Instant | undefined): ReadSnapshot {
  return { ...snapshot, at: earliest(snapshot.at, at) };
}
