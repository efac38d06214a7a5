import { get, SEARCH } from "../ui/api.ts";
import { sourceIds } from "../ui/known-sources.ts";
import { href } from "../ui/route.ts";
import { endsOf, kindOf, kindOfNode, kindText, namingFields, nodeOf, shortNode, titleOf } from "../ui/sources.ts";
import { before } from "../ui/time.ts";

/* What the search box finds in the inventory. */

/** Something that was found, and where it leads. */
export interface Found {
  readonly kind: string;
  readonly name: string;
  readonly detail: string;
  readonly link: string;
}

const LIMIT = 30;
const MAX_NODES = 8;

/** Nodes and items that have the words: nodes that only relations name come first, since many may name one. */
export async function findInInventory(text: string, signal: AbortSignal): Promise<Found[]> {
  const fields = [
    "source",
    "account",
    "region",
    "key",
    "state",
    "removedAt",
    "name",
    "edge",
    ...namingFields(await sourceIds()),
  ].join(",");
  const found = await get(SEARCH, { q: text, state: "all", fields, limit: LIMIT }, signal);
  // All of them have the members that were asked for.
  const items = found.items.flatMap(({ source, key, document = {}, ...hit }) =>
    source !== undefined && key !== undefined ? [{ ...hit, source, key, document }] : [],
  );
  const words = text.toLowerCase().split(/\s+/);
  const named = new Set(items.map(nodeOf));
  const nodes = new Map<string, Found>();
  for (const { node, name, kind } of items.filter((item) => kindOf(item) === undefined).flatMap(endsOf)) {
    const called = name ?? shortNode(node);
    const isWanted = words.every((word) => `${called}\n${node}`.toLowerCase().includes(word));
    if (isWanted && !named.has(node) && !nodes.has(node)) {
      nodes.set(node, {
        kind: kindText(kind ?? kindOfNode(node)),
        name: called,
        detail: node,
        link: href("lineage", { node, direction: "both", depth: 2 }),
      });
    }
  }
  const results = items.map(
    (item): Found => ({
      kind: [item.state === "removed" && "Removed", kindOf(item) ?? "Relation"].filter(Boolean).join(" "),
      name: titleOf(item),
      detail: `${item.source} ${nodeOf(item)}`,
      // What was removed is shown as it last was.
      link: href("items", { at: item.removedAt && before(item.removedAt) }, item.id),
    }),
  );
  return [...[...nodes.values()].slice(0, MAX_NODES), ...results];
}
