import type { Api } from "../read/api.ts";
import { itemIdOf } from "../read/find-item.ts";

/*
 * Agents are shown short ids, which cost them less to read. A deployed API finds an item by its short id, its name or its key only by reading keys one
 * after another; by its id at once. A short id stands for one id everywhere, so what was shown once is remembered.
 */

const MAX_KNOWN = 20_000;
const known = new Map<string, string>();

/** Remembers the id of an item that is shown. */
export function remember(shortId: string, id: string): void {
  known.delete(shortId);
  known.set(shortId, id);
  const [oldest] = known.keys();
  if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
}

/** The id of the item that an agent names. */
export async function idOfItem(api: Api, text: string, at: string | undefined): Promise<string> {
  return known.get(text) ?? itemIdOf(api, text, at);
}
