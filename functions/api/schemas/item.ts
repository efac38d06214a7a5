import { z } from "@hono/zod-openapi";
import {
  asOf,
  Cause,
  ChangeKind,
  Differences,
  Document,
  Edge,
  freshAt,
  Instant,
  ItemState,
  itemRefShape,
  listOf,
  scopeOfItem,
  version,
} from "./values.ts";

/** Items, their versions and their changes. */

const itemShape = {
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

export const Item = z.strictObject(itemShape).openapi("Item");

export const ItemSelection = z
  .strictObject({ ...z.strictObject(itemShape).partial().shape, id: itemRefShape.id })
  .openapi("ItemSelection", { description: "The members of an item that `fields` names." });

export const ItemMembers = z
  .strictObject(itemShape)
  .omit({ id: true })
  .partial()
  .openapi("ItemMembers", { description: "The members that `fields` names of the item that states an edge." });

export const ItemList = listOf(z.union([Item, ItemSelection]), "ItemList");

export const ItemAsOf = z
  .strictObject({ ...itemShape, asOf, freshAt })
  .openapi("ItemAsOf", { description: "An item, and the instant at which it was like this." });

export const ItemVersion = z
  .strictObject({
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

export const History = listOf(ItemVersion, "History");

export const Change = z
  .strictObject({
    at: Instant,
    kind: ChangeKind,
    ...itemRefShape,
    scope: scopeOfItem,
    version,
    previousAt: Instant.optional().openapi({ description: "The item's change before this one." }),
    cause: Cause.optional(),
    differences: Differences.optional().openapi({ description: "Of a modification: what differs." }),
    document: Document.openapi({ description: "The content after the change; of a removal, the last known." }),
  })
  .openapi("Change");

export const ChangeList = listOf(Change, "ChangeList");
