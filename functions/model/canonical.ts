/** Deeper documents would exhaust the stack of their readers; AWS documents nest less than ten deep. */
export const MAX_DEPTH = 200;

/**
 * One text for equal documents: JSON with members sorted by name, ignored members (dotted paths) left out, members
 * without a value left out as JSON leaves them out. Undefined when the document nests deeper than MAX_DEPTH.
 */
export function canonical(document: unknown, ignored: ReadonlySet<string> = new Set()): string | undefined {
  try {
    return canonicalText(document, ignored, "", 0);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function canonicalText(value: unknown, ignored: ReadonlySet<string>, path: string, depth: number): string {
  if (depth > MAX_DEPTH) throw new RangeError(`deeper than ${MAX_DEPTH}`);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) {
    return `[${value.map((element) => canonicalText(element, ignored, path, depth + 1)).join(",")}]`;
  }
  const members: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[name];
    const memberPath = path === "" ? name : `${path}.${name}`;
    if (member === undefined || ignored.has(memberPath)) continue;
    members.push(`${JSON.stringify(name)}:${canonicalText(member, ignored, memberPath, depth + 1)}`);
  }
  return `{${members.join(",")}}`;
}

/** What a text says in JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
