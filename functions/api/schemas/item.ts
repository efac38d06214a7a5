import { z } from "@hono/zod-openapi";
import {
  asOf,
  Cause,
  ChangeKind,
  counted,
  Differences,
  Document,
  Edge,
  filtered,
  freshAt,
  Instant,
  ItemState,
  itemRefShape,
  listOf,
  name,
  scopeOfItem,
  version,
} from "./values.ts";

/** Items, their versions and their changes. */

const versionDetails = {
  hash: z.string().openapi({ description: "Of key, edges, names and document, as Stocktake compares them." }),
  edges: z.array(Edge).openapi({ description: "All edges that it states." }),
  names: z.array(z.string()).optional().openapi({ description: "What the graph finds it by." }),
  edgesSince: Instant.openapi({ description: "The instant of the version since which it has these edges and names." }),
  previousAt: Instant.optional().openapi({ description: "The instant of the version before." }),
};

const StoredVersion = z
  .strictObject({ ...versionDetails })
  .openapi("StoredVersion", { description: "What is stored of an item's version beside what the item shows." });

const StoredChange = z
  .strictObject({
    ...versionDetails,
    kind: z.enum(["added", "modified", "removed", "reindexed"]).openapi({
      description:
        "`reindexed`: only what is derived from the document differs. `kind` of the change is then `modified`.",
    }),
    firstSeenAt: Instant,
    before: z
      .strictObject({
        ...versionDetails,
        at: Instant,
        scope: scopeOfItem,
        state: ItemState,
        version,
        firstSeenAt: Instant,
        cause: Cause.optional(),
        document: Document.optional().openapi({ description: "Absent where it is the document after the change." }),
      })
      .optional()
      .openapi({ description: "The version before; absent of an item that was never seen before." }),
  })
  .openapi("StoredChange", { description: "What is stored of a change beside what it shows." });

/** Of lists that return everything that is stored. */
const full = {
  keptSince: Instant.optional().openapi({
    description: "The change log is whole from this instant on; with `full=true`.",
  }),
};

const itemShape = {
  name: name.openapi({ description: "What people call it; with `names=true`, or where `fields` asks for it." }),
  ...itemRefShape,
  scope: scopeOfItem,
  state: ItemState,
  version,
  firstSeenAt: Instant,
  changedAt: Instant.openapi({ description: "The instant of the change that made this version." }),
  removedAt: Instant.optional(),
  cause: Cause.optional(),
  edge: Edge.optional(),
  document: Document,
};

const stored = { stored: StoredVersion.optional() };

export const Item = z.strictObject({ ...itemShape, ...stored }).openapi("Item");

export const ItemSelection = z
  .strictObject({ ...z.strictObject({ ...itemShape, ...stored }).partial().shape, id: itemRefShape.id })
  .openapi("ItemSelection", { description: "The members of an item that `fields` names." });

export const ItemMembers = z
  .strictObject({ ...itemShape })
  .omit({ id: true })
  .partial()
  .openapi("ItemMembers", { description: "The members that `fields` names of the item that states an edge." });

export const ItemList = listOf(z.union([Item, ItemSelection]), "ItemList", { ...filtered, ...full });

export const ItemAsOf = z
  .strictObject({ ...itemShape, asOf, freshAt })
  .openapi("ItemAsOf", { description: "An item, and the instant at which it was like this." });

export const ItemVersion = z
  .strictObject({
    name,
    version,
    state: ItemState,
    kind: ChangeKind.optional().openapi({
      description: "The change that made it; absent when the log no longer has it.",
    }),
    from: Instant,
    until: Instant.optional().openapi({ description: "Exclusive; absent on the newest version." }),
    cause: Cause.optional(),
    edge: Edge.optional(),
    document: Document,
    differences: Differences.optional().openapi({
      description: "Of a modification: where it differs from the version before.",
    }),
  })
  .openapi("ItemVersion");

export const History = listOf(ItemVersion, "History", counted);

export const Change = z
  .strictObject({
    at: Instant,
    kind: ChangeKind,
    name,
    ...itemRefShape,
    scope: scopeOfItem,
    version,
    previousAt: Instant.optional().openapi({ description: "The item's change before this one." }),
    cause: Cause.optional(),
    edge: Edge.optional().openapi({ description: "With `names=true`." }),
    differences: Differences.optional().openapi({ description: "Of a modification: what differs." }),
    document: Document.openapi({ description: "The content after the change; of a removal, the last known." }),
    stored: StoredChange.optional(),
  })
  .openapi("Change");

export const ChangeList = listOf(Change, "ChangeList", { ...filtered, ...full });

export const SearchHit = z
  .strictObject({
    ...z.strictObject(itemShape).partial().shape,
    id: itemRefShape.id,
    name: z.string().openapi({ description: "What people call it." }),
    rank: z.enum(["exact", "prefix", "name", "text"]).openapi({
      description: "The name is what was searched for, begins with it, or has all its words; or they are elsewhere.",
    }),
    matched: z
      .array(
        z.strictObject({
          path: z.string().openapi({
            description: "`name`, `key`, `source`, or a path into the document (`document.Tags[0].Value`).",
          }),
          value: z.string(),
        }),
      )
      .openapi({ description: "Where the words are." }),
  })
  .openapi("SearchHit", {
    description: "An item that matches a search; with its document where `fields` asks for it.",
  });

export const SearchResult = listOf(SearchHit, "SearchResult", {
  ...counted,
  scanned: z
    .strictObject({
      items: z.int(),
      through: z.strictObject(itemRefShape).partial({ id: true, shortId: true }).optional(),
    })
    .optional()
    .openapi({
      description:
        "Where the database has no search index: how many items this page read, and the last of them; absent when all were read.",
    }),
});
