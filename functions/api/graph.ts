import { type GraphReader, openGraph, type WalkedEdge } from "../inventory/graph.ts";
import { readItem } from "../inventory/items.ts";
import type { GraphNode, GraphRules } from "../inventory/nodes.ts";
import { ACCOUNT } from "../model/collection.ts";
import type { ItemRef } from "../model/item.ts";
import { idOf, itemRefFields, SHORT_ID } from "../model/item-id.ts";
import { type NodeFacts, nodeOf } from "../model/node.ts";
import { parseId, refOfId } from "./ids.ts";
import { Problem, quoted } from "./problems.ts";
import type { Read } from "./read.ts";
import { type Service, sourceOf } from "./service.ts";

/** Opens the graph that a read covers. */
export function graphOf(service: Service, { snapshot, collections }: Read): GraphReader {
  const covered = new Set(collections);
  const rules: GraphRules = {
    covers: (collection) => covered.has(collection),
    leadsUpstream: (collection) => sourceOf(service, collection)?.edgesLead === "upstream",
    factsOf: ({ collection, document }) => factsIn(document, sourceOf(service, collection)?.nodePaths),
  };
  return openGraph(snapshot, rules);
}

function factsIn(text: string, paths: Parameters<typeof nodeOf>[0] | undefined): NodeFacts | undefined {
  if (!paths) return undefined;
  try {
    return nodeOf(paths, JSON.parse(text));
  } catch {
    // A damaged document says nothing, which verifying finds.
    return undefined;
  }
}

/** A graph that a request asks something of. */
export interface AskedGraph {
  readonly service: Service;
  readonly read: Read;
  readonly graph: GraphReader;
}

/** Names of a thing that a problem lists at most. */
const MAX_LISTED = 5;

/**
 * The name of the node that a request means: one that edges use, an item's id, or what people call an item. Throws a problem when several
 * items are called that.
 */
export async function startOf(requested: AskedGraph, text: string, parameter: string): Promise<string> {
  const { graph } = requested;
  const ref = parseId(text);
  if (ref) return nameOfItem(requested, ref);
  await graph.nodes.read([text]);
  if (!graph.nodes.nodeOf(text).dangling) return text;
  const [only, ...others] = await graph.nodes.named(text);
  if (only && others.length > 0) {
    const all = [only, ...others].map(({ node, facts }) => `${facts?.type ?? "node"} ${node}`);
    const listed = all.slice(0, MAX_LISTED).join(", ") + (all.length > MAX_LISTED ? ", …" : "");
    const detail = `${parameter} ${quoted(text)} is the name of ${all.length} things: name one of them: ${listed}`;
    throw new Problem("invalid-parameter", detail, { members: { parameter } });
  }
  if (only) return only.node;
  return SHORT_ID.test(text) ? nameOfShortId(requested, text) : text;
}

/** Twelve digits that are no short id are an account's. */
async function nameOfShortId(requested: AskedGraph, text: string): Promise<string> {
  try {
    return await nameOfItem(requested, await refOfId(requested.service, text));
  } catch (error) {
    if (error instanceof Problem && ACCOUNT.test(text)) return text;
    throw error;
  }
}

async function nameOfItem({ read: { snapshot } }: AskedGraph, ref: ItemRef): Promise<string> {
  const item = await readItem(snapshot, ref);
  if (!item) {
    throw new Problem("unknown-item", `no item with this id was seen until ${snapshot.at}, or its history has expired`);
  }
  const { names = [], edges, key } = item;
  return names[0] ?? edges[0]?.from ?? key;
}

/** A node as the API shows it. */
export function nodeBody({ node, names, item, facts, dangling }: GraphNode) {
  const isGone = item?.state === "removed";
  return {
    node,
    ...(facts && { name: facts.name, type: facts.type, ...(facts.state !== undefined && { state: facts.state }) }),
    ...(item && { itemId: idOf(item), ...(isGone && { removedAt: item.at }) }),
    dangling,
    names: [...names],
  };
}

/** An edge as the API shows it: between nodes of the response. */
export function edgeBody({ item, edge, from, to }: WalkedEdge) {
  const { source, account, region } = itemRefFields(item);
  return {
    ...{ from: from.node, to: to.node, ...(edge.relation !== undefined && { relation: edge.relation }) },
    ...{ itemId: idOf(item), source, account, region },
  };
}
