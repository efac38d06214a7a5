import type * as z from "zod/mini";
import { Problem, quoted } from "./problems.ts";

/** An endpoint's query parameters, by name: each a schema of a text, `filter` one of the texts by parameter. */
export type QueryShape = Readonly<Record<string, z.ZodMiniType>>;
export type QueryOf<Shape extends QueryShape> = z.output<z.ZodMiniObject<Shape>>;

/** `filter` is the one parameter that may be repeated, and have a path in its name. */
const FILTER = /^filter(?:\[.+\])?$/s;

/**
 * Reads a request's query. Every parameter must be known, given once, not empty and as its schema says. Anything else is a problem that
 * names the parameter.
 */
export function readQuery<Shape extends QueryShape>(
  schema: z.ZodMiniObject<Shape>,
  search: URLSearchParams,
): QueryOf<Shape> {
  const given = new Map<string, string>();
  const filters = new Map<string, string[]>();
  for (const [name, value] of search) {
    const isFilter = "filter" in schema.shape && FILTER.test(name);
    if (!isFilter && !Object.hasOwn(schema.shape, name)) {
      throw unknownParameter(name, Object.keys(schema.shape));
    }
    if (value === "") throw invalid(name, `${quoted(name)} has no value: give it one, or leave it out`);
    if (isFilter) filters.set(name, [...(filters.get(name) ?? []), value]);
    else if (given.has(name)) throw invalid(name, `${quoted(name)} is given more than once: give it one value`);
    else given.set(name, value);
  }
  const filter = filters.size > 0 && { filter: Object.fromEntries(filters) };
  const { success, data, error } = schema.safeParse({ ...Object.fromEntries(given), ...filter });
  if (success) return data as QueryOf<Shape>;
  const [name = "", filterName] = error.issues[0]?.path.map(String) ?? [];
  const message = error.issues[0]?.message ?? "is not valid";
  const value = given.get(name);
  if (filterName === "filter")
    throw invalid(filterName, `filter ${message}, not ${quoted(String(filters.get("filter")))}`);
  if (filterName !== undefined) throw invalid(filterName, `${quoted(filterName)} ${message}`);
  if (value === undefined) throw invalid(name, `${name} is missing: it is required`);
  throw invalid(name, `${name} ${message}, not ${quoted(value)}`);
}

function invalid(parameter: string, detail: string): Problem {
  return new Problem("invalid-parameter", detail, { members: { parameter: parameter.toWellFormed() } });
}

function unknownParameter(name: string, names: readonly string[]): Problem {
  const known = names.map((each) => (each === "filter" ? "filter, filter[path]" : each));
  const remedy = known.length > 0 ? `use ${known.join(", ")}` : "this path takes none";
  return new Problem("unknown-parameter", `Unknown parameter ${quoted(name)}: ${remedy}`, {
    members: { parameter: name.toWellFormed() },
  });
}

/** Stands for a request without its cursor and limit: a cursor is bound to it. */
export function bindingOf(path: string, search: URLSearchParams): string {
  const bound = [...search].filter(([name]) => name !== "cursor" && name !== "limit");
  bound.sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : x > y ? 1 : 0) : a < b ? -1 : 1));
  return JSON.stringify([path, bound]);
}
