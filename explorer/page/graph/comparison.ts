import type { GraphEdge } from "../ui/answers.ts";
import type { Graph } from "./query.ts";

/** How a graph differs between two instants. */
export interface Comparison {
  readonly since: string;
  readonly until: string;
  readonly newNodes: ReadonlySet<string>;
  readonly goneNodes: ReadonlySet<string>;
  readonly newEdges: readonly GraphEdge[];
  readonly goneEdges: readonly GraphEdge[];
}

/** Compares two graphs in the order of their instants, whichever of them was looked at first. */
export function comparisonOf(one: Graph, other: Graph): Comparison {
  const [earlier, later] = one.asOf <= other.asOf ? [one, other] : [other, one];
  return {
    since: earlier.asOf,
    until: later.asOf,
    newNodes: new Set(missing(later.nodes, earlier.nodes).map(({ node }) => node)),
    goneNodes: new Set(missing(earlier.nodes, later.nodes).map(({ node }) => node)),
    newEdges: missing(later.edges, earlier.edges),
    goneEdges: missing(earlier.edges, later.edges),
  };
}

/** What is in one map and missing from the other. */
function missing<Value>(from: ReadonlyMap<string, Value>, other: ReadonlyMap<string, Value>): Value[] {
  return [...from].flatMap(([id, value]) => (other.has(id) ? [] : [value]));
}
