import { invalidParameter, Problem, quoted } from "./problems.ts";

/** What the OpenAPI document says of a parameter. */
export interface Described {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly description: string;
  readonly required?: boolean;
  readonly style?: "deepObject";
  readonly explode?: boolean;
}

/** A query parameter: how its text is read, and how that is described. */
export interface Parameter<Value> {
  readonly described: Described;
  /** Reads the text, undefined where none is given, or throws InvalidValueError. */
  readonly read: (text: string | undefined) => Value;
}

/** A parameter that may be given any number of times, each time with a path in its name. */
export interface PathParameter<Value> {
  readonly described: Described;
  /** Reads the texts given for one path, or throws InvalidValueError. */
  readonly readAt: (path: string, texts: readonly string[]) => Value;
}

/** The value is not valid. The message reads on from the parameter's name: `must be ...`. */
export class InvalidValueError extends Error {
  override readonly name = "InvalidValueError";
}

/** An endpoint's query parameters, by name. */
export type QueryShape = Readonly<Record<string, Parameter<unknown> | PathParameter<unknown>>>;

export type QueryOf<Shape extends QueryShape> = {
  readonly [Name in keyof Shape]: Shape[Name] extends Parameter<infer Value>
    ? Value
    : Shape[Name] extends PathParameter<infer Value>
      ? readonly Value[]
      : never;
};

/** `filter` is the one parameter with a path in its name: it takes every `filter[path]`. */
const FILTER = /^filter\[(.+)\]$/s;

/**
 * Reads a request's query. Every parameter must be known, given once, not empty and as its schema says. Anything else is a problem that
 * names the parameter.
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
  const entries = Object.entries(shape).map(([name, parameter]) => [
    name,
    "read" in parameter ? readOne(name, parameter, given.get(name)) : readPaths(name, parameter, filters),
  ]);
  return Object.fromEntries(entries) as QueryOf<Shape>;
}

function readOne(name: string, parameter: Parameter<unknown>, text: string | undefined): unknown {
  try {
    return parameter.read(text);
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    if (text !== undefined) throw invalidParameter(name, text, error.message);
    throw new Problem("invalid-parameter", `${name} ${error.message}`, { members: { parameter: name } });
  }
}

function readPaths(
  name: string,
  parameter: PathParameter<unknown>,
  given: ReadonlyMap<string, readonly string[]>,
): unknown[] {
  return [...given].map(([path, texts]) => {
    try {
      return parameter.readAt(path, texts);
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      const whole = `${name}[${path}]`;
      throw new Problem("invalid-parameter", `${quoted(whole)} ${error.message}`, { members: { parameter: whole } });
    }
  });
}

function unknownParameter(name: string, shape: QueryShape): Problem {
  const known = Object.keys(shape).map((each) => (each === "filter" ? "filter[path]" : each));
  const remedy = known.length > 0 ? `use ${known.join(", ")}` : "this path takes none";
  return new Problem("unknown-parameter", `Unknown parameter ${quoted(name)}: ${remedy}`, {
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

/** Stands for a request without its cursor and limit: a cursor is bound to it. */
export function bindingOf(path: string, search: URLSearchParams): string {
  const bound = [...search].filter(([name]) => name !== "cursor" && name !== "limit");
  bound.sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : x > y ? 1 : 0) : a < b ? -1 : 1));
  return JSON.stringify([path, bound]);
}
