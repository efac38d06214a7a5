import { each, get } from "./api.js";
import { END_FIELDS } from "./sources.js";

/**
 * A part of the graph as of an instant.
 * @typedef {{ id: string, depth: number }} GraphNode
 * @typedef {{ from: string, to: string, relation?: string, itemId: string, source: string, item?: { document?: object } }} GraphEdge
 * @typedef {{ start: string, nodes: Map<string, GraphNode>, edges: Map<string, GraphEdge>, truncated: boolean, asOf: string }} Graph
 * @typedef {{ node: string, direction: string, depth: string, limit: string, expand: string[] }} GraphQuery
 */

/** What edges are read with: what their ends are called. */
export const EDGE_FIELDS = END_FIELDS.join(",");

export const DEFAULTS = { direction: "out", depth: "4", limit: "500" };

/** @returns {GraphQuery} */
export function graphQueryOf(params) {
  const value = (name) => params.get(name) ?? DEFAULTS[name];
  return {
    node: params.get("node") ?? "",
    direction: value("direction"),
    depth: value("depth"),
    limit: value("limit"),
    expand: params.getAll("expand"),
  };
}

/**
 * The graph around a node, and around those that were expanded: all of it as of one instant.
 * @param {GraphQuery} query @returns {Promise<Graph>}
 */
export async function readGraph({ node, direction, depth, limit, expand }, at, signal) {
  const answer = await get("/v1/graph", { node, direction, depth, limit, at, fields: EDGE_FIELDS }, signal);
  const { asOf, truncated } = answer;
  const graph = { start: answer.nodes[0].node, nodes: new Map(), edges: new Map(), truncated, asOf };
  merge(graph, answer, 0);
  // In order, for an expanded node may be there only because of one expanded before it.
  const answers = new Map();
  await each(expand, 4, async (entry) => {
    const [way, other] = entry.split(/:(.*)/s);
    const query = { node: other, direction: way, depth: 1, limit, at: asOf, fields: EDGE_FIELDS };
    answers.set(entry, await get("/v1/graph", query, signal));
  });
  for (const entry of expand) {
    const expanded = answers.get(entry);
    const from = graph.nodes.get(expanded.nodes[0].node);
    if (from) merge(graph, expanded, from.depth);
  }
  return graph;
}

function merge(graph, { nodes, edges }, depth) {
  for (const { node, depth: away } of nodes) {
    if (!graph.nodes.has(node)) graph.nodes.set(node, { id: node, depth: depth + away });
  }
  for (const edge of edges) if (!graph.edges.has(edge.itemId)) graph.edges.set(edge.itemId, edge);
}

/** What was there at any of the instants looked at, so that nothing moves because something went. */
export function unionOf(union, graph) {
  const nodes = new Map([...graph.nodes, ...(union?.nodes ?? [])]);
  const edges = new Map([...(union?.edges ?? []), ...graph.edges]);
  const grown = nodes.size !== union?.nodes.size || edges.size !== union?.edges.size;
  return grown ? { start: graph.start, nodes, edges } : union;
}

/** What differs between two graphs. */
export function comparisonOf(before, after) {
  const only = (these, those) => [...these.values()].filter((each) => !those.has(each.itemId ?? each.id));
  return {
    since: before.asOf,
    newNodes: new Set(only(after.nodes, before.nodes).map(({ id }) => id)),
    goneNodes: new Set(only(before.nodes, after.nodes).map(({ id }) => id)),
    newEdges: only(after.edges, before.edges),
    goneEdges: only(before.edges, after.edges),
  };
}
