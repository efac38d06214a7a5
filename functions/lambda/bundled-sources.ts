import type { SourceMetadata } from "../api/service.ts";
import { serviceOf } from "../model/collection.ts";

/** Written in when this is bundled. Sources of a service are in the same regions, which would be most of the text. */
declare const STOCKTAKE_SOURCES: readonly Omit<SourceMetadata, "regions">[];
declare const STOCKTAKE_REGIONS: Readonly<Record<string, readonly string[]>>;

/**
 * The metadata of every source. The registry itself would bring every service's client along, for functions that call none of them.
 */
export const BUNDLED_SOURCES: readonly SourceMetadata[] = STOCKTAKE_SOURCES.map((metadata) => ({
  ...metadata,
  regions: STOCKTAKE_REGIONS[serviceOf(metadata.id)] ?? [],
}));
