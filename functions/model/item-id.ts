import { hash } from "node:crypto";
import { partsOf } from "./collection.ts";
import type { ItemRef } from "./item.ts";

/** The id of an item: its collection and key, base64url. A collection holds exactly two slashes, so the third ends it. */
export function idOf({ collection, key }: ItemRef): string {
  return Buffer.from(`${collection}/${key}`).toString("base64url");
}

export const SHORT_ID = /^[0-9a-f]{12}$/;

/** A short id: the first twelve digits of the SHA-256 of the long one. Two of a million items have the same once in five hundred inventories. */
export function shortIdOf(ref: ItemRef): string {
  return shortened(idOf(ref));
}

function shortened(id: string): string {
  return hash("sha256", id, "hex").slice(0, 12);
}

/** The members by which items and changes say which item they are about. */
export function itemRefFields(ref: ItemRef) {
  const id = idOf(ref);
  const { source, account, region } = partsOf(ref.collection);
  return { id, shortId: shortened(id), source, account, region };
}
