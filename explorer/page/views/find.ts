import { kindText } from "../graph/kinds.ts";
import type { Item, ItemSelection } from "../ui/answers.ts";
import { each, get, ITEM_SELECTIONS } from "../ui/api.ts";
import { sourceIds } from "../ui/known-sources.ts";
import { href } from "../ui/route.ts";
import { END_FIELDS, endsOf, kindOfNode, namePathsOf, shortNode, titleOf } from "../ui/sources.ts";

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
  const items = (await readFound(text, signal)).flatMap((item) => (isNamed(item) ? [item] : []));
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
  const found = items.map(
    (item): Found => ({
      kind: item.state === "removed" ? "Removed item" : "Item",
      name: titleOf(item),
      detail: `${item.source} ${item.key}`,
      link: href("items", {}, item.id),
    }),
  );
  return [...[...nodes.values()].slice(0, 8), ...found];
}

type NamedItem = ItemSelection & Pick<Item, "source" | "key" | "document">;

const isNamed = (item: ItemSelection): item is NamedItem => item.source !== undefined && item.key !== undefined;

/** By exact names, which is what the API can filter by. */
async function readFound(name: string, signal: AbortSignal): Promise<readonly ItemSelection[]> {
  const found: ItemSelection[] = [];
  const places = (await sourceIds()).flatMap((source) => namePathsOf(source).map((path) => [source, path] as const));
  await each(places, 4, async ([source, path]) => {
    const query = { source, [`filter[${path}]`]: name, fields: FIELDS, limit: LIMIT };
    found.push(...(await get(ITEM_SELECTIONS, query, signal)).items);
  });
  return found;
}
