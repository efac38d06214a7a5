import type { Comparison } from "./comparison.ts";
import type { Frame } from "./frames.ts";
import { type Hue, hueOf, kindText } from "./kinds.ts";
import { edgeKey, type Layout, type PlacedEdge } from "./layout.ts";
import type { Names } from "./names.ts";
import { type GraphQuery, parseExpansion } from "./query.ts";

/** Whether something is there, came with the last step, or went with it. */
export type Presence = (typeof PRESENCES)[number];
export const PRESENCES = ["there", "new", "gone"] as const;

export interface DrawnNode {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly kind: string;
  readonly hue: Hue;
  readonly presence: Presence;
  readonly start: boolean;
  /** Whether there may be more beyond it. */
  readonly more: boolean;
}

export interface DrawnEdge extends PlacedEdge {
  readonly relation: string;
  readonly presence: Presence;
}

/** Everything that is there, and what went with the last step. */
export interface Drawing {
  readonly nodes: ReadonlyMap<string, DrawnNode>;
  readonly edges: readonly DrawnEdge[];
  readonly width: number;
  readonly height: number;
  readonly start: string;
}

export function drawingOf(shown: Frame, layout: Layout, names: Names, query: GraphQuery): Drawing {
  const { frame, union, comparison } = shown;
  const expanded = new Set(query.expand.map((entry) => parseExpansion(entry).node));
  const nodes = new Map<string, DrawnNode>();
  for (const [id, { depth }] of union.nodes) {
    const point = layout.nodes.get(id);
    const presence = presenceOf(frame.nodes.has(id), comparison?.newNodes.has(id), comparison?.goneNodes.has(id));
    if (!point || !presence) continue;
    const { name, kind } = names.describe(id);
    // Further away than the walk went there may be more.
    const more = presence !== "gone" && depth >= Number(query.depth) && !expanded.has(id);
    const look = { name, kind: kindText(kind), hue: hueOf(kind) };
    nodes.set(id, { id, x: point[0], y: point[1], ...look, presence, start: id === frame.start, more });
  }
  const pairs = pairsOf(shown, comparison);
  const edges = layout.edges.flatMap((edge) => {
    const pair = pairs.get(edge.key);
    const presence = PRESENCES.find((each) => pair?.presences.has(each));
    if (!pair || !presence || !nodes.has(edge.from) || !nodes.has(edge.to)) return [];
    return [{ ...edge, relation: [...pair.relations].filter(Boolean).join(", "), presence }];
  });
  return { nodes, edges, width: layout.width, height: layout.height, start: frame.start };
}

interface Pair {
  readonly relations: Set<string>;
  readonly presences: Set<Presence>;
}

/** The edges between the same two nodes, which are drawn as one. */
function pairsOf({ frame, union }: Frame, comparison: Comparison | undefined): Map<string, Pair> {
  const isNew = new Set(comparison?.newEdges.map(({ itemId }) => itemId));
  const isGone = new Set(comparison?.goneEdges.map(({ itemId }) => itemId));
  const pairs = new Map<string, Pair>();
  for (const [id, { from, to, relation }] of union.edges) {
    const presence = presenceOf(frame.edges.has(id), isNew.has(id), isGone.has(id));
    if (!presence) continue;
    const key = edgeKey(from, to);
    const pair = pairs.get(key) ?? { relations: new Set(), presences: new Set() };
    pair.relations.add(relation ?? "");
    pair.presences.add(presence);
    pairs.set(key, pair);
  }
  return pairs;
}

function presenceOf(there: boolean, isNew = false, isGone = false): Presence | undefined {
  if (there) return isNew ? "new" : "there";
  return isGone ? "gone" : undefined;
}
