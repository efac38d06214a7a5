/* Values of documents: where they are, and how they read. Paths are written as the API writes them. */

const NAME = String.raw`((?:[^.[\]\\]|\\[.[\]\\])*)`;
const STEP = new RegExp(String.raw`(?:^|\.)${NAME}|\[(\d+)\]`, "y");

/** @returns {(string | number)[]} */
export function parsePath(text) {
  const path = [];
  for (let index = 0; index < text.length; index = STEP.lastIndex) {
    STEP.lastIndex = index;
    const match = STEP.exec(text);
    if (!match || STEP.lastIndex === index) return [text];
    path.push(match[2] === undefined ? match[1].replace(/\\(.)/gs, "$1") : Number(match[2]));
  }
  return path;
}

/** Writes a path. */
export function formatPath(path) {
  let text = "";
  for (const [index, step] of path.entries()) {
    if (typeof step === "number") text += `[${step}]`;
    else text += (index > 0 ? "." : "") + step.replace(/[.[\]\\]/g, "\\$&");
  }
  return text;
}

/** What is at a path: `document.Tags[0].Value` */
export function valueAt(value, path) {
  let found = value;
  for (const step of parsePath(path)) {
    if (found === null || typeof found !== "object" || !Object.hasOwn(found, step)) return undefined;
    found = found[step];
  }
  return found;
}

/** A value in one line. */
export function plain(value) {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The paths of a document's single values, lists as a whole. */
export function pathsOf(document, path = [], found = []) {
  for (const [name, value] of Object.entries(document ?? {})) {
    const here = [...path, name];
    if (value !== null && typeof value === "object" && !Array.isArray(value)) pathsOf(value, here, found);
    else found.push(formatPath(here));
  }
  return found;
}

/** A long text cut in its middle. */
export function middleCut(text, most) {
  if (text.length <= most) return text;
  const end = Math.floor((most - 1) / 2);
  return `${text.slice(0, most - 1 - end)}…${text.slice(-end)}`;
}

/** An ARN's resource, or the text itself. */
export function resourceOf(node) {
  const arn = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/s.exec(node);
  return arn ? arn[1] : node;
}

/** `1,204` */
export const count = (number) => number.toLocaleString("en");

/** `1 item`, `2 items` */
export const counted = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;
