import type { z } from "@hono/zod-openapi";
import { invalidParameter, Problem, quoted } from "./problems.ts";

/** The schemas of an endpoint's query parameters, by name. */
export type QueryShape = Readonly<Record<string, z.ZodType>>;

export type QueryOf<Shape extends QueryShape> = { readonly [Name in keyof Shape]: z.output<Shape[Name]> };

/** `filter` is the one parameter with a path in its name: it takes every `filter[path]`. */
const FILTER = /^filter\[(.+)\]$/s;

/**
 * Reads a request's query: every parameter known, given once, not empty and as its schema says. Anything else is a
 * problem that names the parameter.
 */
export function readQuery<Shape extends QueryShape>(shape: Shape, search: URLSearchParams): QueryOf<Shape> {
  const given = new Map<string, string>();
  const filters = new Map<string, string[]>();
  for (const [name, value] of search) {
    const path = Object.hasOwn(shape, "filter") ? FILTER.exec(name)?.[1] : undefined;
    if (path === undefined && (name === "filter" || !Object.hasOwn(shape, name))) throw unknownParameter(name, shape);
    if (value === "") throw emptyParameter(name);
    if (path !== undefined) filters.set(path, [...(filters.get(path) ?? []), value]);
    else if (given.has(name)) throw repeatedParameter(name);
    else given.set(name, value);
  }
  const entries = Object.entries(shape).map(([name, schema]) => {
    if (name === "filter") return [name, readFilters(schema, filters)];
    const value = given.get(name);
    const read = schema.safeParse(value);
    if (read.success) return [name, read.data];
    const must = read.error.issues[0]?.message ?? "must be another value";
    if (value === undefined)
      throw new Problem("invalid-parameter", `${name} ${must}`, { members: { parameter: name } });
    throw invalidParameter(name, value, must);
  });
  return Object.fromEntries(entries) as QueryOf<Shape>;
}

function readFilters(schema: z.ZodType, filters: ReadonlyMap<string, string[]>): unknown {
  const read = schema.safeParse([...filters]);
  if (read.success) return read.data;
  for (const [path, values] of filters) {
    const alone = schema.safeParse([[path, values]]);
    if (!alone.success) {
      const must = alone.error.issues[0]?.message ?? "must be another path";
      const parameter = `filter[${path}]`;
      throw new Problem("invalid-parameter", `${quoted(parameter)} ${must}`, { members: { parameter } });
    }
  }
  throw new Problem("invalid-parameter", "the filters cannot be read", { members: { parameter: "filter" } });
}

function unknownParameter(name: string, shape: QueryShape): Problem {
  const known = Object.keys(shape).map((each) => (each === "filter" ? "filter[path]" : each));
  const remedy = known.length > 0 ? `there are ${known.join(", ")}` : "there are none here";
  return new Problem("unknown-parameter", `there is no parameter ${quoted(name)}: ${remedy}`, {
    members: { parameter: name.toWellFormed() },
  });
}

function emptyParameter(name: string): Problem {
  return new Problem("invalid-parameter", `${quoted(name)} has no value: give it one, or leave it out`, {
    members: { parameter: name.toWellFormed() },
  });
}

function repeatedParameter(name: string): Problem {
  return new Problem("invalid-parameter", `${quoted(name)} is given more than once: give it one value`, {
    members: { parameter: name.toWellFormed() },
  });
}

/** Stands for a request without its cursor and limit, for cursors to be bound to. */
export function bindingOf(path: string, search: URLSearchParams): string {
  const bound = [...search].filter(([name]) => name !== "cursor" && name !== "limit");
  bound.sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : x > y ? 1 : 0) : a < b ? -1 : 1));
  return JSON.stringify([path, bound]);
}
