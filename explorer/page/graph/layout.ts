import { useEffect } from "preact/hooks";
import { type Loaded, useLoaded } from "../ui/loading.tsx";
import type { LaidOut, LayoutRequest, Point } from "./laid-out.ts";

export const NODE_WIDTH = 212;
export const NODE_HEIGHT = 38;

export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  readonly key: string;
  /** As a path of an SVG has it. */
  readonly path: string;
  readonly middle: Point;
}

/** Where everything is drawn. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, Point>;
  readonly edges: readonly PlacedEdge[];
}

/** What is laid out: nodes, and the pairs of them that edges lead between. */
interface LayoutSubject {
  readonly nodes: readonly string[];
  readonly pairs: readonly (readonly [from: string, to: string])[];
}

/** A worker that has no graph yet. */
let ready: Worker | undefined;

function readyWorker(): Worker {
  if (ready) return ready;
  ready = new Worker("/explorer/layout-worker.js", { type: "module" });
  // The next one says why.
  ready.onerror = () => {
    ready = undefined;
  };
  return ready;
}

/** The layout of a graph, from a worker; while it works, the one before. */
export function useLayout(graph: LayoutSubject | undefined): Loaded<Layout | undefined> {
  // The worker starts while the graph is still being read.
  useEffect(() => void readyWorker(), []);
  return useLoaded(async (signal) => graph && layOut(graph, signal), [graph]);
}

function layOut({ nodes, pairs: edges }: LayoutSubject, signal: AbortSignal): Promise<Layout> {
  return new Promise((resolve, reject) => {
    const worker = readyWorker();
    ready = undefined;
    const fail = (reason: unknown) => {
      worker.terminate();
      reject(reason);
    };
    signal.addEventListener("abort", () => fail(signal.reason));
    worker.onerror = () => fail(new Error("The graph cannot be laid out: this browser may be too old."));
    worker.onmessage = ({ data }: MessageEvent<LaidOut>) => {
      worker.terminate();
      const points = new Map(nodes.flatMap((node, index) => pairWith(node, data.nodes[index])));
      const placed = edges.flatMap(([from, to], index) => placedEdge(from, to, points, data.edges[index]));
      resolve({ width: data.width, height: data.height, nodes: points, edges: placed });
    };
    const request: LayoutRequest = { nodes, edges, width: NODE_WIDTH, height: NODE_HEIGHT };
    worker.postMessage(request);
  });
}

function pairWith(node: string, point: Point | undefined): [string, Point][] {
  return point ? [[node, point]] : [];
}

/** Edges between the same two nodes are drawn as one. */
export const edgeKey = (from: string, to: string): string => `${from}\n${to}`;

function placedEdge(
  from: string,
  to: string,
  nodes: ReadonlyMap<string, Point>,
  points: readonly Point[] = [],
): PlacedEdge[] {
  const [begin, goal] = [nodes.get(from), nodes.get(to)];
  if (!begin || !goal) return [];
  const isForward = begin[0] < goal[0];
  const start: Point = [isForward ? begin[0] + NODE_WIDTH : begin[0], begin[1] + NODE_HEIGHT / 2];
  const end: Point = [isForward ? goal[0] : goal[0] + NODE_WIDTH, goal[1] + NODE_HEIGHT / 2];
  // The way between the layers, without the ends on the nodes' borders and the middle of a short edge.
  const way = points.length > 3 ? points.slice(1, -1) : [];
  return [{ from, to, key: edgeKey(from, to), ...curve(start, [...way, end]) }];
}

/** A line from a point through others that leaves and reaches each of them level. */
function curve(start: Point, rest: readonly Point[]): { path: string; middle: Point } {
  const round = (number: number) => Math.round(number * 10) / 10;
  const middle = Math.floor(rest.length / 2);
  let path = `M${round(start[0])} ${round(start[1])}`;
  let last = start;
  let center = start;
  for (const [index, point] of rest.entries()) {
    const bend = round((last[0] + point[0]) / 2);
    path += `C${bend} ${round(last[1])} ${bend} ${round(point[1])} ${round(point[0])} ${round(point[1])}`;
    if (index === middle) center = [(last[0] + point[0]) / 2, (last[1] + point[1]) / 2];
    last = point;
  }
  return { path, middle: center };
}
