import { z } from "@hono/zod-openapi";
import { ItemMembers } from "./item.ts";
import {
  asOf,
  ChangeKind,
  counted,
  Differences,
  Document,
  Edge,
  freshAt,
  Instant,
  itemRefShape,
  listOf,
  name,
  scopeOfItem,
  version,
} from "./values.ts";

/** Differences between two instants, and graphs. */

const VersionThen = z
  .strictObject({ version, changedAt: Instant, edge: Edge.optional(), document: Document })
  .openapi("VersionThen", { description: "An item as it was at one of the two instants." });

export const NetChange = z
  .strictObject({
    kind: ChangeKind,
    name,
    ...itemRefShape,
    scope: scopeOfItem,
    before: VersionThen.optional().openapi({ description: "Absent if it was not there at `from`." }),
    after: VersionThen.optional().openapi({ description: "Absent if it was not there at `to`." }),
    differences: Differences.optional().openapi({ description: "Of a modification: what differs." }),
  })
  .openapi("NetChange", { description: "How one item differs between two instants, whatever happened in between." });

export const NetChangeList = listOf(NetChange, "NetChangeList", {
  ...counted,
  from: Instant.openapi({ description: "The earlier of the instants compared; `asOf` is the later." }),
});

const nodeShape = {
  node: z.string().openapi({
    description:
      "What edges of the response name it by: of an item, the first of its names. Several names of one thing are one node.",
  }),
  name: z.string().optional().openapi({ description: "What people call it." }),
  type: z.string().optional().openapi({ description: "What kind of thing it is: `endpoint`, `Model`." }),
  state: z.string().optional().openapi({ description: "The state that its service says it is in." }),
  itemId: z.string().optional().openapi({
    description: "The id of the item that it is; of a removed one, the item that it was.",
  }),
  removedAt: Instant.optional().openapi({ description: "When the item that it was was removed." }),
  dangling: z.boolean().openapi({ description: "No item that is present answers to it." }),
  names: z.array(z.string()).openapi({ description: "Everything that it is named by, `node` first." }),
};

const NamedNode = z.strictObject(nodeShape).openapi("NamedNode");

const Node = z
  .strictObject({
    ...nodeShape,
    depth: z.int().openapi({ minimum: 0, description: "How many edges it is away from the start." }),
  })
  .openapi("Node");

const GraphEdge = z
  .strictObject({
    from: z.string(),
    to: z.string(),
    relation: z.string().optional(),
    itemId: z.string().openapi({ description: "The id of the item that states the edge." }),
    source: itemRefShape.source,
    account: itemRefShape.account,
    region: itemRefShape.region,
    item: ItemMembers.optional(),
  })
  .openapi("GraphEdge");

export const Graph = z
  .strictObject({
    nodes: z.array(Node).openapi({ description: "The start, and what was reached from it, nearest first." }),
    edges: z.array(GraphEdge).openapi({ description: "The edges walked, each once, nearest to the start first." }),
    truncated: z.boolean().openapi({ description: "Whether there is more within the depth than the response has." }),
    asOf,
    freshAt,
  })
  .openapi("Graph");

const Path = z
  .strictObject({
    nodes: z.array(z.string()).openapi({ description: "The nodes in order, from the first to the last." }),
    edges: z.array(GraphEdge).openapi({ description: "One edge between each node and the next." }),
  })
  .openapi("Path");

export const PathList = z
  .strictObject({
    paths: z
      .array(Path)
      .openapi({ description: "The shortest paths, all of the same length; none when there is no path." }),
    nodes: z.array(NamedNode).openapi({ description: "The nodes of the paths, each once." }),
    truncated: z.boolean().openapi({ description: "Whether there are more paths, or one may have been missed." }),
    asOf,
    freshAt,
  })
  .openapi("PathList");

const ImpactType = z
  .strictObject({
    type: z.string().openapi({ description: "`unknown`, of nodes that no item describes." }),
    count: z.int().openapi({ minimum: 1, description: "How many nodes of the type were reached." }),
    nodes: z.array(Node).openapi({ description: "The nearest of them." }),
  })
  .openapi("ImpactType");

export const Impact = z
  .strictObject({
    node: Node,
    count: z.int().openapi({ minimum: 0, description: "How many nodes were reached, of all types." }),
    types: z.array(ImpactType).openapi({ description: "The type with the most nodes first." }),
    truncated: z.boolean().openapi({ description: "Whether there is more than one request reads." }),
    asOf,
    freshAt,
  })
  .openapi("Impact");
