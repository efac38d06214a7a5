import { type Step, walkGraph } from "../../inventory/graph.ts";
import type { ItemVersion } from "../../model/item.ts";
import type { NameOf } from "../../model/node.ts";
import { endpoint, jsonResponse } from "../endpoint.ts";
import { edgeBody, graphOf, nodeBody, startOf } from "../graph.ts";
import { documentOf, itemBody, selectedFrom } from "../items.ts";
import {
  atParameter,
  choiceParameter,
  fieldsParameter,
  limitParameter,
  nodeParameter,
  type Selection,
  wholeNumberParameter,
} from "../parameters.ts";
import { openRead } from "../read.ts";
import { MAX_PAGE_BYTES, quotedSize } from "../walk.ts";

export const DIRECTIONS = ["out", "in", "both", "downstream", "upstream"] as const;

/** GET /v1/graph */
export const graphEndpoint = endpoint({
  path: "/v1/graph",
  operationId: "walkGraph",
  tag: "Graph",
  summary: "Walk along edges",
  description:
    "What a node leads to along the edges that items state, breadth first, across all sources, accounts and regions. Names of one thing " +
    "are one node: an item's ARN and id, an artifact's URI, a job and the trial component that stands for it, the ends of a `SameAs` " +
    "association. A node that is an item has its name, type, state and id. Everything is read as of the instant shown. With `fields`, " +
    "each edge comes with these members of the item that states it.",
  query: ({ now }) => ({
    node: nodeParameter("Where to start"),
    direction: choiceParameter(
      DIRECTIONS,
      "Along the edges (`out`, the default), against them, or both; or, whichever way an item states them, to what depends on the node " +
        "(`downstream`) or to what it depends on (`upstream`).",
    ),
    depth: wholeNumberParameter(10, 1, "Maximum number of edges away from the node."),
    at: atParameter(now),
    fields: fieldsParameter(
      "The members of the items that state the edges, separated by commas: members of the item, and paths into its document " +
        "(`document.Status`). The item's `id` is the edge's `itemId`.",
    ),
    limit: limitParameter(5000, 500, "edges"),
  }),
  response: { description: "The part of the graph within reach.", schema: "Graph" },
  problems: ["beyond-retention", "unknown-item"],
  handler: async ({ query }, service) => {
    const { node, direction = "out", depth, at, fields, limit } = query;
    const read = await openRead(service, {}, { at: { parameter: "at", instant: at } });
    const graph = graphOf(service, read);
    const start = await startOf({ service, read, graph }, node, "node");
    const walk = await walkGraph(graph, { start, direction, depth, limit });
    const parts = fitting(walk.steps.map((step) => partOf(step, fields, service.nameOf)));
    return jsonResponse<"Graph">({
      nodes: [{ ...nodeBody(walk.start), depth: 0 }, ...parts.flatMap(({ reached }) => reached ?? [])],
      edges: parts.map(({ edge }) => edge),
      truncated: walk.truncated || parts.length < walk.steps.length,
      ...read.instants,
    });
  },
});

function partOf(step: Step, fields: Selection | undefined, nameOf: NameOf) {
  const { item, reached } = step;
  return {
    edge: { ...edgeBody(step), ...(fields && { item: membersOf(item, fields, nameOf) }) },
    reached: reached && { ...nodeBody(reached.node), depth: reached.depth },
  };
}

/** As many parts, from the first on, as fit into a response. */
function fitting<Part extends ReturnType<typeof partOf>>(parts: readonly Part[]) {
  let bytes = 0;
  const first = parts.findIndex(({ edge, reached }) => {
    bytes += quotedSize(JSON.stringify([edge, reached]));
    return bytes > MAX_PAGE_BYTES;
  });
  return first === -1 ? parts : parts.slice(0, first);
}

/** What a request selects of an item, without the id, which its edge has. */
function membersOf(item: ItemVersion, fields: Selection, nameOf: NameOf) {
  const document = documentOf(item);
  const { id: _id, ...members } = selectedFrom(itemBody(item, document), fields);
  return { ...(fields.members.has("name") && { name: nameOf(item, document) }), ...members };
}
