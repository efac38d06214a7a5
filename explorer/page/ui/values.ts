/* Values of documents: where they are, and how they read. Paths are written as the API writes them. */

const NAME = String.raw`((?:[^.[\]\\]|\\[.[\]\\])*)`;
const STEP = new RegExp(String.raw`(?:^|\.)${NAME}|\[(\d+)\]`, "y");

export type Step = string | number;

export function parsePath(text: string): Step[] {
  const path: Step[] = [];
  for (let index = 0; index < text.length; index = STEP.lastIndex) {
    STEP.lastIndex = index;
    const match = STEP.exec(text);
    if (!match || STEP.lastIndex === index) return [text];
    const [, name = "", position] = match;
    path.push(position === undefined ? name.replace(/\\(.)/gs, "$1") : Number(position));
  }
  return path;
}

export function formatPath(path: readonly Step[]): string {
  let text = "";
  for (const [index, step] of path.entries()) {
    if (typeof step === "number") text += `[${step}]`;
    else text += (index > 0 ? "." : "") + step.replace(/[.[\]\\]/g, "\\$&");
  }
  return text;
}

/** Paths that were read: the few that sources and columns name are read from thousands of documents. */
const parsed = new Map<string, readonly Step[]>();

/** What is at a path: `document.Tags[0].Value` */
export function valueAt(value: unknown, path: string): unknown {
  const steps = parsed.get(path) ?? parsePath(path);
  parsed.set(path, steps);
  let found = value;
  for (const step of steps) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<Step, unknown>)[step];
  }
  return found;
}

/** A value in one line. */
export function plain(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The paths of a document's single values, lists as a whole. */
export function pathsOf(document: Readonly<Record<string, unknown>>, path: readonly Step[] = []): string[] {
  return Object.entries(document).flatMap(([name, value]) =>
    isObject(value) ? pathsOf(value, [...path, name]) : [formatPath([...path, name])],
  );
}

/** A long text cut in its middle. */
export function middleCut(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = Math.floor((max - 1) / 2);
  return `${text.slice(0, max - 1 - end)}…${text.slice(-end)}`;
}

/** An ARN's resource, or the text itself. */
export function resourceOf(node: string): string {
  return /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/s.exec(node)?.[1] ?? node;
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** `1,204` */
export const count = (number: number): string => number.toLocaleString("en");

/** `1 item`, `2 items` */
export const counted = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;
