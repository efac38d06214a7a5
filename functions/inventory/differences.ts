import { formatPath, memberOf, type Path } from "../model/paths.ts";

/** One place at which two documents differ. Of a member that only one of them has, the other's side is absent. */
export interface Difference {
  /** Where, as `formatPath` writes it. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * Where two documents differ, in the order of the first, what only the second has after that. Objects are compared
 * member by member and lists element by element; anything else differs as a whole.
 */
export function differencesBetween(before: unknown, after: unknown): Difference[] {
  const differences: Difference[] = [];
  compare(before, after, [], differences);
  return differences;
}

function compare(before: unknown, after: unknown, path: Path, differences: Difference[]): void {
  if (Object.is(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    const common = Math.min(before.length, after.length);
    for (let index = 0; index < common; index += 1) {
      compare(before[index], after[index], [...path, index], differences);
    }
    for (let index = common; index < before.length; index += 1) {
      differences.push({ path: formatPath([...path, index]), before: before[index] });
    }
    for (let index = common; index < after.length; index += 1) {
      differences.push({ path: formatPath([...path, index]), after: after[index] });
    }
  } else if (isObject(before) && isObject(after)) {
    for (const name of Object.keys(before)) {
      const inside = [...path, name];
      const was = memberOf(before, name);
      if (Object.hasOwn(after, name)) compare(was, memberOf(after, name), inside, differences);
      else differences.push({ path: formatPath(inside), before: was });
    }
    for (const name of Object.keys(after)) {
      if (!Object.hasOwn(before, name)) {
        differences.push({ path: formatPath([...path, name]), after: memberOf(after, name) });
      }
    }
  } else {
    differences.push({ path: formatPath(path), before, after });
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
