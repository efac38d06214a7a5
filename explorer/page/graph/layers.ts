import type { LaidOut, LayoutRequest, Point } from "./laid-out.ts";

/*
 * Lays a graph of thousands of nodes out in layers within a moment. Edges are drawn straight from end to end, which takes a fraction of the
 * time that ways around nodes do.
 */

const MARGIN = 24;
const BETWEEN_LAYERS = 96;
const BETWEEN_NODES = 14;
/** How often nodes are put beside what they are connected with. */
const SWEEPS = 6;

/** Which nodes an edge leads to from each node, or comes from, by their numbers. */
type Neighbours = readonly (readonly number[])[];

export function layOutLayers({ nodes, edges, width, height }: LayoutRequest): LaidOut {
  const numbers = new Map(nodes.map((node, number) => [node, number]));
  const [to, from]: [number[][], number[][]] = [nodes.map(() => []), nodes.map(() => [])];
  for (const [start, end] of edges) {
    const [a, b] = [numbers.get(start), numbers.get(end)];
    if (a === undefined || b === undefined || a === b) continue;
    to[a]?.push(b);
    from[b]?.push(a);
  }
  const layers = orderedLayers(layersOf(to, from), to, from);
  const tallest = Math.max(0, ...layers.map(({ length }) => length));
  const [column, row] = [width + BETWEEN_LAYERS, height + BETWEEN_NODES];
  const points: Point[] = nodes.map(() => [0, 0]);
  for (const [layer, members] of layers.entries()) {
    const top = MARGIN + ((tallest - members.length) * row) / 2;
    for (const [index, node] of members.entries()) points[node] = [MARGIN + layer * column, top + index * row];
  }
  return {
    width: 2 * MARGIN + layers.length * column - BETWEEN_LAYERS,
    height: 2 * MARGIN + tallest * row - BETWEEN_NODES,
    nodes: points,
    edges: edges.map(() => []),
  };
}

/** The nodes of each layer: behind everything that leads to them. Of a circle, the first node begins it. */
function layersOf(to: Neighbours, from: Neighbours): number[][] {
  const missing = from.map(({ length }) => length);
  const layerOf = from.map(() => 0);
  const isPlaced = from.map(() => false);
  const ready = [...from.keys()].filter((node) => missing[node] === 0);
  const assign = (node: number) => {
    isPlaced[node] = true;
    for (const next of to[node] ?? []) {
      if (isPlaced[next]) continue;
      layerOf[next] = Math.max(layerOf[next] ?? 0, (layerOf[node] ?? 0) + 1);
      missing[next] = (missing[next] ?? 0) - 1;
      if (missing[next] === 0) ready.push(next);
    }
  };
  let done = 0;
  for (const first of from.keys()) {
    for (; done < ready.length; done += 1) {
      const node = ready[done];
      if (node !== undefined && !isPlaced[node]) assign(node);
    }
    if (!isPlaced[first]) assign(first);
  }
  const layers: number[][] = [];
  for (const [node, layer] of layerOf.entries()) {
    const members = layers[layer] ?? [];
    members.push(node);
    layers[layer] = members;
  }
  return layers.filter((members) => members.length > 0);
}

/** Orders each layer so that nodes are beside what they are connected with, as far as that goes. */
function orderedLayers(layers: readonly number[][], to: Neighbours, from: Neighbours): number[][] {
  const height = to.map(() => 0);
  const spread = (members: readonly number[]) => {
    for (const [index, node] of members.entries()) height[node] = (index + 0.5) / members.length;
  };
  const middle = (nodes: readonly number[], own: number) =>
    nodes.length === 0 ? own : nodes.reduce((sum, node) => sum + (height[node] ?? 0), 0) / nodes.length;
  let ordered = layers.map((members) => [...members]);
  for (const members of ordered) spread(members);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const neighbours = sweep % 2 === 0 ? from : to;
    const turned = sweep % 2 === 0 ? ordered : ordered.toReversed();
    for (const members of turned) {
      const wanted = new Map(members.map((node) => [node, middle(neighbours[node] ?? [], height[node] ?? 0)]));
      members.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
      spread(members);
    }
    ordered = sweep % 2 === 0 ? turned : turned.toReversed();
  }
  return ordered;
}
