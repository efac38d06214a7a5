import { ACCOUNT, collectionOf, partsOf, REGION, SOURCE_ID } from "../model/collection.ts";
import { type ItemRef, isStorableKey } from "../model/item.ts";
import { Problem, quoted } from "./problems.ts";

/*
 * An item's id is its collection and key, base64url. A collection holds exactly two slashes, so the third ends it.
 */

/** The id of an item, the same in everything the API says of it. */
export function idOf({ collection, key }: ItemRef): string {
  return Buffer.from(`${collection}/${key}`).toString("base64url");
}

/** Reads an id; undefined when the text is not one, or names what cannot be stored. */
export function parseId(id: string): ItemRef | undefined {
  const [source = "", account = "", region = "", ...rest] = Buffer.from(id, "base64url").toString().split("/");
  const key = rest.join("/");
  if (!SOURCE_ID.test(source) || !ACCOUNT.test(account) || !REGION.test(region)) return undefined;
  const item = { collection: collectionOf(source, { account, region }), key };
  // Decoding replaces what is not valid Unicode, so only an id that comes out as it went in is one.
  return key !== "" && isStorableKey(key) && idOf(item) === id ? item : undefined;
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
