import type { Collection, KeyRange } from "../model/collection.ts";
import { headOf } from "../model/head.ts";
import type { Instant } from "../model/instant.ts";
import type { ItemVersion } from "../model/item.ts";
import type { ScopeState } from "../model/scope-state.ts";
import { itemPages, type Store } from "../store/port.ts";

const PAGE = 1_000;

/**
 * The instants whose rows do not count for a reader of these states: never committed ones, and those being written. Read after the
 * states, so that what a takeover took out of a state is among the collection's discards.
 */
export async function uncommittedInstants(
  store: Store,
  collection: Collection,
  states: readonly ScopeState[],
): Promise<ReadonlySet<Instant>> {
  const discards = await store.discards(collection);
  const written = states.flatMap(({ writing, discarding }) => [...discarding, ...(writing ? [writing] : [])]);
  return new Set([...discards, ...written]);
}

/** The heads of all items in the range, tombstones too, page by page in key order. `states` are those of the range, read before. */
export async function* readHeads(
  store: Store,
  collection: Collection,
  states: readonly ScopeState[],
  range: KeyRange,
  consistency: "strong" | "eventual" = "strong",
): AsyncGenerator<ItemVersion[]> {
  const uncommitted = await uncommittedInstants(store, collection, states);
  for await (const items of itemPages(store, collection, range, { limit: PAGE, consistency })) {
    yield items.flatMap((versions) => headOf(versions, uncommitted) ?? []);
  }
}

/** The heads of those keys that have one. */
export async function headsOf(
  store: Store,
  collection: Collection,
  keys: readonly string[],
  uncommitted: ReadonlySet<Instant>,
): Promise<Map<string, ItemVersion>> {
  const heads = new Map<string, ItemVersion>();
  if (keys.length === 0) return heads;
  for (const versions of await store.itemsOf(collection, keys)) {
    const head = headOf(versions, uncommitted);
    if (head) heads.set(head.key, head);
  }
  return heads;
}
