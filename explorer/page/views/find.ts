import { kindText } from "../graph/kinds.ts";
import { get, SEARCH } from "../ui/api.ts";
import { href } from "../ui/route.ts";
import { END_FIELDS, endsOf, kindOfNode, shortNode, titleOf } from "../ui/sources.ts";

/* What the search box finds in the inventory. */

/** Something that was found, and where it leads. */
export interface Found {
  readonly kind: string;
  readonly name: string;
  readonly detail: string;
  readonly link: string;
}

const LIMIT = 30;
const FIELDS = ["source", "account", "region", "key", "state", "edge", ...END_FIELDS].join(",");

/** Nodes and items that have the words: nodes first, since many items may name one. */
export async function findInInventory(text: string, signal: AbortSignal): Promise<Found[]> {
  const found = await get(SEARCH, { q: text, state: "all", fields: FIELDS, limit: LIMIT }, signal);
  // All of them have the members that were asked for.
  const items = found.items.flatMap(({ source, key, document = {}, ...hit }) =>
    source !== undefined && key !== undefined ? [{ ...hit, source, key, document }] : [],
  );
  const words = text.toLowerCase().split(/\s+/);
  const nodes = new Map<string, Found>();
  const starts = new Set(items.map(({ edge }) => edge?.from));
  for (const { node, name, kind } of items.flatMap(endsOf)) {
    const called = name ?? shortNode(node);
    const isWanted = words.every((word) => `${called}\n${node}`.toLowerCase().includes(word));
    if (isWanted && !nodes.has(node)) {
      nodes.set(node, {
        kind: kindText(kind ?? kindOfNode(node)),
        name: called,
        detail: node,
        link: href("lineage", { node, direction: starts.has(node) ? "" : "in" }),
      });
    }
  }
  const results = items.map(
    (item): Found => ({
      kind: item.state === "removed" ? "Removed item" : "Item",
      name: titleOf(item),
      detail: `${item.source} ${item.key}`,
      link: href("items", {}, item.id),
    }),
  );
  return [...[...nodes.values()].slice(0, 8), ...results];
}
