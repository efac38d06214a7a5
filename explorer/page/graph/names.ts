import type { GraphEdge } from "../ui/answers.ts";
import { endsOf, kindOfNode, shortNode } from "../ui/sources.ts";

/** What the nodes of a graph are called, and of what kind they are. */
export interface Names {
  describe(node: string): { readonly name: string; readonly kind: string };
}

/** An edge, and what is known of the item that states it. */
export type NamingEdge = Pick<GraphEdge, "from" | "to" | "source" | "item">;

/**
 * Names nodes as the items do that state their edges. Where several name one the last is right; a node that none names is
 * called by its ARN.
 */
export function namesOf(...edges: readonly Iterable<NamingEdge>[]): Names {
  const known = new Map<string, { name: string | undefined; kind: string | undefined }>();
  for (const { from, to, source, item } of edges.flatMap((each) => [...each])) {
    for (const { node, name, kind } of endsOf({ source, edge: { from, to }, document: item?.document ?? {} })) {
      const before = known.get(node);
      known.set(node, { name: name ?? before?.name, kind: kind ?? before?.kind });
    }
  }
  return {
    describe(node) {
      const { name, kind } = known.get(node) ?? {};
      return { name: name ?? shortNode(node), kind: kind ?? kindOfNode(node) };
    },
  };
}
