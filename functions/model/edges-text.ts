import type { Edge, GraphMembers } from "./item.ts";

/** Edges and names as they are stored: a list of the edges or, where there are names, an object. Undefined where there is neither. */
export function formatEdges({ edges, names }: GraphMembers): string | undefined {
  if (names) return JSON.stringify({ edges, names });
  return edges.length === 0 ? undefined : JSON.stringify(edges);
}

const NOTHING: GraphMembers = { edges: [] };

/** Reads what formatEdges writes; nothing of a text that is damaged, which verifying finds. */
export function parseEdges(text: string | undefined): GraphMembers {
  if (text === undefined) return NOTHING;
  try {
    const parsed: unknown = JSON.parse(text);
    if (isListOf(isEdge, parsed)) return { edges: parsed };
    const { edges, names } = parsed as GraphMembers;
    return isListOf(isEdge, edges) && isListOf(isText, names) ? { edges, names } : NOTHING;
  } catch {
    return NOTHING;
  }
}

function isListOf<T>(isOne: (value: unknown) => value is T, list: unknown): list is T[] {
  return Array.isArray(list) && list.every(isOne);
}

function isEdge(value: unknown): value is Edge {
  const { from, to } = (value ?? {}) as Partial<Edge>;
  return isText(from) && isText(to);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
