import { endsOf, kindOfNode, shortNode } from "./sources.js";

/**
 * What the nodes of graphs are called, and of what kind they are, as the items say that state their edges. Of what
 * several say it is the last one's word; a node of which none does is called by its ARN.
 * @param {...Iterable<import("./graph-query.js").GraphEdge>} edges
 */
export function namesOf(...edges) {
  const known = new Map();
  for (const { from, to, source, item } of edges.flatMap((each) => [...each])) {
    for (const { node, name, kind } of endsOf({ source, edge: { from, to }, document: item?.document })) {
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
