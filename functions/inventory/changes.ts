import type { Collection } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import type { Change, ChangeKind, LogPosition } from "../model/item.ts";
import type { LogRange, Order } from "../store/port.ts";
import type { ReadSnapshot } from "./read-timestamp.ts";

/** The changes that people and followers see. */
export type VisibleKind = Exclude<ChangeKind, "reindexed">;

/** A change that people and followers see. */
export interface VisibleChange extends Change {
  readonly kind: VisibleKind;
}

export interface ChangePage<Each extends Change = Change> {
  readonly changes: readonly Each[];
  /** How many records of the log were read. */
  readonly read: number;
  /** The position to go on after, in the order of the page; absent at the end. */
  readonly next?: LogPosition;
}

/** Which stretch of a log to read. */
export interface ChangesRequest {
  readonly limit: number;
  /** An instant, or a position: only what is later. */
  readonly after?: Instant | LogPosition;
  /** Only what is earlier: where a descending reader goes on. */
  readonly before?: LogPosition;
  readonly order?: Order;
  /** Leave out the first listing of each scope: then everything is new, which says nothing about what changed. */
  readonly withoutFirstListings?: boolean;
}

/** Sorts after every key, and before every later instant. */
const LAST_KEY = "\u{10ffff}".repeat(8);

/**
 * Reads a stretch of the log up to the read timestamp, in order of time and then of key, or its reverse. Changes of discarded instants and
 * reindexed items are left out.
 */
export async function readChanges(
  snapshot: ReadSnapshot,
  collection: Collection,
  request: ChangesRequest,
): Promise<ChangePage<VisibleChange>> {
  const page = await readAllChanges(snapshot, collection, request);
  return { ...page, changes: page.changes.filter(isVisible) };
}

/** Reads a stretch of the log as readChanges does, reindexed items among it. */
export async function readAllChanges(
  snapshot: ReadSnapshot,
  collection: Collection,
  request: ChangesRequest,
): Promise<ChangePage> {
  const { changes, read, next } = await readLog(snapshot, collection, request);
  if (!request.withoutFirstListings) return { changes, read, ...(next && { next }) };
  const first = await snapshot.firstListings(collection);
  return {
    changes: changes.filter(({ after }) => !first.has(after.at)),
    read,
    // An instant is one sync's: the rest of a first listing is passed over at once.
    ...(next && { next: first.has(next.at) ? { at: next.at, key: request.order === "desc" ? "" : LAST_KEY } : next }),
  };
}

/** Reads a stretch of the log, first listings among it. */
export async function readLog(
  { store, at, discards }: ReadSnapshot,
  collection: Collection,
  { after, before, limit, order }: ChangesRequest,
): Promise<{ readonly changes: readonly Change[]; readonly read: number; readonly next?: LogPosition }> {
  const range: LogRange = { until: at, ...(after !== undefined && { after }), ...(before && { before }) };
  const { changes, next } = await store.changes(collection, range, limit, order);
  const discarded = changes.length > 0 ? await discards(collection) : new Set();
  return {
    changes: changes.filter((change) => !discarded.has(change.after.at)),
    read: changes.length,
    ...(next && { next }),
  };
}

export function isVisible(change: Change): change is VisibleChange {
  return change.kind !== "reindexed";
}
