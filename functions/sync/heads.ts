import type { Collection, KeyRange } from "../model/collection.ts";
import { headOf } from "../model/head.ts";
import type { Instant } from "../model/instant.ts";
import type { ItemVersion } from "../model/item.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Store } from "../store/port.ts";

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

/** The heads of all items in the range, tombstones too, page by page in key order. */
export async function* readHeads(
  store: Store,
  collection: Collection,
  range: KeyRange,
  {
    uncommitted,
    consistency,
  }: { readonly uncommitted: ReadonlySet<Instant>; readonly consistency: "strong" | "eventual" },
): AsyncGenerator<ItemVersion[]> {
  let after: string | undefined;
  do {
    const page = await store.items(collection, range, {
      limit: PAGE,
      consistency,
      ...(after !== undefined && { after }),
    });
    yield page.items.flatMap((versions) => headOf(versions, uncommitted) ?? []);
    after = page.next;
  } while (after !== undefined);
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
