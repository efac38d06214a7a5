/** What a graph of nodes in seven layers answers, each fed by one to three of the layer before, and one of them by very many. */
export function layeredGraph(size: number) {
  const layer = Math.ceil(size / 7);
  const nodes = Array.from({ length: size }, (_, index) => ({
    ...{ node: `n${index}`, names: [`n${index}`], name: `node-${index}`, type: "artifact", dangling: false },
    depth: Math.ceil(index / layer),
  }));
  const edges = nodes.slice(1).flatMap(({ node }, at) => {
    const index = at + 1;
    return Array.from({ length: 1 + ((index * 7) % 3) }, (_, nth) => {
      const from = index <= layer ? 0 : index - layer + ((index * 13 + nth * 31) % 9) - 4;
      const source = "sagemaker.associations";
      return { from: `n${Math.max(0, from)}`, to: node, relation: "ContributedTo", itemId: `${index}-${nth}`, source };
    });
  });
  return { nodes, edges, truncated: false, asOf: new Date().toISOString() };
}
