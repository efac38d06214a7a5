import { readShortId } from "../inventory/search.ts";
import { ACCOUNT, collectionOf, REGION, SOURCE_ID } from "../model/collection.ts";
import { type ItemRef, isStorableKey } from "../model/item.ts";
import { idOf, SHORT_ID } from "../model/item-id.ts";
import { Problem, quoted } from "./problems.ts";
import { openRead } from "./read.ts";
import type { Service } from "./service.ts";

/** Reads an id; undefined when the text is not one, or names what cannot be stored. */
export function parseId(id: string): ItemRef | undefined {
  const [source = "", account = "", region = "", ...rest] = Buffer.from(id, "base64url").toString().split("/");
  const key = rest.join("/");
  if (!SOURCE_ID.test(source) || !ACCOUNT.test(account) || !REGION.test(region)) return undefined;
  const item = { collection: collectionOf(source, { account, region }), key };
  // Decoding replaces what is not valid Unicode, so only an id that comes out as it went in is one.
  return key !== "" && isStorableKey(key) && idOf(item) === id ? item : undefined;
}

/** Whether a text is an item's id, long or short. */
export function isId(text: string): boolean {
  return SHORT_ID.test(text) || parseId(text) !== undefined;
}

/** Reads an id, long or short, or throws a problem. */
export async function refOfId(service: Service, id: string): Promise<ItemRef> {
  const ref = parseId(id);
  if (ref) return ref;
  if (!SHORT_ID.test(id)) {
    throw new Problem("invalid-id", `${quoted(id)} is not an item's id: use an id or a shortId from /v1/items`, {
      members: { parameter: "id" },
    });
  }
  const { snapshot, collections } = await openRead(service, {});
  const { refs, complete } = await readShortId(snapshot, collections, id);
  const [only, ...others] = refs;
  if (others.length > 0) {
    const detail = `${refs.length} items have the short id ${id}: use one of their ids, ${refs.map(idOf).join(" or ")}`;
    throw new Problem("invalid-id", detail, { members: { parameter: "id" } });
  }
  if (only) return only;
  const unread = "among the items that one request reads. Use the item's id";
  throw new Problem(
    "unknown-item",
    `no item has the short id ${id}${complete ? ", or its history has expired" : ` ${unread}`}`,
  );
}
