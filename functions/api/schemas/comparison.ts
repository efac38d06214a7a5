import { z } from "@hono/zod-openapi";
import { ItemMembers } from "./item.ts";
import {
  asOf,
  ChangeKind,
  Differences,
  Document,
  Edge,
  freshAt,
  Instant,
  itemRefShape,
  listOf,
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
    ...itemRefShape,
    scope: scopeOfItem,
    before: VersionThen.optional().openapi({ description: "Absent if it was not there at `from`." }),
    after: VersionThen.optional().openapi({ description: "Absent if it was not there at `to`." }),
    differences: Differences.optional().openapi({ description: "Of a modification: what differs." }),
  })
  .openapi("NetChange", { description: "How one item differs between two instants, whatever happened in between." });

export const NetChangeList = listOf(NetChange, "NetChangeList", {
  from: Instant.openapi({ description: "The earlier of the instants compared; `asOf` is the later." }),
});

const Node = z
  .strictObject({
    node: z.string(),
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
