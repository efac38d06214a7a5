import { counted } from "../ui/values.ts";
import type { Frame } from "./frames.ts";
import type { Group, GroupedGraph } from "./groups.ts";
import { type Hue, huesOf } from "./kinds.ts";
import { readableLabels } from "./labels.ts";
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
  /** What it is, and the state that AWS says it is in. */
  readonly kind: string;
  /** No item that is present answers to it. */
  readonly isDangling?: boolean;
  readonly hue: Hue;
  readonly presence: Presence;
  readonly start: boolean;
  /** Whether there may be more beyond it, or in it. */
  readonly more: boolean;
  /** The nodes that a group stands for. It is new as soon as one of them is. */
  readonly members?: readonly string[];
}

export interface DrawnEdge extends PlacedEdge {
  readonly relation: string;
  readonly presence: Presence;
}

/** Everything that is there, and what went with the last step. */
export interface Drawing {
  readonly nodes: ReadonlyMap<string, DrawnNode>;
  readonly edges: readonly DrawnEdge[];
  /** The edges whose relations can be written without overlapping. */
  readonly labelled: ReadonlySet<string>;
  readonly hues: ReadonlyMap<string, Hue>;
  readonly width: number;
  readonly height: number;
  readonly start: string;
}

interface DrawingSubject {
  readonly shown: Frame;
  readonly grouped: GroupedGraph;
  readonly layout: Layout;
  readonly names: Names;
  readonly query: GraphQuery;
}

export function drawingOf({ shown, grouped, layout, names, query }: DrawingSubject): Drawing {
  const { frame, union, comparison } = shown;
  const expanded = new Set(query.expand.map((entry) => parseExpansion(entry).node));
  const kindOf = (id: string) => names.describe(id).kind;
  const hues = huesOf([...union.nodes.keys()].map(kindOf));
  const presenceOfNode = (id: string) =>
    presenceOf(frame.nodes.has(id), comparison?.newNodes.has(id), comparison?.goneNodes.has(id));
  const nodes = new Map<string, DrawnNode>();
  for (const id of grouped.nodes) {
    const point = layout.nodes.get(id);
    if (!point) continue;
    const [x, y] = point;
    const group = grouped.groups.get(id);
    if (group) {
      const drawn = drawnGroup(group, presenceOfNode);
      if (drawn) nodes.set(id, { x, y, hue: hues.get(group.kind) ?? "slate", start: false, more: true, ...drawn });
      continue;
    }
    const presence = presenceOfNode(id);
    if (!presence) continue;
    // Further away than the walk went there may be more.
    const depth = union.nodes.get(id)?.depth ?? 0;
    const more = presence !== "gone" && depth >= Number(query.depth) && !expanded.has(id);
    const { name, kind, state, isDangling } = names.describe(id);
    const said = [kind, isDangling ? "not in the inventory" : state].filter(Boolean).join(" · ");
    const look = { name, kind: said, isDangling, hue: hues.get(kind) ?? "slate" };
    nodes.set(id, { id, x, y, ...look, presence, start: id === frame.start, more });
  }
  const pairs = pairsOf(shown, grouped);
  const edges = layout.edges.flatMap((edge) => {
    const pair = pairs.get(edge.key);
    const presence = SHOWN_FIRST.find((each) => pair?.presences.has(each));
    if (!pair || !presence || !nodes.has(edge.from) || !nodes.has(edge.to)) return [];
    return [{ ...edge, relation: [...pair.relations].filter(Boolean).join(", "), presence }];
  });
  const labelled = readableLabels(nodes.values(), edges);
  return { nodes, edges, labelled, hues, width: layout.width, height: layout.height, start: frame.start };
}

/** A group as it is drawn: how many of its members there are, and how many came and went. */
function drawnGroup({ id, kind, members }: Group, presenceOfNode: (id: string) => Presence | undefined) {
  const presences = members.map(presenceOfNode);
  const number = (presence: Presence) => presences.filter((each) => each === presence).length;
  const [came, went] = [number("new"), number("gone")];
  const there = number("there") + came;
  if (there + went === 0) return undefined;
  const changes = [...(came > 0 ? [`+${came}`] : []), ...(went > 0 ? [`−${went}`] : [])];
  const presence: Presence = came > 0 ? "new" : there === 0 ? "gone" : "there";
  const name = counted(there, kind.toLowerCase());
  return { id, name, kind: ["Group", ...changes].join(" "), presence, members };
}

/** An edge that is drawn for several shows what happened to any of them. */
const SHOWN_FIRST: readonly Presence[] = ["new", "gone", "there"];

interface Pair {
  readonly relations: Set<string>;
  readonly presences: Set<Presence>;
}

/** The edges between the same two nodes or groups, which are drawn as one. */
function pairsOf({ frame, union, comparison }: Frame, grouped: GroupedGraph): Map<string, Pair> {
  const isNew = new Set(comparison?.newEdges.map(({ itemId }) => itemId));
  const isGone = new Set(comparison?.goneEdges.map(({ itemId }) => itemId));
  const pairs = new Map<string, Pair>();
  for (const [id, { from, to, relation }] of union.edges) {
    const presence = presenceOf(frame.edges.has(id), isNew.has(id), isGone.has(id));
    if (!presence) continue;
    const key = edgeKey(grouped.standIn(from), grouped.standIn(to));
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
