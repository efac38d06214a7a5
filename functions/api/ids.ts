import { collectionOf, partsOf } from "../model/collection.ts";
import type { ItemPlace } from "../store/port.ts";
import { Problem, quoted } from "./problems.ts";

/*
 * An item's id is its collection and key, base64url. A collection holds exactly two slashes, so the third ends it.
 */

const PLACE = /^([a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)*)\/(\d{12})\/([a-z]{2}(?:-[a-z]+)+-\d+)\/(.+)$/s;
/** A sort key's limit, less what precedes it in the log. */
const MAX_KEY_BYTES = 1_024;

/** The id of an item, the same in everything the API says of it. */
export function idOf({ collection, key }: ItemPlace): string {
  return Buffer.from(`${collection}/${key}`).toString("base64url");
}

/** Reads an id; undefined when the text is not one. */
export function parseId(id: string): ItemPlace | undefined {
  const place = Buffer.from(id, "base64url");
  const match = PLACE.exec(place.toString());
  if (!match || place.toString("base64url") !== id) return undefined;
  const [, source = "", account = "", region = "", key = ""] = match;
  const item = { collection: collectionOf(source, { account, region }), key };
  // Decoding replaces what is not valid Unicode, so only an id that comes out as it went in is one.
  return idOf(item) === id && Buffer.byteLength(key) <= MAX_KEY_BYTES ? item : undefined;
}

/** Reads the id in a path, or throws the problem it is. */
export function placeOfId(id: string): ItemPlace {
  const place = parseId(id);
  if (!place) {
    throw new Problem("invalid-id", `${quoted(id)} is not an item's id: use one as /v1/items gives it`, {
      members: { parameter: "id" },
    });
  }
  return place;
}

/** Where an item is, in the members that items and changes share. */
export function placeMembers(place: ItemPlace) {
  return { id: idOf(place), ...partsOf(place.collection) };
}
