import type { Collection } from "../model/collection.ts";
import type { ItemRef, ItemVersion } from "../model/item.ts";
import { shortIdOf } from "../model/item-id.ts";
import type { NameOf } from "../model/node.ts";
import { matchItem, SEARCH_RANKS, type SearchMatch, type SearchQuery, type SearchRank } from "../model/search.ts";
import { type CandidateSearch, itemPages } from "../store/port.ts";
import { readDocument } from "./document.ts";
import { readRefs } from "./items.ts";
import type { ReadPage } from "./page.ts";
import type { ReadSnapshot } from "./read-timestamp.ts";

/** An item that matches a search, and how. */
export interface SearchHit {
  readonly item: ItemVersion;
  readonly document: unknown;
  readonly name: string;
  readonly match: SearchMatch;
}

/** Where a search goes on: among the items of a rank, after an item. */
export interface SearchPosition extends Partial<ItemRef> {
  readonly rank: SearchRank;
}

/** Whether the store has an index to search with. Without one a search reads the items, a stretch at a time. */
export function hasSearchIndex({ store }: ReadSnapshot): boolean {
  return store.searchCandidates !== undefined;
}

/**
 * Reads a stretch of the items that match, best rank first and in order of collection and key within a rank. The store's index names
 * candidates, and each is read as of the snapshot and looked at here: an index that is late, or has more, changes no answer.
 */
export async function searchItems(
  snapshot: ReadSnapshot,
  collections: readonly Collection[],
  query: SearchQuery,
  { from, limit, nameOf }: { readonly from: SearchPosition; readonly limit: number; readonly nameOf: NameOf },
): Promise<ReadPage<SearchHit, SearchPosition>> {
  const { rank, collection, key } = from;
  const after = collection !== undefined && key !== undefined ? { collection, key } : undefined;
  const words = rank === "exact" || rank === "prefix" ? [query.text] : query.words;
  const page = await readCandidates(
    snapshot,
    { collections, words, where: rank, order: "asc", nameOf },
    { limit, after },
  );
  const hits = hitsOf(page.rows, query, nameOf).filter(({ match }) => match.rank === rank);
  const nextRank = SEARCH_RANKS[SEARCH_RANKS.indexOf(rank) + 1];
  const next = page.next ? { rank, ...page.next } : nextRank && { rank: nextRank };
  return { rows: hits, read: page.read, ...(next && { next }) };
}

/** Reads a stretch of the items that may match, as of the snapshot. */
export async function readCandidates(
  snapshot: ReadSnapshot,
  search: CandidateSearch,
  { limit, after }: { readonly limit: number; readonly after?: ItemRef | undefined },
): Promise<ReadPage<ItemVersion, ItemRef>> {
  const found = await snapshot.store.searchCandidates?.(search, { limit, ...(after && { after }) });
  const refs = found?.items ?? [];
  return { rows: await readRefs(snapshot, refs), read: refs.length, ...(found?.next && { next: found.next }) };
}

/** Those of the items that match. */
export function hitsOf(items: readonly ItemVersion[], query: SearchQuery, nameOf: NameOf): SearchHit[] {
  return items.flatMap((item) => {
    const document = readDocument(item);
    const name = nameOf(item, document);
    const match = matchItem({ ...item, name }, document, query);
    return match ? [{ item, document, name, match }] : [];
  });
}

const SCANNED_AT_A_TIME = 1_000;
const MAX_SCANNED = 100_000;

/**
 * The items with this short id, usually one. Without an index the keys of the collections are read until it is found, at most 100,000 of
 * them: `complete` says whether all were.
 */
export async function readShortId(
  snapshot: ReadSnapshot,
  collections: readonly Collection[],
  shortId: string,
): Promise<{ readonly refs: readonly ItemRef[]; readonly complete: boolean }> {
  const indexed = await snapshot.store.itemsOfShortId?.(shortId);
  if (indexed) return { refs: indexed, complete: true };
  let scanned = 0;
  for (const collection of collections) {
    const page = { limit: SCANNED_AT_A_TIME, consistency: "eventual" } as const;
    for await (const items of itemPages(snapshot.store, collection, {}, page)) {
      if (scanned >= MAX_SCANNED) return { refs: [], complete: false };
      const found = items.map(([{ key }]) => ({ collection, key })).filter((ref) => shortIdOf(ref) === shortId);
      if (found.length > 0) return { refs: found, complete: true };
      scanned += items.length;
    }
  }
  return { refs: [], complete: true };
}
