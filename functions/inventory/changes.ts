import type { Collection } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import type { Change, ChangeKind, LogPosition } from "../model/item.ts";
import type { LogRange, Order } from "../store/port.ts";
import type { ReadPage } from "./page.ts";
import type { ReadSnapshot } from "./read-timestamp.ts";

/** The changes that people and followers see. */
export type VisibleKind = Exclude<ChangeKind, "reindexed">;

/** A change that people and followers see. */
export interface VisibleChange extends Change {
  readonly kind: VisibleKind;
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
): Promise<ReadPage<VisibleChange, LogPosition>> {
  const page = await readAllChanges(snapshot, collection, request);
  return { ...page, rows: page.rows.filter(isVisible) };
}

/** Reads a stretch of the log as readChanges does, reindexed items among it. */
export async function readAllChanges(
  snapshot: ReadSnapshot,
  collection: Collection,
  { after, before, limit, order, withoutFirstListings }: ChangesRequest,
): Promise<ReadPage<Change, LogPosition>> {
  const range: LogRange = { until: snapshot.at, ...(after !== undefined && { after }), ...(before && { before }) };
  const { changes, next } = await snapshot.store.changes(collection, range, limit, order);
  const discards = changes.length > 0 ? await snapshot.discards(collection) : new Set();
  const first = withoutFirstListings ? await snapshot.firstListings(collection) : new Set();
  return {
    rows: changes.filter(({ after: { at } }) => !discards.has(at) && !first.has(at)),
    read: changes.length,
    // An instant is one sync's: the rest of a first listing is passed over at once.
    ...(next && { next: first.has(next.at) ? { at: next.at, key: order === "desc" ? "" : LAST_KEY } : next }),
  };
}

export function isVisible(change: Change): change is VisibleChange {
  return change.kind !== "reindexed";
}
