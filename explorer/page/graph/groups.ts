import { edgeKey } from "./layout.ts";
import type { Names } from "./names.ts";
import type { Subgraph } from "./query.ts";

/** From how many nodes on a graph is grouped. */
export const MIN_NODES = 40;
/** How many alike make a group. */
const MIN_MEMBERS = 5;

/** Nodes of one kind, equally far from the start and on the same side of it, which are drawn as one. */
export interface Group {
  readonly id: string;
  readonly kind: string;
  readonly members: readonly string[];
}

/** What is drawn of a graph: nodes and groups, and the pairs of them that edges lead between. */
export interface GroupedGraph {
  readonly nodes: readonly string[];
  readonly pairs: readonly (readonly [from: string, to: string])[];
  readonly groups: ReadonlyMap<string, Group>;
  /** What is drawn in place of a node: the group that it is in, or the node itself. */
  standIn(node: string): string;
}

interface GroupOptions {
  readonly names: Names;
  readonly isGrouped: boolean;
  /** The groups whose members are drawn. */
  readonly open: readonly string[];
}

/** Groups many like nodes of a large graph. */
export function groupAlike(graph: Subgraph, { names, isGrouped, open }: GroupOptions): GroupedGraph {
  const groups = isGrouped && graph.nodes.size >= MIN_NODES ? groupsOf(graph, names, open) : new Map<string, Group>();
  const groupOf = new Map<string, string>();
  for (const { id, members } of groups.values()) for (const member of members) groupOf.set(member, id);
  const standIn = (node: string) => groupOf.get(node) ?? node;
  const pairs = new Map<string, readonly [string, string]>();
  for (const edge of graph.edges.values()) {
    const [from, to] = [standIn(edge.from), standIn(edge.to)];
    if (from !== to) pairs.set(edgeKey(from, to), [from, to]);
  }
  const nodes = [...new Set([...graph.nodes.keys()].map(standIn))];
  return { nodes, pairs: [...pairs.values()], groups, standIn };
}

function groupsOf(graph: Subgraph, names: Names, open: readonly string[]): Map<string, Group> {
  const sides = sidesOf(graph);
  const alike = new Map<string, Group & { members: string[] }>();
  for (const { node, depth } of graph.nodes.values()) {
    if (node === graph.start) continue;
    const { kind } = names.describe(node);
    const id = `${sides.get(node) ?? "out"}-${depth}-${kind.toLowerCase().replaceAll(" ", "-")}`;
    const group = alike.get(id) ?? { id, kind, members: [] };
    group.members.push(node);
    alike.set(id, group);
  }
  return new Map([...alike].filter(([id, { members }]) => members.length >= MIN_MEMBERS && !open.includes(id)));
}

/** On which side of the start each node is: whether the walk reached it along an edge, or against one. */
function sidesOf({ nodes, edges }: Subgraph): Map<string, "in" | "out"> {
  const sides = new Map<string, "in" | "out">();
  for (const { from, to } of edges.values()) {
    const [a, b] = [nodes.get(from), nodes.get(to)];
    if (!a || !b) continue;
    if (a.depth < b.depth && !sides.has(to)) sides.set(to, "out");
    if (b.depth < a.depth && !sides.has(from)) sides.set(from, "in");
  }
  return sides;
}
