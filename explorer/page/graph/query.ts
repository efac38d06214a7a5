import type { GraphAnswer, GraphEdge } from "../ui/answers.ts";
import { each, GRAPH, get } from "../ui/api.ts";
import type { Params } from "../ui/params.ts";
import { END_FIELDS } from "../ui/sources.ts";
import type { NodeFacts } from "./names.ts";

export interface GraphNode extends NodeFacts {
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

/** Whether nodes were met that are no items: what they are called, only the items say that state their edges. */
let areNamedByEdges = false;

/** A part of the graph. What edges' ends are called is asked for only where nodes do not say it themselves. */
export async function readPart(params: Params, signal: AbortSignal): Promise<GraphAnswer> {
  const read = () => get(GRAPH, { ...params, fields: areNamedByEdges ? END_FIELDS.join(",") : "" }, signal);
  const answer = await read();
  if (areNamedByEdges || answer.nodes.every(({ name }) => name !== undefined)) return answer;
  areNamedByEdges = true;
  return read();
}

export const DEFAULTS = { direction: "downstream", depth: "4", limit: "500" };

/** Which way to walk, as people say it. */
export const DIRECTIONS: Readonly<Record<string, string>> = {
  downstream: "what depends on it",
  upstream: "what it came from",
  both: "both",
  out: "along edges",
  in: "against edges",
};

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
  const answer = await readPart({ node, direction, depth, limit, at }, signal);
  const { asOf, truncated } = answer;
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const merge = (more: GraphAnswer, depth: number) => {
    for (const facts of more.nodes) {
      if (!nodes.has(facts.node)) nodes.set(facts.node, { ...facts, depth: depth + facts.depth });
    }
    for (const edge of more.edges) if (!edges.has(edge.itemId)) edges.set(edge.itemId, edge);
  };
  merge(answer, 0);
  const answers = new Map<string, GraphAnswer>();
  await each(expand, 4, async (entry) => {
    answers.set(entry, await readPart({ ...parseExpansion(entry), depth: 1, limit, at: asOf }, signal));
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
  if (!union) return graph;
  const nodes = new Map([...graph.nodes, ...union.nodes]);
  const edges = new Map([...union.edges, ...graph.edges]);
  const isLarger = nodes.size !== union.nodes.size || edges.size !== union.edges.size;
  return !isLarger ? union : { start: graph.start, nodes, edges };
}
