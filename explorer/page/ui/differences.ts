import type { Difference } from "./answers.ts";
import { formatPath, isObject, type Step } from "./values.ts";

/**
 * Where two documents differ, as the API says it of neighbouring versions: objects member by member, lists element by
 * element, anything else as a whole.
 */
export function differencesBetween(before: unknown, after: unknown, path: readonly Step[] = []): Difference[] {
  if (Object.is(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      memberDifferences(before, after, [...path, index]),
    );
  }
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => memberDifferences(before, after, [...path, name]));
  }
  return [{ path: formatPath(path), before, after }];
}

/** Where the members differ that a path ends with. */
function memberDifferences(before: object, after: object, path: readonly Step[]): Difference[] {
  const step = path.at(-1) ?? "";
  const read = (side: object) => (side as Record<Step, unknown>)[step];
  const [had, has] = [Object.hasOwn(before, step), Object.hasOwn(after, step)];
  if (had && has) return differencesBetween(read(before), read(after), path);
  return [{ path: formatPath(path), ...(had && { before: read(before) }), ...(has && { after: read(after) }) }];
}
