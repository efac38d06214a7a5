import type { z } from "zod";
import type {
  Graph as GraphSchema,
  Impact as ImpactSchema,
  NetChange as NetChangeSchema,
  PathList as PathListSchema,
} from "../../../functions/api/schemas/comparison.ts";
import type {
  CollectionList as CollectionListSchema,
  CollectionEntry as CollectionSchema,
  Source as SourceSchema,
  Sync as SyncSchema,
} from "../../../functions/api/schemas/freshness.ts";
import type {
  Change as ChangeSchema,
  ItemAsOf as ItemAsOfSchema,
  ItemList,
  Item as ItemSchema,
  ItemSelection as ItemSelectionSchema,
  ItemVersion as ItemVersionSchema,
  SearchHit as SearchHitSchema,
} from "../../../functions/api/schemas/item.ts";
import type { Difference as DifferenceSchema } from "../../../functions/api/schemas/values.ts";

/*
 * What the API answers, by its own schemas: only their types, so that a member renamed there fails the type check here, and none of
 * the API's code is in the page.
 */

export type Source = z.infer<typeof SourceSchema>;
export type Collection = z.infer<typeof CollectionSchema>;
/** A page of collections, what is wrong first, and what all of them come to. */
export type CollectionPage = z.infer<typeof CollectionListSchema>;
export type Sync = z.infer<typeof SyncSchema>;

export type Item = z.infer<typeof ItemSchema>;
/** The members of an item that `fields` names. */
export type ItemSelection = z.infer<typeof ItemSelectionSchema>;
export type ItemAsOf = z.infer<typeof ItemAsOfSchema>;
export type ItemVersion = z.infer<typeof ItemVersionSchema>;
/** An item that a search found. */
export type SearchHit = z.infer<typeof SearchHitSchema>;
export type Change = z.infer<typeof ChangeSchema>;
export type NetChange = z.infer<typeof NetChangeSchema>;
export type ChangeKind = Change["kind"];
export type Edge = NonNullable<Item["edge"]>;
/** A side is absent where there is nothing. */
export type Difference = Pick<z.infer<typeof DifferenceSchema>, "path"> & Partial<z.infer<typeof DifferenceSchema>>;

export type GraphAnswer = z.infer<typeof GraphSchema>;
export type PathsAnswer = z.infer<typeof PathListSchema>;
export type ImpactAnswer = z.infer<typeof ImpactSchema>;
export type GraphEdge = GraphAnswer["edges"][number];

/** A page of a list. */
export type List<Entry> = Pick<
  z.infer<typeof ItemList>,
  "asOf" | "freshAt" | "nextCursor" | "count" | "countTruncated" | "warnings"
> & {
  readonly items: readonly Entry[];
};
