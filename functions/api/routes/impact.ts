import { walkGraph } from "../../inventory/graph.ts";
import { endpoint, jsonResponse } from "../endpoint.ts";
import { graphOf, nodeBody, startOf } from "../graph.ts";
import { atParameter, choiceParameter, limitParameter, nodeParameter, wholeNumberParameter } from "../parameters.ts";
import { openRead } from "../read.ts";
import type { ResponseBody } from "../schemas/responses.ts";

const MAX_EDGES = 5_000;
/** The type of nodes that no item describes. */
const UNKNOWN_TYPE = "unknown";

/** GET /v1/impact */
export const impactEndpoint = endpoint({
  path: "/v1/impact",
  operationId: "readImpact",
  tag: "Graph",
  summary: "Count what depends on a node",
  description:
    "Everything downstream of a node, or upstream, by type: how many nodes there are of each, and the nearest of them. It follows at most " +
    `${MAX_EDGES} edges; \`truncated\` says that there is more.`,
  query: ({ now }) => ({
    node: nodeParameter("What to start from"),
    direction: choiceParameter(
      ["downstream", "upstream"],
      "What depends on the node (`downstream`, the default), or what it depends on.",
    ),
    depth: wholeNumberParameter(10, 10, "Maximum number of edges away from the node."),
    at: atParameter(now),
    limit: limitParameter(100, 10, "nodes of each type"),
  }),
  response: { description: "What depends on the node, by type.", schema: "Impact" },
  problems: ["beyond-retention", "unknown-item"],
  handler: async ({ query }, service) => {
    const { direction = "downstream", depth, at, limit } = query;
    const read = await openRead(service, {}, { at: { parameter: "at", instant: at } });
    const graph = graphOf(service, read);
    const start = await startOf({ service, read, graph }, query.node, "node");
    const walk = await walkGraph(graph, { start, direction, depth, limit: MAX_EDGES });
    const types = new Map<string, { count: number; nodes: ResponseBody<"Graph">["nodes"][number][] }>();
    let count = 0;
    for (const { reached } of walk.steps) {
      if (!reached) continue;
      const type = reached.node.facts?.type ?? UNKNOWN_TYPE;
      const group = types.get(type) ?? { count: 0, nodes: [] };
      types.set(type, group);
      group.count += 1;
      count += 1;
      if (group.nodes.length < limit) group.nodes.push({ ...nodeBody(reached.node), depth: reached.depth });
    }
    return jsonResponse<"Impact">({
      node: { ...nodeBody(walk.start), depth: 0 },
      count,
      types: [...types].map(([type, group]) => ({ type, ...group })).sort((a, b) => b.count - a.count),
      truncated: walk.truncated,
      ...read.instants,
    });
  },
});
