import { documentOf, itemBody } from "../api/items.ts";
import { readItems } from "../inventory/items.ts";
import type { ReadSnapshot } from "../inventory/read-timestamp.ts";
import type { Collection } from "../model/collection.ts";
import type { ItemRef } from "../model/item.ts";
import type { NameOf } from "../model/node.ts";
import type { NamedItemBody } from "./columns.ts";

/** Few enough that a page of the largest documents fits into memory. */
const PAGE_ITEMS = 250;

/**
 * Reads the items that there are as of the snapshot, of collections in the order of their names, each in the order of its keys; only those
 * after an item, if it is given. The signal's reason ends it.
 */
export async function* readPresentItems(
  snapshot: ReadSnapshot,
  collections: readonly Collection[],
  {
    after,
    nameOf,
    signal,
  }: { readonly after: ItemRef | undefined; readonly nameOf: NameOf; readonly signal: AbortSignal },
): AsyncGenerator<NamedItemBody> {
  for (const collection of collections) {
    if (after && collection < after.collection) continue;
    let from = collection === after?.collection ? after.key : undefined;
    do {
      signal.throwIfAborted();
      const page = await readItems(
        snapshot,
        collection,
        {},
        { limit: PAGE_ITEMS, ...(from !== undefined && { after: from }) },
      );
      for (const item of page.rows) {
        if (item.state !== "present") continue;
        const document = documentOf(item);
        yield { ...itemBody(item, document), name: nameOf(item, document) };
      }
      from = page.next;
    } while (from !== undefined);
    // What the snapshot knows of a collection would otherwise stay in memory until the end.
    snapshot.refresh(collection);
  }
}
