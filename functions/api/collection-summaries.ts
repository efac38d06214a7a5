import { type CollectionSummary, summarizeCollections } from "../inventory/summary.ts";
import { partsOf } from "../model/collection.ts";
import type { Read } from "./read.ts";
import type { Service } from "./service.ts";

/** What is the case with each collection of a read, in order of collection. */
export function readSummaries({ store, sources }: Service, { records }: Read): Promise<CollectionSummary[]> {
  const known = new Map(sources.map((source) => [source.id, source]));
  const collections = records.flatMap((record) => {
    const source = known.get(partsOf(record.collection).source);
    return source ? [{ record, source }] : [];
  });
  return summarizeCollections(store, collections);
}
