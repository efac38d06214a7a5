import { parseJson } from "../model/canonical.ts";
import { SyncError } from "../model/errors.ts";
import type { ItemVersion } from "../model/item.ts";

type Documented = Pick<ItemVersion, "collection" | "key" | "document">;

/** What a version's document says. Throws SyncError `damaged` when it cannot be read. */
export function readDocument({ collection, key, document: text }: Documented): unknown {
  const document = parseJson(text);
  if (document !== undefined) return document;
  const what = `the document of item ${key} in ${collection} cannot be read`;
  throw new SyncError("damaged", `${what}: run \`stocktake verify --repair\``);
}

/** A version's document as it is stored, to be put into JSON. One that was cut off is no object any more; reading each would take much longer. */
export function documentText(version: Documented): string {
  const { document } = version;
  if (!document.startsWith("{") || !document.endsWith("}")) readDocument(version);
  return document;
}
