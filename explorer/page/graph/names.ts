import type { GraphAnswer, GraphEdge } from "../ui/answers.ts";
import { endsOf, kindOfNode, kindText, shortNode } from "../ui/sources.ts";

/** What a node is called, and what it is. */
export interface NodeDescription {
  readonly name: string;
  readonly kind: string;
  /** What AWS says of the state that it is in. */
  readonly state?: string | undefined;
  /** The item that it is, or was. */
  readonly itemId?: string | undefined;
  /** When that was removed. */
  readonly removedAt?: string | undefined;
  /** No item that is present answers to it. */
  readonly isDangling: boolean;
}

/** What the nodes of a graph are called, and what they are. */
export interface Names {
  describe(node: string): NodeDescription;
}

/** An edge, and what is known of the item that states it. */
type NamingEdge = Pick<GraphEdge, "from" | "to" | "source" | "item">;
/** A node as the API describes it. */
export type NodeFacts = Omit<GraphAnswer["nodes"][number], "depth">;

/** What names are taken from. */
interface NamingGraph {
  readonly nodes: Iterable<NodeFacts>;
  readonly edges: Iterable<NamingEdge>;
}

/**
 * Describes nodes as the items that they are; where those are not inventoried, as the items do that state their edges; and otherwise by their
 * ARN. Where several graphs name one the last is right.
 */
export function namesOf(...graphs: readonly NamingGraph[]): Names {
  const stated = new Map<string, { name: string | undefined; kind: string | undefined }>();
  const nodes = new Map<string, NodeFacts>();
  for (const graph of graphs) {
    for (const facts of graph.nodes) for (const name of [facts.node, ...(facts.names ?? [])]) nodes.set(name, facts);
    for (const { from, to, source, item } of graph.edges) {
      for (const { node, name, kind } of endsOf({ source, edge: { from, to }, document: item?.document ?? {} })) {
        const before = stated.get(node);
        stated.set(node, { name: name ?? before?.name, kind: kind ?? before?.kind });
      }
    }
  }
  return {
    describe(node) {
      const facts = nodes.get(node);
      const known = stated.get(node);
      return {
        name: facts?.name ?? known?.name ?? shortNode(node),
        kind: kindText(facts?.type ?? known?.kind ?? kindOfNode(node)),
        state: facts?.state,
        itemId: facts?.itemId,
        removedAt: facts?.removedAt,
        isDangling: facts?.dangling ?? false,
      };
    },
  };
}
