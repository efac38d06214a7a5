import { type Step, walkGraph } from "../../inventory/graph.ts";
import { readItem } from "../../inventory/items.ts";
import type { ReadSnapshot } from "../../inventory/read-timestamp.ts";
import type { ItemVersion } from "../../model/item.ts";
import { idOf } from "../../model/item-id.ts";
import { endpoint, jsonResponse } from "../endpoint.ts";
import { isId, itemRefFields, refOfId } from "../ids.ts";
import { itemBody, selectedFrom } from "../items.ts";
import {
  atParameter,
  choiceParameter,
  fieldsParameter,
  limitParameter,
  nodeParameter,
  type Selection,
  wholeNumberParameter,
} from "../parameters.ts";
import { Problem } from "../problems.ts";
import { openRead } from "../read.ts";
import type { Service } from "../service.ts";
import { MAX_PAGE_BYTES, quotedSize } from "../walk.ts";

/** GET /v1/graph */
export const graphEndpoint = endpoint({
  path: "/v1/graph",
  operationId: "walkGraph",
  tag: "Graph",
  summary: "Walk along edges",
  description:
    "What a node leads to along the edges that items state, breadth first, across all sources, accounts and regions. An item's " +
    "id stands for the node that its edge starts from or, if it has no edge, for its key. Every edge is read as of the instant " +
    "shown. With `fields`, each edge comes with these members of the item that states it.",
  query: ({ now }) => ({
    node: nodeParameter(),
    direction: choiceParameter(["out", "in", "both"], "Along the edges (`out`, the default), against them, or both."),
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
    const { snapshot, collections, instants } = await openRead(service, {}, { at: { parameter: "at", instant: at } });
    const start = await startOf(service, snapshot, node);
    const covered = new Set(collections);
    const covers = (collection: string) => covered.has(collection);
    const walk = await walkGraph(snapshot, { start, direction, depth, limit, covers });
    const parts = fitting(walk.steps.map((step) => ({ edge: edgeBody(step, fields), reached: step.reached })));
    return jsonResponse<"Graph">({
      nodes: [{ node: start, depth: 0 }, ...parts.flatMap(({ reached }) => reached ?? [])],
      edges: parts.map(({ edge }) => edge),
      truncated: walk.truncated || parts.length < walk.steps.length,
      ...instants,
    });
  },
});

/** The node that a request names: by its name, or by an item's id. */
async function startOf(service: Service, snapshot: ReadSnapshot, node: string): Promise<string> {
  if (!isId(node)) return node;
  const ref = await refOfId(service, node);
  const item = await readItem(snapshot, ref);
  if (!item) {
    throw new Problem("unknown-item", `no item with this id was seen until ${snapshot.at}, or its history has expired`);
  }
  return item.edges[0]?.from ?? item.key;
}

/** As many parts, from the first on, as fit into a response. */
function fitting<Part extends { readonly edge: object; readonly reached: Step["reached"] }>(parts: readonly Part[]) {
  let bytes = 0;
  const first = parts.findIndex(({ edge, reached }) => {
    bytes += quotedSize(JSON.stringify([edge, reached]));
    return bytes > MAX_PAGE_BYTES;
  });
  return first === -1 ? parts : parts.slice(0, first);
}

function edgeBody({ item, edge }: Step, fields: Selection | undefined) {
  const { from, to, relation } = edge;
  const { source, account, region } = itemRefFields(item);
  return {
    ...{ from, to, ...(relation !== undefined && { relation }) },
    ...{ itemId: idOf(item), source, account, region },
    ...(fields && { item: membersOf(item, fields) }),
  };
}

/** What a request selects of an item, without the id, which its edge has. */
function membersOf(item: ItemVersion, fields: Selection) {
  const { id: _id, ...members } = selectedFrom(itemBody(item), fields);
  return members;
}
