import { type Collection, compareKeys } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import type { Change, ItemRef } from "../model/item.ts";
import type { Order } from "../store/port.ts";
import { type ChangesRequest, readAllChanges, readChanges } from "./changes.ts";
import { mergeLists } from "./merge.ts";
import type { ReadPage } from "./page.ts";
import type { ReadSnapshot } from "./read-timestamp.ts";

/** A change's place in the log of all collections: in order of time, and of collection and key where times are equal. */
export interface MergedPosition extends ItemRef {
  readonly at: Instant;
}

export interface MergedRequest {
  readonly order: Order;
  /** Only changes later than this. */
  readonly since?: Instant | undefined;
  /** Where an earlier page ended. */
  readonly from?: MergedPosition | undefined;
  /** About how many changes will be read. */
  readonly expected: number;
  readonly withoutFirstListings?: boolean | undefined;
  readonly withReindexed?: boolean | undefined;
}

type Bounds = Pick<ChangesRequest, "after" | "before">;

/** Reads the logs of several collections as one, in order of time or its reverse. Each call goes on where the last one ended. */
export function mergeChanges(
  snapshot: ReadSnapshot,
  collections: readonly Collection[],
  request: MergedRequest,
): (limit: number) => Promise<ReadPage<Change, MergedPosition>> {
  const { order, expected, withoutFirstListings = false } = request;
  const readLog = request.withReindexed ? readAllChanges : readChanges;
  return mergeLists<Change, Bounds, MergedPosition>({
    ...{ collections, expected },
    startOf: (collection) => startOf(collection, request),
    positionOf: ({ after: { at, collection, key } }) => ({ at, collection, key }),
    compare: ({ after: a }, { after: b }) => (order === "asc" ? compare(a, b) : compare(b, a)),
    async read(collection, bounds, limit) {
      const page = await readLog(snapshot, collection, { ...bounds, limit, order, withoutFirstListings });
      const next = page.next && (order === "asc" ? { after: page.next } : { ...bounds, before: page.next });
      return { rows: page.rows, read: page.read, ...(next && { next }) };
    },
  });
}

/** Where to begin in a collection's log so that all that follows is after `from`. */
function startOf(collection: Collection, { order, since, from }: MergedRequest): Bounds {
  const later = since === undefined ? {} : { after: since };
  if (!from) return later;
  const { at, key } = from;
  if (collection === from.collection)
    return order === "asc" ? { after: { at, key } } : { ...later, before: { at, key } };
  // All of the instant, or none of it.
  const isLater = collection > from.collection;
  if (order === "asc") return { after: isLater ? { at, key: "" } : at };
  return { ...later, before: { at: isLater ? at : `${at}~`, key: "" } };
}

function compare(a: MergedPosition, b: MergedPosition): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  if (a.collection !== b.collection) return a.collection < b.collection ? -1 : 1;
  return compareKeys(a.key, b.key);
}
