import type { GraphMembers } from "./item.ts";

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
    if (Array.isArray(parsed)) return { edges: parsed };
    const { edges, names } = parsed as GraphMembers;
    return Array.isArray(edges) && Array.isArray(names) ? { edges, names } : NOTHING;
  } catch {
    return NOTHING;
  }
}
