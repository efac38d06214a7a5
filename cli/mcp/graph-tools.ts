import type { Entry, ResponseBody } from "../../functions/api/schemas/responses.ts";
import { statusOf } from "../read/collection-status.ts";
import { at, choice, flag, limit, page, required, where, wholeNumber } from "./arguments.ts";
import { fittingAnswer, listAnswer } from "./bounded.ts";
import { queryOf } from "./item-tools.ts";
import { type Answer, type Tool, tool } from "./tool.ts";

/** Questions about what is connected with what, and how fresh the answers are. */

type Graph = ResponseBody<"Graph">;
type Node = Omit<Graph["nodes"][number], "depth"> & { readonly depth?: number };

const NODE = "An ARN, an id of AWS, a URI such as s3://bucket/key, or the name of an item.";
const DIRECTION =
  "upstream: what it depends on or was made from; downstream: what depends on it or was made from it; both: everything connected.";

/** A node without what an agent can do without. Edges name nodes by their number. */
function shownNode({ name, type, node, itemId: _, names: __, ...others }: Node, n: number): Answer {
  return { n, ...(name !== undefined && { name }), ...(type !== undefined && { type }), node, ...others };
}

const lineageTool = tool({
  name: "lineage",
  title: "Walk lineage",
  description:
    "What a resource comes from, or leads to, across sources, accounts and regions, as of an instant: data, jobs, models and endpoints of " +
    "SageMaker; images, bundles, WorkSpaces and applications; memberships and collaborations. Nodes are numbered; an edge names them by " +
    "number. A dangling node is named by others and not itself in the inventory.",
  args: {
    node: required(NODE),
    direction: choice(["upstream", "downstream", "both"], `${DIRECTION} Default: upstream.`),
    depth: wholeNumber(10, 5, "How many edges away from the node to go at most."),
    at: at(),
    limit: limit(1_000, 100, "edges"),
  },
  answer: (api, { direction = "upstream", limit: most, ...given }) =>
    fittingAnswer(most, async (limit) => {
      const graph = await api.get<Graph>("/v1/graph", queryOf({ ...given, direction, limit }));
      const numbers = new Map(graph.nodes.map(({ node }, n) => [node, n]));
      return {
        ...instantsOf(graph),
        ...(graph.truncated && { more: MORE_EDGES }),
        nodes: graph.nodes.map(shownNode),
        edges: graph.edges.map(({ from, to, relation }) => ({
          from: numbers.get(from),
          relation,
          to: numbers.get(to),
        })),
      };
    }),
});

const MORE_EDGES =
  "There is more: raise limit where there is room, lower depth, or call again from one of the nodes that are farthest away.";

function instantsOf({ asOf, freshAt }: { readonly asOf: string; readonly freshAt?: string | undefined }) {
  return { asOf, ...(freshAt !== undefined && { freshAt }) };
}

const pathsTool = tool({
  name: "find_paths",
  title: "Find paths between two resources",
  description:
    "How one resource leads to another: the shortest paths, as of an instant. Each path lists the numbers of its nodes in order, and the " +
    "relations between them. No paths: they are not connected in this direction.",
  args: {
    from: required(`Where paths begin. ${NODE}`),
    to: required(`Where they end. ${NODE}`),
    direction: choice(["upstream", "downstream", "both"], `${DIRECTION} Default: both.`),
    depth: wholeNumber(10, 10, "How many edges a path has at most."),
    at: at(),
    limit: limit(100, 10, "paths"),
  },
  answer: (api, { direction = "both", limit: most, ...given }) =>
    fittingAnswer(most, async (limit) => {
      const found = await api.get<ResponseBody<"PathList">>("/v1/paths", queryOf({ ...given, direction, limit }));
      const numbers = new Map(found.nodes.map(({ node }, n) => [node, n]));
      const paths = found.paths.map(({ nodes, edges }) => ({
        nodes: nodes.map((node) => numbers.get(node)),
        relations: edges.map(({ relation }) => relation ?? null),
      }));
      return {
        ...instantsOf(found),
        ...(found.truncated && { more: "There are more paths of this length: raise limit." }),
        nodes: found.nodes.map(shownNode),
        paths,
      };
    }),
});

const impactTool = tool({
  name: "impact",
  title: "Count what depends on a resource",
  description:
    "How many resources of each type depend on one, near and far, as of an instant, with the nearest of each type. For how they are " +
    "connected use lineage.",
  args: {
    node: required(NODE),
    direction: choice(
      ["upstream", "downstream"],
      "What depends on it (downstream, the default), or what it depends on.",
    ),
    depth: wholeNumber(10, 10, "How many edges away from the node to go at most."),
    at: at(),
    limit: limit(20, 3, "nodes of each type"),
  },
  answer: (api, { limit: most, ...given }) =>
    fittingAnswer(most, async (limit) => {
      const found = await api.get<ResponseBody<"Impact">>("/v1/impact", queryOf({ ...given, limit }));
      return {
        ...instantsOf(found),
        ...(found.truncated && { more: "There is more than was counted: lower depth to count what is near." }),
        count: found.count,
        types: found.types.map(({ nodes, ...type }) => ({
          ...type,
          nodes: nodes.map(({ name, node, depth, state }) => ({ name, node, depth, state })),
        })),
      };
    }),
});

const freshnessTool = tool({
  name: "freshness",
  title: "What is inventoried, and how fresh it is",
  description:
    "Each source in each account and region, what is wrong first: how many items it has, when it was last listed whole, its state (ok, syncing, stale, failed, removals pending, " +
    "unavailable, not listed yet) and what is wrong with it. Call it to learn which sources, accounts and regions there are, and before " +
    "you conclude that something does not exist. It is about this moment, whatever instant other tools are asked for.",
  args: {
    ...where(),
    problemsOnly: flag("Only those with a problem. They come first: an empty page is the end. Default: false."),
    ...page(200, "collections"),
  },
  answer: (api, { problemsOnly, limit, cursor, ...given }) =>
    listAnswer<Entry<"CollectionList">>(api, {
      ...{ path: "/v1/collections", query: queryOf(given), limit, cursor },
      show: (collection) =>
        [statusOf(collection)]
          .filter(({ problems }) => !problemsOnly || problems.length > 0)
          .map(({ problems, ...status }) => ({ ...status, ...(problems.length > 0 && { problems }) })),
    }),
});

export const GRAPH_TOOLS: readonly Tool[] = [lineageTool, pathsTool, impactTool, freshnessTool];
