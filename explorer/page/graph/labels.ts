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
  const taken = new Map<number, [left: number, right: number][]>();
  const rowsOf = (top: number, bottom: number) => {
    const first = Math.floor(top / ROW);
    return Array.from({ length: Math.floor(bottom / ROW) - first + 1 }, (_, index) => first + index);
  };
  const take = (rows: readonly number[], left: number, right: number) => {
    for (const row of rows) {
      const spans = taken.get(row) ?? [];
      spans.push([left, right]);
      taken.set(row, spans);
    }
  };
  for (const { x, y } of nodes) take(rowsOf(y, y + NODE_HEIGHT), x, x + NODE_WIDTH);
  const readable = new Set<string>();
  for (const { key, relation, middle } of edges) {
    const half = (relation.length * CHARACTER) / 2;
    const [left, right] = [middle[0] - half, middle[0] + half];
    const rows = rowsOf(middle[1] - ROW / 2, middle[1] + ROW / 2);
    const isTaken = rows.some((row) => taken.get(row)?.some(([from, until]) => left < until && right > from));
    if (!relation || isTaken) continue;
    take(rows, left, right);
    readable.add(key);
  }
  return readable;
}
