import type { GraphAnswer, GraphEdge } from "../ui/answers.ts";
import { each, GRAPH, get } from "../ui/api.ts";
import { END_FIELDS } from "../ui/sources.ts";

export interface GraphNode {
  readonly id: string;
  /** How many edges it is away from the start. */
  readonly depth: number;
}

/** Nodes by their ids, and edges by the ids of the items that state them. */
export interface Subgraph {
  readonly start: string;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly edges: ReadonlyMap<string, GraphEdge>;
}

/** A part of the graph as of an instant. */
export interface Graph extends Subgraph {
  readonly truncated: boolean;
  readonly asOf: string;
}

/** Which part of the graph: a walk from a node, and from nodes that were expanded, each as `direction:node`. */
export interface GraphQuery {
  readonly node: string;
  readonly direction: string;
  readonly depth: string;
  readonly limit: string;
  readonly expand: readonly string[];
}

/** What edges are read with: what their ends are called. */
export const EDGE_FIELDS = END_FIELDS.join(",");

export const DEFAULTS = { direction: "out", depth: "4", limit: "500" };

export function graphQueryOf(params: URLSearchParams): GraphQuery {
  const value = (name: keyof typeof DEFAULTS) => params.get(name) ?? DEFAULTS[name];
  return {
    node: params.get("node") ?? "",
    direction: value("direction"),
    depth: value("depth"),
    limit: value("limit"),
    expand: params.getAll("expand"),
  };
}

/** The direction and the node of an expansion. */
export function parseExpansion(entry: string): { direction: string; node: string } {
  const [direction = "", node = ""] = entry.split(/:(.*)/s);
  return { direction, node };
}

/** The graph around a node, and around those that were expanded: all of it as of one instant. */
export async function readGraph(query: GraphQuery, at: string, signal: AbortSignal): Promise<Graph> {
  const { node, direction, depth, limit, expand } = query;
  const answer = await get(GRAPH, { node, direction, depth, limit, at, fields: EDGE_FIELDS }, signal);
  const { asOf, truncated } = answer;
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const merge = (more: GraphAnswer, depth: number) => {
    for (const { node, depth: away } of more.nodes) {
      if (!nodes.has(node)) nodes.set(node, { id: node, depth: depth + away });
    }
    for (const edge of more.edges) if (!edges.has(edge.itemId)) edges.set(edge.itemId, edge);
  };
  merge(answer, 0);
  const answers = new Map<string, GraphAnswer>();
  await each(expand, 4, async (entry) => {
    const params = { ...parseExpansion(entry), depth: 1, limit, at: asOf, fields: EDGE_FIELDS };
    answers.set(entry, await get(GRAPH, params, signal));
  });
  // In order, for an expanded node may be there only because of one expanded before it.
  for (const entry of expand) {
    const expanded = answers.get(entry);
    const from = nodes.get(expanded?.nodes[0]?.node ?? "");
    if (expanded && from) merge(expanded, from.depth);
  }
  return { start: answer.nodes[0]?.node ?? node, nodes, edges, truncated, asOf };
}

/** What was there at any of the instants looked at, so that nothing moves because something went. */
export function unionOf(union: Subgraph | undefined, graph: Subgraph): Subgraph {
  const nodes = new Map([...graph.nodes, ...(union?.nodes ?? [])]);
  const edges = new Map([...(union?.edges ?? []), ...graph.edges]);
  const isLarger = nodes.size !== union?.nodes.size || edges.size !== union?.edges.size;
  return union && !isLarger ? union : { start: graph.start, nodes, edges };
}
