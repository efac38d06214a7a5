import { findPaths } from "../../inventory/graph.ts";
import { endpoint, jsonResponse } from "../endpoint.ts";
import { edgeBody, graphOf, nodeBody, startOf } from "../graph.ts";
import { atParameter, choiceParameter, limitParameter, nodeParameter, wholeNumberParameter } from "../parameters.ts";
import { openRead } from "../read.ts";
import { DIRECTIONS } from "./graph.ts";

/** GET /v1/paths */
export const pathsEndpoint = endpoint({
  path: "/v1/paths",
  operationId: "findPaths",
  tag: "Graph",
  summary: "Find paths between two nodes",
  description:
    "The shortest paths from one node to another, all of the same length. Nodes and edges are those of `/v1/graph`, as of the instant shown. " +
    "Of several edges between two nodes a path has one.",
  query: ({ now }) => ({
    from: nodeParameter("Where paths begin"),
    to: nodeParameter("Where they end"),
    direction: choiceParameter(
      DIRECTIONS,
      "Which edges a path takes, as of `/v1/graph`: along them (`out`), by default.",
    ),
    depth: wholeNumberParameter(10, 10, "Maximum number of edges of a path."),
    at: atParameter(now),
    limit: limitParameter(100, 10, "paths"),
  }),
  response: { description: "The shortest paths.", schema: "PathList" },
  problems: ["beyond-retention", "unknown-item"],
  handler: async ({ query }, service) => {
    const { direction = "out", depth, at, limit } = query;
    const read = await openRead(service, {}, { at: { parameter: "at", instant: at } });
    const graph = graphOf(service, read);
    const from = await startOf({ service, read, graph }, query.from, "from");
    const to = await startOf({ service, read, graph }, query.to, "to");
    const { paths, truncated } = await findPaths(graph, { from, to, direction, depth, limit });
    const nodes = new Map(paths.flatMap((path) => path.nodes.map((node) => [node.node, nodeBody(node)] as const)));
    return jsonResponse<"PathList">({
      paths: paths.map((path) => ({ nodes: path.nodes.map(({ node }) => node), edges: path.edges.map(edgeBody) })),
      nodes: [...nodes.values()],
      truncated,
      ...read.instants,
    });
  },
});
