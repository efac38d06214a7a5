import { NODE_HEIGHT, NODE_WIDTH, type PlacedEdge } from "./layout.ts";

const ROW = 12;
const CHARACTER = 5.4;

/** An edge, and what would be written on it. */
type LabelledEdge = Pick<PlacedEdge, "key" | "middle"> & { readonly relation: string };

/** The edges whose relation can be written without being written over: nodes and other relations come first. */
export function readableLabels(
  nodes: Iterable<{ readonly x: number; readonly y: number }>,
  edges: readonly LabelledEdge[],
): ReadonlySet<string> {
  /** Of each row, where what was taken begins and ends, in turn. */
  const taken = new Map<number, number[]>();
  const take = (row: number, left: number, right: number) => {
    const spans = taken.get(row);
    if (spans) spans.push(left, right);
    else taken.set(row, [left, right]);
  };
  const isFree = (row: number, left: number, right: number) => {
    const spans = taken.get(row) ?? [];
    for (let at = 0; at < spans.length; at += 2) {
      if (left < (spans[at + 1] ?? 0) && right > (spans[at] ?? 0)) return false;
    }
    return true;
  };
  for (const { x, y } of nodes) {
    const last = Math.floor((y + NODE_HEIGHT) / ROW);
    for (let row = Math.floor(y / ROW); row <= last; row += 1) take(row, x, x + NODE_WIDTH);
  }
  const readable = new Set<string>();
  for (const { key, relation, middle } of edges) {
    const half = (relation.length * CHARACTER) / 2;
    const [left, right] = [middle[0] - half, middle[0] + half];
    const [first, last] = [Math.floor(middle[1] / ROW - 0.5), Math.floor(middle[1] / ROW + 0.5)];
    if (!relation || !isFree(first, left, right) || !isFree(last, left, right)) continue;
    for (const row of [first, last]) take(row, left, right);
    readable.add(key);
  }
  return readable;
}
