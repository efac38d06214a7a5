import type { Collection } from "../model/collection.ts";
import type { Edge } from "../model/source.ts";
import type { ItemPlace, Store } from "../store/port.ts";
import { concurrently } from "../sync/concurrently.ts";
import type { ItemAt, ScopeInstants } from "./reads.ts";
import { itemsAt } from "./reads.ts";

export type Direction = "out" | "in" | "both";

/** One edge of a walk, as the item states it, and the node it led to if that had not been reached before. */
export interface Step {
  readonly item: ItemAt;
  readonly edge: Edge;
  readonly reached?: { readonly node: string; readonly depth: number };
}

export interface GraphWalk {
  readonly start: string;
  readonly direction: Direction;
  /** How many edges away from the start to go at most. */
  readonly depth: number;
  /** How many edges to answer with at most. */
  readonly limit: number;
  /** At which instants a collection's scopes are read; undefined of a collection that is not to be looked at. */
  readonly instants: (collection: Collection) => Promise<ScopeInstants> | undefined;
}

const NODES_AT_ONCE = 8;
const ITEMS_AT_ONCE = 500;
/** One walk reads this many items at most; expanding a node counts as some. */
const READ_BUDGET = 20_000;
const NODE_COST = 5;

/**
 * Walks edges breadth first from a node, each edge once however many ways lead to it. Edges of the nodes nearest
 * to the start come first. `truncated` says that there was more than the limit, or than one walk may read.
 */
export async function walkGraph(
  store: Store,
  { start, direction, depth, limit, instants }: GraphWalk,
): Promise<{ readonly steps: Step[]; readonly truncated: boolean }> {
  const steps: Step[] = [];
  const reached = new Set([start]);
  const walked = new Set<string>();
  let budget = READ_BUDGET;
  let frontier = [start];
  for (let away = 1; away <= depth && frontier.length > 0; away += 1) {
    const next: string[] = [];
    for (let from = 0; from < frontier.length; from += NODES_AT_ONCE) {
      if (budget <= 0) return { steps, truncated: true };
      const nodes = frontier.slice(from, from + NODES_AT_ONCE);
      const share = Math.ceil(budget / nodes.length);
      const found = await concurrently(NODES_AT_ONCE, nodes, (node) =>
        edgesOf(store, node, direction, instants, { items: share, edges: limit + 1 }),
      );
      for (const { items, read, cut } of found) {
        budget -= read + NODE_COST;
        for (const item of items) {
          const place = placeText(item);
          if (walked.has(place) || !item.edge) continue;
          if (steps.length === limit) return { steps, truncated: true };
          walked.add(place);
          const other = [item.edge.from, item.edge.to].find((node) => !reached.has(node));
          if (other !== undefined) {
            reached.add(other);
            next.push(other);
          }
          steps.push({ item, edge: item.edge, ...(other !== undefined && { reached: { node: other, depth: away } }) });
        }
        if (cut) return { steps, truncated: true };
      }
    }
    frontier = next;
  }
  return { steps, truncated: false };
}

interface EdgesOfNode {
  readonly items: ItemAt[];
  readonly read: number;
  /** There is more than was read. */
  readonly cut: boolean;
}

/** The items whose edge has the node at an end, as of the walk's instants: those that an index names, read themselves. */
async function edgesOf(
  store: Store,
  node: string,
  direction: Direction,
  instants: GraphWalk["instants"],
  most: { readonly items: number; readonly edges: number },
): Promise<EdgesOfNode> {
  const items: ItemAt[] = [];
  const seen = new Set<string>();
  const ends = direction === "both" ? (["from", "to"] as const) : ([direction === "out" ? "from" : "to"] as const);
  for (const end of ends) {
    for await (const page of store.edgeCandidates(end, node)) {
      const fresh = page.filter((place) => !seen.has(placeText(place)));
      for (const place of fresh) seen.add(placeText(place));
      for (let from = 0; from < fresh.length; from += ITEMS_AT_ONCE) {
        const read = await readItems(store, fresh.slice(from, from + ITEMS_AT_ONCE), instants);
        items.push(
          ...read.filter(({ state, edge }) => state === "present" && ends.some((end) => edge?.[end] === node)),
        );
        const more = from + ITEMS_AT_ONCE < fresh.length;
        if (items.length >= most.edges || (more && seen.size >= most.items))
          return { items, read: seen.size, cut: true };
      }
      if (seen.size >= most.items) return { items, read: seen.size, cut: true };
    }
  }
  return { items, read: seen.size, cut: false };
}

async function readItems(
  store: Store,
  places: readonly ItemPlace[],
  instants: GraphWalk["instants"],
): Promise<ItemAt[]> {
  const keys = new Map<Collection, string[]>();
  for (const { collection, key } of places) keys.set(collection, [...(keys.get(collection) ?? []), key]);
  const found: ItemAt[] = [];
  for (const [collection, wanted] of [...keys].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const scopes = await instants(collection);
    if (!scopes) continue;
    const items = await itemsAt(store, await store.items(collection, wanted), scopes);
    found.push(...items.sort((a, b) => (a.key < b.key ? -1 : 1)));
  }
  return found;
}

function placeText({ collection, key }: ItemPlace): string {
  return `${collection}/${key}`;
}
