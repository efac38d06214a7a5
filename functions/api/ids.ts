import { collectionOf, partsOf } from "../model/collection.ts";
import type { ItemRef } from "../model/item.ts";
import { Problem, quoted } from "./problems.ts";

/*
 * An item's id is its collection and key, base64url. A collection holds exactly two slashes, so the third ends it.
 */

const ITEM = /^([a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)*)\/(\d{12})\/([a-z]{2}(?:-[a-z]+)+-\d+)\/(.+)$/s;
/** No stored key is longer. */
const MAX_KEY_BYTES = 998;

/** The id of an item, the same in everything the API says of it. */
export function idOf({ collection, key }: ItemRef): string {
  return Buffer.from(`${collection}/${key}`).toString("base64url");
}

/** Reads an id; undefined when the text is not one. */
export function parseId(id: string): ItemRef | undefined {
  const bytes = Buffer.from(id, "base64url");
  const match = ITEM.exec(bytes.toString());
  if (!match || bytes.toString("base64url") !== id) return undefined;
  const [, source = "", account = "", region = "", key = ""] = match;
  const item = { collection: collectionOf(source, { account, region }), key };
  // Decoding replaces what is not valid Unicode, so only an id that comes out as it went in is one.
  return idOf(item) === id && Buffer.byteLength(key) <= MAX_KEY_BYTES ? item : undefined;
}

/** Reads the id in a path, or throws a problem. */
export function refOfId(id: string): ItemRef {
  const ref = parseId(id);
  if (!ref) {
    throw new Problem("invalid-id", `${quoted(id)} is not an item's id: use an id from /v1/items`, {
      members: { parameter: "id" },
    });
  }
  return ref;
}

/** The members by which items and changes say which item they are about. */
export function itemRefFields(ref: ItemRef) {
  return { id: idOf(ref), ...partsOf(ref.collection) };
}
