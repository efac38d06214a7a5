import type { Collection } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import type { Change, ChangeKind, LogPosition } from "../model/item.ts";
import type { ReadSnapshot } from "./read-timestamp.ts";

/** The changes that people and followers see. */
export type VisibleKind = Exclude<ChangeKind, "reindexed">;

/** A change that people and followers see. */
export interface VisibleChange extends Change {
  readonly kind: VisibleKind;
}

export interface ChangePage {
  readonly changes: readonly VisibleChange[];
  /** How many records of the log were read. */
  readonly read: number;
  /** The position to go on after; absent at the end. */
  readonly next?: LogPosition;
}

/**
 * Reads a stretch of the log, in order of time and then of key, after `after` (exclusive) and up to the read timestamp. Changes of
 * discarded instants and reindexed items are left out.
 */
export async function readChanges(
  snapshot: ReadSnapshot,
  collection: Collection,
  page: { readonly after?: Instant | LogPosition; readonly limit: number },
): Promise<ChangePage> {
  const { changes, ...rest } = await readLog(snapshot, collection, page);
  return { changes: changes.filter(isVisible), ...rest };
}

/** Reads a stretch of the log as readChanges does, reindexed items among it. */
export async function readLog(
  { store, at, discards }: ReadSnapshot,
  collection: Collection,
  { after, limit }: { readonly after?: Instant | LogPosition; readonly limit: number },
): Promise<{ readonly changes: readonly Change[]; readonly read: number; readonly next?: LogPosition }> {
  const range = { until: at, ...(after !== undefined && { after }) };
  const [{ changes, next }, discarded] = await Promise.all([
    store.changes(collection, range, limit),
    discards(collection),
  ]);
  return {
    changes: changes.filter((change) => !discarded.has(change.after.at)),
    read: changes.length,
    ...(next && { next }),
  };
}

export function isVisible(change: Change): change is VisibleChange {
  return change.kind !== "reindexed";
}
