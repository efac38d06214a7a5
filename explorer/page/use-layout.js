import { useLoaded } from "./loading.js";

export const NODE_WIDTH = 212;
export const NODE_HEIGHT = 38;

/**
 * Where everything is drawn.
 * @typedef {{ from: string, to: string, key: string, path: string, middle: [number, number] }} PlacedEdge
 * @typedef {{ width: number, height: number, nodes: Map<string, [number, number]>, edges: PlacedEdge[] }} Layout
 */

/** The layout of a graph, from a worker; while it works, the one before. */
export function useLayout(graph) {
  return useLoaded(async (signal) => graph && layOut(graph, signal), [graph]);
}

/** @returns {Promise<Layout>} */
function layOut(graph, signal) {
  const nodes = [...graph.nodes.keys()];
  const pairs = new Map();
  for (const { from, to } of graph.edges.values()) if (from !== to) pairs.set(edgeKey(from, to), [from, to]);
  const edges = [...pairs.values()];
  return new Promise((resolve, reject) => {
    const worker = new Worker("/explorer/layout-worker.js", { type: "module" });
    const end = (settle, value) => {
      worker.terminate();
      settle(value);
    };
    signal.addEventListener("abort", () => end(reject, signal.reason));
    worker.onerror = () => end(reject, new Error("The graph cannot be laid out: this browser may be too old."));
    worker.onmessage = ({ data }) => {
      const { width, height } = data;
      const places = new Map(nodes.map((node, index) => [node, data.nodes[index]]));
      const placed = edges.map(([from, to], index) => placedEdge(from, to, places, data.edges[index]));
      end(resolve, { width, height, nodes: places, edges: placed });
    };
    worker.postMessage({ nodes, edges, width: NODE_WIDTH, height: NODE_HEIGHT });
  });
}

/** Edges between the same two nodes are drawn as one. */
export const edgeKey = (from, to) => `${from}\n${to}`;

function placedEdge(from, to, places, points) {
  const [fromX, fromY] = places.get(from);
  const [toX, toY] = places.get(to);
  const forward = fromX < toX;
  const start = [forward ? fromX + NODE_WIDTH : fromX, fromY + NODE_HEIGHT / 2];
  const end = [forward ? toX : toX + NODE_WIDTH, toY + NODE_HEIGHT / 2];
  // The way between the layers, without the ends on the nodes' borders and the middle of a short edge.
  const way = points.length > 3 ? points.slice(1, -1) : [];
  return { from, to, key: edgeKey(from, to), ...curve([start, ...way, end]) };
}

/** A line through points that leaves and reaches each of them level. */
function curve(points) {
  const round = (number) => Math.round(number * 10) / 10;
  const [[x0, y0]] = points;
  let path = `M${round(x0)} ${round(y0)}`;
  for (const [index, [x, y]] of points.slice(1).entries()) {
    const [fromX, fromY] = points[index];
    const bend = round((fromX + x) / 2);
    path += `C${bend} ${round(fromY)} ${bend} ${round(y)} ${round(x)} ${round(y)}`;
  }
  const middle = Math.floor((points.length - 1) / 2);
  const [[ax, ay], [bx, by]] = [points[middle], points[middle + 1]];
  return { path, middle: [(ax + bx) / 2, (ay + by) / 2] };
}
