import { type Step, walkGraph } from "../../inventory/graph.ts";
import { itemsAt } from "../../inventory/reads.ts";
import type { Item } from "../../model/item.ts";
import { coveredCollections, openReading, type Reading } from "../coverage.ts";
import { endpoint, jsonAnswer } from "../endpoint.ts";
import { idOf, parseId, placeMembers } from "../ids.ts";
import { itemBody, selectedFrom } from "../items.ts";
import {
  choiceParameter,
  fieldsParameter,
  instantParameter,
  limitParameter,
  nodeParameter,
  type Selection,
  wholeNumberParameter,
} from "../parameters.ts";
import { Problem } from "../problems.ts";
import type { Service } from "../service.ts";
import { MAX_PAGE_BYTES, quotedSize } from "../walk.ts";

/** GET /v1/graph */
export function graphEndpoint(service: Service) {
  return endpoint({
    path: "/v1/graph",
    operationId: "walkGraph",
    tag: "Graph",
    summary: "Walk along edges",
    description:
      "What can be reached from a node along the edges that items state, breadth first, across all sources, accounts and " +
      "regions. An item's id stands for the node that its edge starts from, or, if it states none, for its key. Edges are " +
      "found by an index that follows the store within moments; whether they hold at the instant asked for is read exactly. " +
      "With `fields`, each edge comes with these members of the item that states it, as of the same instant.",
    query: {
      node: nodeParameter,
      direction: choiceParameter(["out", "in", "both"], "Along the edges (`out`, the default), against them, or both."),
      depth: wholeNumberParameter(10, 1, "How many edges away from the node to go."),
      at: instantParameter(
        "The instant to answer for, by default the newest there is; a later one is answered for that.",
      ),
      fields: {
        ...fieldsParameter,
        described: {
          ...fieldsParameter.described,
          description:
            "The members of the items that state the edges to answer with, separated by commas: an item's own, and paths into " +
            "its document (`document.Status`), as with /v1/items. Its `id` is the edge's `itemId`.",
        },
      },
      limit: limitParameter(5000, 500, "edges"),
    },
    answer: { description: "The part of the graph within reach.", schema: "Graph" },
    problems: ["beyond-retention", "unknown-item"],
    handle: async ({ query }) => {
      const { node, direction = "out", depth, at, fields, limit } = query;
      const collections = await coveredCollections(service, {});
      const reading = await openReading(service, collections, { at: { parameter: "at", instant: at } });
      const start = await startOf(service, reading, node);
      const covered = new Set(collections);
      const walk = await walkGraph(service.store, {
        start,
        direction,
        depth,
        limit,
        instants: (collection) => (covered.has(collection) ? reading.instants(collection) : undefined),
      });
      const parts = fitting(walk.steps.map((step) => ({ edge: edgeBody(step, fields), reached: step.reached })));
      return jsonAnswer({
        nodes: [{ node: start, depth: 0 }, ...parts.flatMap(({ reached }) => reached ?? [])],
        edges: parts.map(({ edge }) => edge),
        truncated: walk.truncated || parts.length < walk.steps.length,
        asOf: reading.at,
      });
    },
  });
}

/** The node that a request names: by its name, or by an item's id. */
async function startOf(service: Service, reading: Reading, node: string): Promise<string> {
  const place = parseId(node);
  if (!place) return node;
  const stored = await service.store.items(place.collection, [place.key]);
  const [item] = await itemsAt(service.store, stored, await reading.instants(place.collection));
  if (!item) {
    throw new Problem("unknown-item", `no item with this id was seen until ${reading.at}, or its record has expired`);
  }
  return item.edge?.from ?? item.key;
}

/** As many parts, from the first on, as fit into an answer. */
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
  const { source, account, region } = placeMembers(item);
  return {
    ...{ from, to, ...(relation !== undefined && { relation }) },
    ...{ itemId: idOf(item), source, account, region },
    ...(fields && { item: membersOf(item, fields) }),
  };
}

/** What a request selects of an item, but for the id, which its edge has. */
function membersOf(item: Item, fields: Selection) {
  const { id: _id, ...members } = selectedFrom(itemBody(item), fields);
  return members;
}
