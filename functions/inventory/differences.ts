import { formatPath, type Path, type Step } from "../model/paths.ts";

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
export function differencesBetween(before: unknown, after: unknown, path: Path = []): Difference[] {
  if (Object.is(before, after)) return [];
  const [were, are] = [membersOf(before), membersOf(after)];
  if (!were || !are || Array.isArray(before) !== Array.isArray(after))
    return [{ path: formatPath(path), before, after }];
  return [
    ...[...were].flatMap(([step, was]) => {
      const inside = [...path, step];
      return are.has(step)
        ? differencesBetween(was, are.get(step), inside)
        : [{ path: formatPath(inside), before: was }];
    }),
    ...[...are].flatMap(([step, is]) => (were.has(step) ? [] : [{ path: formatPath([...path, step]), after: is }])),
  ];
}

/** What an object or a list consists of; undefined of anything else. */
function membersOf(value: unknown): ReadonlyMap<Step, unknown> | undefined {
  if (Array.isArray(value)) return new Map(value.entries());
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
}
