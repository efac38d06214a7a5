import { formatPath } from "./values.js";

/**
 * Where two documents differ, as the API tells it of neighbouring versions: objects member by member, lists element by
 * element, anything else as a whole.
 * @returns {{ path: string, before?: unknown, after?: unknown }[]}
 */
export function differencesBetween(before, after, path = []) {
  if (Object.is(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      sides(before, after, index, [...path, index]),
    );
  }
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => sides(before, after, name, [...path, name]));
  }
  return [{ path: formatPath(path), before, after }];
}

function sides(before, after, step, path) {
  const had = Object.hasOwn(before, step);
  const has = Object.hasOwn(after, step);
  if (had && has) return differencesBetween(before[step], after[step], path);
  return [{ path: formatPath(path), ...(had && { before: before[step] }), ...(has && { after: after[step] }) }];
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
