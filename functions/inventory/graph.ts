import type { Edge, ItemRef, ItemVersion } from "../model/item.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import { readRefs } from "./items.ts";
import {
  compareTexts,
  createNodeReader,
  type GraphNode,
  type GraphRules,
  type NodeReader,
  type ReadBudget,
  refText,
} from "./nodes.ts";
import type { ReadSnapshot } from "./read-timestamp.ts";

/**
 * Which edges of a node to take: those that start from it, those that end in it, or both; or, whichever way they were stated, those that lead
 * to what depends on it (`downstream`), or to what it depends on (`upstream`).
 */
export type Direction = "out" | "in" | "both" | "downstream" | "upstream";

/** An edge between two nodes, and the item that states it. */
export interface WalkedEdge {
  readonly item: ItemVersion;
  readonly edge: Edge;
  readonly from: GraphNode;
  readonly to: GraphNode;
}

/** One edge of a walk, and the node it led to if that had not been reached before. */
export interface Step extends WalkedEdge {
  readonly reached?: { readonly node: GraphNode; readonly depth: number };
}

export interface GraphWalk {
  readonly start: string;
  readonly direction: Direction;
  /** How many edges away from the start to go at most. */
  readonly depth: number;
  /** How many edges to answer with at most. */
  readonly limit: number;
}

export interface GraphPart {
  readonly start: GraphNode;
  readonly steps: readonly Step[];
  /** There was more than the limit, or than one walk may read. */
  readonly truncated: boolean;
}

/** An edge as it was read, with the ends that the item names. */
type StatedEdge = Pick<WalkedEdge, "item" | "edge">;

const MAX_CONCURRENT_NODES = 8;
const ITEM_BATCH = 500;
const NAMED_AT_A_TIME = 256;
/** One walk reads this many items at most; expanding a node counts as some. */
const READ_BUDGET = 20_000;
const NODE_COST = 5;
/** What passing over this many candidates costs of the budget. */
const CANDIDATES_A_COST = 10;

/** Reads of one graph as of a snapshot: the nodes and edges that one request reads, and what it may still read. */
export interface GraphReader {
  readonly nodes: NodeReader;
  /**
   * The edges of nodes in a direction that were not read before, at most about as many as `limit`, in the order of the nodes. `cut` says that
   * there are more, or that the budget is used up.
   */
  edges(
    nodes: readonly GraphNode[],
    direction: Direction,
    limit: number,
  ): AsyncIterable<{ readonly edges: readonly WalkedEdge[]; readonly cut: boolean }>;
}

/** Opens a graph as of a snapshot. */
export function openGraph(snapshot: ReadSnapshot, rules: GraphRules): GraphReader {
  const budget: ReadBudget = { items: READ_BUDGET };
  const nodes = createNodeReader(snapshot, rules, budget);
  const walked = new Set<string>();

  /**
   * The edges that have the node at an end: the store names candidates, the items say whether they do as of the snapshot. `cut` says that
   * there are more than the limit, or than the budget, which it uses up.
   */
  const edgesOf = async (
    node: GraphNode,
    direction: Direction,
    limit: number,
  ): Promise<{ readonly edges: readonly StatedEdge[]; readonly cut: boolean }> => {
    const edges: StatedEdge[] = [];
    const seen = new Set<string>();
    const names = new Set(node.names);
    if (budget.items <= 0) return { edges, cut: true };
    for (const end of ["from", "to"] as const) {
      const isWanted = ({ collection }: ItemRef) =>
        rules.covers(collection) && takes(direction, end, collection, rules);
      if ((direction === "out" && end === "to") || (direction === "in" && end === "from")) continue;
      for (const name of node.names) {
        budget.items -= NODE_COST;
        for await (const page of snapshot.store.edgeCandidates(end, name)) {
          const wanted = page.filter((ref) => isWanted(ref) && isNew(refText(ref), seen));
          budget.items -= Math.ceil((page.length - wanted.length) / CANDIDATES_A_COST);
          for (let from = 0; from === 0 || from < wanted.length; from += ITEM_BATCH) {
            if (edges.length > limit || budget.items <= 0) return { edges, cut: true };
            const batch = wanted.slice(from, from + ITEM_BATCH).sort((a, b) => compareTexts(refText(a), refText(b)));
            budget.items -= batch.length;
            for (const item of await readRefs(snapshot, batch)) {
              if (item.state === "present") edges.push(...edgesAt(item, names, direction, rules));
            }
          }
        }
      }
    }
    return { edges, cut: false };
  };

  return {
    nodes,
    async *edges(from, direction, limit) {
      for (let start = 0; start < from.length; start += MAX_CONCURRENT_NODES) {
        const some = from.slice(start, start + MAX_CONCURRENT_NODES);
        const read = (node: GraphNode) => edgesOf(node, direction, limit);
        for (const { edges, cut } of await mapConcurrent(MAX_CONCURRENT_NODES, some, read)) {
          const fresh = edges.filter(({ item, edge }) => isNew(edgeId(item, edge), walked));
          for (let first = 0; first < fresh.length; first += NAMED_AT_A_TIME) {
            const batch = fresh.slice(first, first + NAMED_AT_A_TIME);
            const isNamed = await nodes.read(batch.flatMap(({ edge }) => [edge.from, edge.to]));
            const named = batch.map(({ item, edge }) => {
              return { item, edge, from: nodes.nodeOf(edge.from), to: nodes.nodeOf(edge.to) };
            });
            // An edge between two names of one thing says only that they are one.
            const edges = named.filter(({ edge, from, to }) => edge.from === edge.to || from.node !== to.node);
            yield { edges: isNamed ? edges : [], cut: !isNamed };
          }
          if (cut) yield { edges: [], cut };
        }
      }
    },
  };
}

