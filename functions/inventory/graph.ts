import type { Collection } from "../model/collection.ts";
import type { Edge, ItemRef, ItemVersion } from "../model/item.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import { readItemsOf } from "./items.ts";
import type { ReadSnapshot } from "./read-timestamp.ts";

export type Direction = "out" | "in" | "both";

/** One edge of a walk, as the item states it, and the node it led to if that had not been reached before. */
export interface Step {
  readonly item: ItemVersion;
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
  /** Whether to look at a collection. */
  readonly covers: (collection: Collection) => boolean;
}

/** An edge, and the item that states it. */
type StatedEdge = Pick<Step, "item" | "edge">;

const MAX_CONCURRENT_NODES = 8;
const ITEM_BATCH = 500;
/** One walk reads this many items at most; expanding a node counts as some. */
const READ_BUDGET = 20_000;
const NODE_COST = 5;

/**
 * Walks edges breadth first from a node, each edge once however many ways lead to it. Edges of the nodes nearest to the start come first.
 * `truncated` says that there was more than the limit, or than one walk may read.
 */
export async function walkGraph(
  snapshot: ReadSnapshot,
  walk: GraphWalk,
): Promise<{ readonly steps: Step[]; readonly truncated: boolean }> {
  const { start, depth, limit } = walk;
  const steps: Step[] = [];
  const reached = new Set([start]);
  const walked = new Set<string>();
  const budget = { items: READ_BUDGET };
  let frontier = [start];
  for (let distance = 1; distance <= depth && frontier.length > 0; distance += 1) {
    const next: string[] = [];
    for (let from = 0; from < frontier.length; from += MAX_CONCURRENT_NODES) {
      const nodes = frontier.slice(from, from + MAX_CONCURRENT_NODES);
      const found = await mapConcurrent(MAX_CONCURRENT_NODES, nodes, (node) => edgesOf(snapshot, walk, node, budget));
      for (const { edges, cut } of found) {
        for (const { item, edge } of edges) {
          if (!isNew(edgeId(item, edge), walked)) continue;
          if (steps.length === limit) return { steps, truncated: true };
          const node = [edge.from, edge.to].find((each) => isNew(each, reached));
          if (node !== undefined) next.push(node);
          steps.push({ item, edge, ...(node !== undefined && { reached: { node, depth: distance } }) });
        }
        if (cut) return { steps, truncated: true };
      }
    }
    frontier = next;
  }
  return { steps, truncated: false };
}

/**
 * The edges that have the node at an end: the store names candidates, the items say whether they do as of the snapshot. `cut` says that
 * there are more than the limit, or than the budget, which it uses up.
 */
async function edgesOf(
  snapshot: ReadSnapshot,
  { direction, limit, covers }: GraphWalk,
  node: string,
  budget: { items: number },
): Promise<{ readonly edges: readonly StatedEdge[]; readonly cut: boolean }> {
  const edges: StatedEdge[] = [];
  const seen = new Set<string>();
  const ends = direction === "both" ? (["from", "to"] as const) : ([direction === "out" ? "from" : "to"] as const);
  if (budget.items <= 0) return { edges, cut: true };
  budget.items -= NODE_COST;
  for (const end of ends) {
    for await (const page of snapshot.store.edgeCandidates(end, node)) {
      const fresh = page.filter((ref) => isNew(refText(ref), seen));
      for (let from = 0; from < fresh.length; from += ITEM_BATCH) {
        if (edges.length > limit || budget.items <= 0) return { edges, cut: true };
        const batch = fresh.slice(from, from + ITEM_BATCH);
        budget.items -= batch.length;
        const covered = batch.filter(({ collection }) => covers(collection));
        for (const item of await readPresent(snapshot, covered)) {
          for (const edge of item.edges) if (ends.some((each) => edge[each] === node)) edges.push({ item, edge });
        }
      }
    }
  }
  return { edges, cut: false };
}

/** Those of the items that are present, in order of collection and key. */
async function readPresent(snapshot: ReadSnapshot, refs: readonly ItemRef[]): Promise<ItemVersion[]> {
  const keys = new Map<Collection, string[]>();
  for (const { collection, key } of refs) keys.set(collection, [...(keys.get(collection) ?? []), key]);
  const found: ItemVersion[] = [];
  for (const [collection, wanted] of [...keys].sort(([a], [b]) => (a < b ? -1 : 1))) {
    found.push(...(await readItemsOf(snapshot, collection, wanted.sort())));
  }
  return found.filter(({ state }) => state === "present");
}

/** Whether the set lacks the text; the set has it afterwards. */
function isNew(text: string, seen: Set<string>): boolean {
  const known = seen.has(text);
  seen.add(text);
  return !known;
}

function refText({ collection, key }: ItemRef): string {
  return `${collection}/${key}`;
}

function edgeId(item: ItemRef, { from, to, relation }: Edge): string {
  return JSON.stringify([refText(item), from, to, relation]);
}
