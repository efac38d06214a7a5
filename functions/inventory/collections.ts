import { collectionOf, partsOf, serviceOf } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import type { Instant } from "../model/instant.ts";
import type { Store } from "../store/port.ts";

/** Which collections a request is about: all, or those that agree with every member given. */
export interface CollectionFilter {
  readonly source?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/** Reads the records of the sources' collections that match the filter, in order of collection. */
export async function readCollections(
  store: Store,
  sources: readonly { readonly id: string }[],
  filter: CollectionFilter = {},
): Promise<CollectionRecord[]> {
  const { source, account, region } = filter;
  const wanted = sources.filter(({ id }) => source === undefined || id === source);
  const ids = new Set(wanted.map(({ id }) => id));
  if (ids.size === 0) return [];
  if (source !== undefined && account !== undefined && region !== undefined) {
    const record = await store.collectionRecord(collectionOf(source, { account, region }));
    return record ? [record] : [];
  }
  const records = await store.collectionRecords([...new Set(wanted.map(({ id }) => serviceOf(id)))]);
  return records.filter(({ collection }) => {
    const parts = partsOf(collection);
    return (
      ids.has(parts.source) &&
      (account === undefined || parts.account === account) &&
      (region === undefined || parts.region === region)
    );
  });
}

/**
 * When the active collection that waits longest was last listed whole: everything in all of them is at least as fresh. Undefined when one
 * never was, or when there are none.
 */
export function freshAtOf(records: readonly CollectionRecord[]): Instant | undefined {
  const active = records.filter(({ status }) => status === "active");
  return active.map(({ freshAt = "" }) => freshAt).sort()[0] || undefined;
}