/** Walks edges breadth first from a node, each edge once however many ways lead to it. Edges of the nodes nearest to the start come first. */
export async function walkGraph(graph: GraphReader, walk: GraphWalk): Promise<GraphPart> {
  const { direction, depth, limit } = walk;
  const steps: Step[] = [];
  const isWhole = await graph.nodes.read([walk.start]);
  const start = graph.nodes.nodeOf(walk.start);
  if (!isWhole) return { start, steps, truncated: true };
  const reached = new Set([start.node]);
  let frontier = [start];
  for (let distance = 1; distance <= depth && frontier.length > 0; distance += 1) {
    const next: GraphNode[] = [];
    for await (const { edges, cut } of graph.edges(frontier, direction, limit)) {
      for (const walked of edges) {
        if (steps.length === limit) return { start, steps, truncated: true };
        const node = [walked.from, walked.to].find((each) => isNew(each.node, reached));
        if (node) next.push(node);
        steps.push({ ...walked, ...(node && { reached: { node, depth: distance } }) });
      }
      if (cut) return { start, steps, truncated: true };
    }
    frontier = next;
  }
  return { start, steps, truncated: graph.nodes.isCut() };
}

/** Which paths to find: `depth` is how long one may be, `limit` how many to answer with at most. */
export interface PathSearch extends Omit<GraphWalk, "start"> {
  readonly from: string;
  readonly to: string;
}

/** A way from one node to another: its nodes in order, and an edge between each and the next. */
export interface GraphPath {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly WalkedEdge[];
}

/** Finds the shortest paths between two nodes: all of the same length. `truncated` says that there may be others, or a shorter one. */
export async function findPaths(
  graph: GraphReader,
  search: PathSearch,
): Promise<{ readonly paths: readonly GraphPath[]; readonly truncated: boolean }> {
  const isWhole = await graph.nodes.read([search.from, search.to]);
  const [start, end] = [graph.nodes.nodeOf(search.from), graph.nodes.nodeOf(search.to)];
  if (start.node === end.node) return { paths: [{ nodes: [start], edges: [] }], truncated: false };
  /** How each node is reached: the node before, and the first edge between them. */
  const ways = new Map<string, Map<string, { readonly before: GraphNode; readonly edge: WalkedEdge }>>();
  const reached = new Set([start.node]);
  let frontier = [start];
  let truncated = !isWhole;
  for (let distance = 1; distance <= search.depth && frontier.length > 0 && !truncated; distance += 1) {
    const next = new Map<string, GraphNode>();
    const known = new Set(frontier.map(({ node }) => node));
    for await (const { edges, cut } of graph.edges(frontier, search.direction, READ_BUDGET)) {
      for (const edge of edges) {
        for (const [before, node] of [
          [edge.from, edge.to],
          [edge.to, edge.from],
        ] as const) {
          if (!known.has(before.node) || reached.has(node.node)) continue;
          next.set(node.node, node);
          const waysTo = ways.get(node.node) ?? new Map();
          ways.set(node.node, waysTo);
          if (!waysTo.has(before.node)) waysTo.set(before.node, { before, edge });
        }
      }
      truncated ||= cut;
      if (cut) break;
    }
    if (next.has(end.node)) {
      const paths = pathsTo(end, start, ways, search.limit + 1);
      return { paths: paths.slice(0, search.limit), truncated: truncated || paths.length > search.limit };
    }
    for (const node of next.keys()) reached.add(node);
    frontier = [...next.values()];
  }
  return { paths: [], truncated: truncated || graph.nodes.isCut() };
}

/** At most `max` of the paths, each the reverse of a way back. */
function pathsTo(
  end: GraphNode,
  start: GraphNode,
  ways: ReadonlyMap<string, ReadonlyMap<string, { readonly before: GraphNode; readonly edge: WalkedEdge }>>,
  max: number,
): GraphPath[] {
  const paths: GraphPath[] = [];
  const follow = (node: GraphNode, path: GraphPath) => {
    if (node.node === start.node) paths.push(path);
    if (node.node === start.node || paths.length >= max) return;
    for (const { before, edge } of ways.get(node.node)?.values() ?? []) {
      if (paths.length >= max) return;
      follow(before, { nodes: [before, ...path.nodes], edges: [edge, ...path.edges] });
    }
  };
  follow(end, { nodes: [end], edges: [] });
  return paths;
}

/** The edges of an item that have one of the names at an end that counts. */
function edgesAt(item: ItemVersion, names: ReadonlySet<string>, direction: Direction, rules: GraphRules): StatedEdge[] {
  const ends = (["from", "to"] as const).filter((end) => takes(direction, end, item.collection, rules));
  return item.edges.filter((edge) => ends.some((end) => names.has(edge[end]))).map((edge) => ({ item, edge }));
}

/** Whether a walk in this direction takes an edge of the collection whose `end` is the node. */
function takes(direction: Direction, end: "from" | "to", collection: string, rules: GraphRules): boolean {
  if (direction === "both") return true;
  if (direction === "out" || direction === "in") return (direction === "out") === (end === "from");
  return (direction === "downstream") === ((end === "from") !== rules.leadsUpstream(collection));
}

/** Whether the set lacks the text; the set has it afterwards. */
function isNew(text: string, seen: Set<string>): boolean {
  const known = seen.has(text);
  seen.add(text);
  return !known;
}

function edgeId(item: ItemRef, { from, to, relation }: Edge): string {
  return JSON.stringify([refText(item), from, to, relation]);
}
