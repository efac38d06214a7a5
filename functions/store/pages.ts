import type { Collection, KeyRange } from "../model/collection.ts";
import type { Change } from "../model/item.ts";
import type { LogRange, Store, StoredItem } from "./port.ts";

/** All keys of a range with their versions, a page at a time in order. What is deleted meanwhile ends no page early. */
export async function* itemPages(
  store: Pick<Store, "items">,
  collection: Collection,
  range: KeyRange,
  page: { readonly limit: number; readonly consistency?: "strong" | "eventual" },
): AsyncGenerator<readonly StoredItem[]> {
  for (let after: { after?: string } | undefined = {}; after; ) {
    const { items, next }: Awaited<ReturnType<Store["items"]>> = await store.items(collection, range, {
      ...page,
      ...after,
    });
    yield items;
    after = next === undefined ? undefined : { after: next };
  }
}

/** A whole stretch of the log in order of time and key, discarded instants among it, a page at a time. */
export async function* logPages(
  store: Pick<Store, "changes">,
  collection: Collection,
  range: LogRange,
  limit: number,
): AsyncGenerator<readonly Change[]> {
  for (let rest: LogRange | undefined = range; rest; ) {
    const { changes, next }: Awaited<ReturnType<Store["changes"]>> = await store.changes(collection, rest, limit);
    yield changes;
    rest = next && { ...range, after: next };
  }
}
