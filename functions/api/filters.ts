import { type Path, parsePath, partOf, textsAt } from "../model/paths.ts";
import { fold } from "../model/search.ts";

/*
 * Conditions on documents: `filter[path]=value`, or `filter=` with a list of them. The list's operators stand between path and value.
 */

const OPERATORS = {
  ":": (text: string, value: string) => text === value,
  ":~": (text: string, value: string) => fold(text) === fold(value),
  "^": (text: string, value: string) => fold(text).startsWith(fold(value)),
  "~": (text: string, value: string) => fold(text).includes(fold(value)),
} as const;

type Operator = keyof typeof OPERATORS;

/** One condition on a document: some text at the path is one of the values, as the operator compares them; or, negated, none is. */
export interface Condition {
  /** The path as it was written. */
  readonly name: string;
  readonly path: Path;
  readonly operator: Operator;
  readonly negated: boolean;
  readonly values: readonly string[];
}

/** What is wrong with a filter, and in which parameter. */
export interface FilterError {
  readonly parameter: string;
  readonly message: string;
}

/** Path, negation, operator, value. A backslash keeps the character after it from being an operator. */
const CONDITION = /^((?:[^\\:~^!]|\\.)+)(!?)(:~|:|\^|~)(.+)$/s;
const ESCAPED_OPERATOR = /\\([:~^!,])/g;

/** Reads the conditions of a request, by the names of its parameters: `filter`, and every `filter[path]`. */
export function parseFilters(
  filters: Readonly<Record<string, string | readonly string[]>>,
): { readonly conditions: readonly Condition[] } | { readonly error: FilterError } {
  const conditions: Condition[] = [];
  for (const [parameter, given] of Object.entries(filters)) {
    const texts = [given].flat();
    if (parameter !== "filter") {
      const name = parameter.slice("filter[".length, -1);
      const path = parsePath(name);
      const message = "must be a path into the document, like filter[Status] or filter[Tags.Key]";
      if (!path) return { error: { parameter, message } };
      conditions.push({ name, path, operator: ":", negated: false, values: texts });
      continue;
    }
    // A comma within a value has a backslash before it.
    for (const text of texts.flatMap((list) => list.split(/(?<!\\),/))) {
      const condition = parseCondition(text);
      const message =
        "must be conditions with commas between them, like Status:ACTIVE, Name~kiosk (contains), Name^prod (begins with), " +
        "Status:~active (in any case) or Status!:REMOVED (not)";
      if (!condition) return { error: { parameter, message } };
      conditions.push(condition);
    }
  }
  return { conditions: grouped(conditions) };
}

function parseCondition(text: string): Condition | undefined {
  const [, name = "", not, operator, value = ""] = CONDITION.exec(text.trim()) ?? [];
  const path = parsePath(name.replace(ESCAPED_OPERATOR, "$1"));
  if (!path || operator === undefined || !(operator in OPERATORS)) return undefined;
  const values = [value.replace(/\\(.)/gs, "$1")];
  return { name, path, operator: operator as Operator, negated: not === "!", values };
}

/** Of a path that is given several times any value will do; negated, none of them. */
function grouped(conditions: readonly Condition[]): Condition[] {
  const groups = new Map<string, Condition>();
  for (const condition of conditions) {
    const id = JSON.stringify([condition.path, condition.operator, condition.negated]);
    const known = groups.get(id);
    groups.set(id, known ? { ...known, values: [...known.values, ...condition.values] } : condition);
  }
  return [...groups.values()];
}

export interface Filter {
  readonly isEmpty: boolean;
  matches(document: unknown): boolean;
  /** What to tell of paths that none of the documents had. */
  warnings(): readonly string[];
}

const MAX_NAMES = 12;

/** A filter of these conditions. It notes which of their paths the documents have. */
export function createFilter(conditions: readonly Condition[]): Filter {
  const unknown = new Set(conditions);
  const names = new Set<string>();
  return {
    isEmpty: conditions.length === 0,
    matches(document) {
      for (const condition of unknown) if (partOf(document, [condition.path]) !== undefined) unknown.delete(condition);
      if (unknown.size > 0 && names.size <= MAX_NAMES) for (const name of Object.keys(document ?? {})) names.add(name);
      return conditions.every((condition) => holds(condition, document));
    },
    warnings() {
      if (names.size === 0) return [];
      const known = [...names].sort();
      const some = known.slice(0, MAX_NAMES).join(", ");
      const list = known.length > MAX_NAMES ? `${some}, and others` : some;
      return [...unknown].map(({ name }) => `No document read for this page has the path "${name}": they have ${list}`);
    },
  };
}

function holds({ path, operator, negated, values }: Condition, document: unknown): boolean {
  const compare = OPERATORS[operator];
  return textsAt(document, path).some((text) => values.some((value) => compare(text, value))) !== negated;
}
