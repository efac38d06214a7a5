/*
 * How a place in a document is written: names with dots between them, an element of a list by its number in brackets
 * (`Tags[0].Value`). Within a name, a backslash stands before each `.`, `[`, `]` and `\`.
 */

/** A member's name, or an element's number. */
export type Step = string | number;
export type Path = readonly Step[];

/** Writes a path. */
export function formatPath(path: Path): string {
  let text = "";
  for (const [index, step] of path.entries()) {
    if (typeof step === "number") text += `[${step}]`;
    else text += (index > 0 ? "." : "") + step.replaceAll(/[.[\]\\]/g, "\\$&");
  }
  return text;
}

const NAME = String.raw`((?:[^.[\]\\]|\\[.[\]\\])*)`;
const FIRST = new RegExp(NAME, "y");
const NEXT = new RegExp(String.raw`\.${NAME}|\[(0|[1-9]\d{0,8})\]`, "y");

/** Reads what `formatPath` writes of a path into an object; undefined when the text is no path. */
export function parsePath(text: string): Path | undefined {
  const path: Step[] = [];
  for (let index = 0, step = FIRST; path.length === 0 || index < text.length; step = NEXT) {
    step.lastIndex = index;
    const match = step.exec(text);
    if (!match) return undefined;
    path.push(match[2] === undefined ? (match[1] ?? "").replaceAll(/\\(.)/gs, "$1") : Number(match[2]));
    index = step.lastIndex;
  }
  return path;
}

/**
 * The texts of the scalars at a path. A list on the way, or at the end, stands for each of its elements, unless the
 * path names one of them by number.
 */
export function textsAt(value: unknown, path: Path): string[] {
  const [step, ...rest] = path;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return step === undefined ? [String(value)] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    return typeof step === "number" ? textsAt(value[step], rest) : value.flatMap((element) => textsAt(element, path));
  }
  return typeof step === "string" && Object.hasOwn(value, step) ? textsAt(memberOf(value, step), rest) : [];
}

/** The part of a value that lies on the paths, shaped as in the whole; undefined when nothing does. */
export function partOf(value: unknown, paths: readonly Path[]): unknown {
  if (paths.some((path) => path.length === 0)) return value;
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    const parts = value.flatMap((element, index) => {
      const inside = paths.flatMap((path) => (path[0] === index ? [path.slice(1)] : isName(path[0]) ? [path] : []));
      return inside.length > 0 ? [partOf(element, inside)] : [];
    });
    const found = parts.filter((part) => part !== undefined);
    return found.length > 0 ? found : undefined;
  }
  const members: [string, unknown][] = [];
  for (const name of Object.keys(value)) {
    const inside = paths.filter((path) => path[0] === name).map((path) => path.slice(1));
    const part = inside.length > 0 ? partOf(memberOf(value, name), inside) : undefined;
    if (part !== undefined) members.push([name, part]);
  }
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}

function isName(step: Step | undefined): boolean {
  return typeof step === "string";
}

export function memberOf(value: object, name: string): unknown {
  return (value as Record<string, unknown>)[name];
}
