import { hueOf, kindText } from "./kinds.js";
import { edgeKey } from "./use-layout.js";

/**
 * What is drawn: everything that is there, and what went with the last step.
 * @typedef {"there" | "new" | "gone"} Presence
 * @typedef {{ id: string, x: number, y: number, name: string, kind: string, hue: string, presence: Presence, start: boolean, more: boolean }} DrawnNode
 * @typedef {{ key: string, from: string, to: string, path: string, middle: [number, number], relation: string, presence: Presence }} DrawnEdge
 * @typedef {{ nodes: Map<string, DrawnNode>, edges: DrawnEdge[], width: number, height: number, start: string }} Drawing
 */

/** @returns {Drawing} */
export function drawingOf({ frame, union, comparison }, layout, names, query) {
  const expanded = new Set(query.expand.map((entry) => entry.split(/:(.*)/s)[1]));
  const nodes = new Map();
  for (const [id, { depth }] of union.nodes) {
    const point = layout.nodes.get(id);
    const presence = presenceOf(frame.nodes.has(id), comparison?.newNodes.has(id), comparison?.goneNodes.has(id));
    if (!point || !presence) continue;
    const { name, kind } = names.describe(id);
    // Further away than the walk went there may be more.
    const more = presence !== "gone" && depth >= Number(query.depth) && !expanded.has(id);
    nodes.set(id, {
      ...{ id, x: point[0], y: point[1], name, kind: kindText(kind), hue: hueOf(kind) },
      ...{ presence, start: id === frame.start, more },
    });
  }
  const { width, height } = layout;
  return { nodes, edges: edgesOf(frame, union, comparison, layout, nodes), width, height, start: frame.start };
}

function edgesOf(frame, union, comparison, layout, nodes) {
  const isNew = new Set(comparison?.newEdges.map(({ itemId }) => itemId));
  const isGone = new Set(comparison?.goneEdges.map(({ itemId }) => itemId));
  const between = new Map();
  for (const [id, { from, to, relation }] of union.edges) {
    const presence = presenceOf(frame.edges.has(id), isNew.has(id), isGone.has(id));
    if (!presence) continue;
    const key = edgeKey(from, to);
    const pair = between.get(key) ?? { relations: new Set(), presences: new Set() };
    pair.relations.add(relation ?? "");
    pair.presences.add(presence);
    between.set(key, pair);
  }
  return layout.edges.flatMap((edge) => {
    const pair = between.get(edge.key);
    if (!pair || !nodes.has(edge.from) || !nodes.has(edge.to)) return [];
    const presence = ["there", "new", "gone"].find((each) => pair.presences.has(each));
    return [{ ...edge, relation: [...pair.relations].filter(Boolean).join(", "), presence }];
  });
}

function presenceOf(there, isNew, isGone) {
  if (there) return isNew ? "new" : "there";
  return isGone ? "gone" : undefined;
}
