import { Graph, layout } from "@dagrejs/dagre";
import type { LaidOut, LayoutRequest } from "./laid-out.ts";
import { layOutLayers } from "./layers.ts";

/* Lays a graph out in layers, from left to right along its edges, away from the page's own thread. */

addEventListener("message", ({ data }: MessageEvent<LayoutRequest>) =>
  postMessage(data.nodes.length > MANY ? layOutLayers(data) : layOut(data)),
);

/** From how many nodes on the time that ways around nodes take would be felt. */
const MANY = 600;

function layOut({ nodes, edges, width, height }: LayoutRequest): LaidOut {
  const graph = new Graph();
  graph.setGraph({
    rankdir: "LR",
    // Tight trees are nearly as good as network simplex and, from a thousand edges on, several times as fast.
    ranker: nodes.length < 400 ? "network-simplex" : "tight-tree",
    acyclicer: "greedy",
    // Few nodes have room to breathe.
    nodesep: nodes.length < 60 ? 26 : 14,
    edgesep: 6,
    ranksep: 96,
    marginx: 24,
    marginy: 24,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node, { width, height });
  for (const [from, to] of edges) graph.setEdge(from, to);
  layout(graph);
  const size = graph.graph();
  return {
    width: size.width ?? 0,
    height: size.height ?? 0,
    nodes: nodes.map((node) => {
      const { x = 0, y = 0 } = graph.node(node);
      return [x - width / 2, y - height / 2];
    }),
    edges: edges.map(([from, to]) =>
      (graph.edge(from, to).points ?? []).map(({ x, y }: { x: number; y: number }) => [x, y]),
    ),
  };
}
