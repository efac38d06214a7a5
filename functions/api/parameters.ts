import * as z from "zod/mini";
import { ACCOUNT, REGION } from "../model/collection.ts";
import { parseInstant } from "../model/instant.ts";
import { isStorableKey, isStorableNode } from "../model/item.ts";
import { type Path, parsePath } from "../model/paths.ts";
import { parseId } from "./ids.ts";
import type { SourceMetadata } from "./service.ts";

/*
 * The query parameters. One schema reads a parameter's text, types its value and describes it. A message continues the parameter's name.
 * Each is made when a path is first asked for: all of them together would be a part of every function's start.
 */

/** What the API's description says of a parameter beside its type. */
interface Documentation {
  readonly description: string;
  readonly default?: number;
  readonly examples?: string[];
}

function documented<Schema extends z.ZodMiniType>(schema: Schema, documentation: Documentation): Schema {
  z.globalRegistry.add(schema, { ...documentation });
  return schema;
}

function optional<Schema extends z.ZodMiniType>(schema: Schema, description: string, examples?: string[]) {
  return documented(z.optional(schema), { description, ...(examples && { examples }) });
}

/** Text that `read` makes a value of; undefined stands for text that is not valid. */
function textRead<Value>(read: (text: string) => Value | undefined, message: string) {
  return z.pipe(
    z.string(),
    z.transform((text: string, { issues }) => {
      const value = read(text);
      if (value !== undefined) return value;
      issues.push({ code: "custom", message, input: text });
      return z.NEVER;
    }),
  );
}

/** A page's size. */
export function limitParameter(maximum: number, byDefault: number, what: string) {
  const description = `Maximum number of ${what}. A response may have fewer while there are more.`;
  return wholeNumberParameter(maximum, byDefault, description);
}

export function wholeNumberParameter(maximum: number, byDefault: number, description: string) {
  const message = `must be a whole number from 1 to ${maximum}`;
  const numberOf = (text: unknown) => (/^\d{1,9}$/.test(String(text)) ? Number(text) : Number.NaN);
  const number = z.int(message).check(z.minimum(1, message), z.maximum(maximum, message));
  const schema = z._default(z.pipe(z.transform(numberOf), number), byDefault);
  return documented(schema, { description, default: byDefault });
}

/** One of several words. */
export function choiceParameter<const Word extends string>(words: readonly [Word, ...Word[]], description: string) {
  return optional(choice(words), description);
}

function choice<const Word extends string>(words: readonly [Word, ...Word[]]) {
  return z.enum(words, `must be ${words.length > 1 ? "one of " : ""}${words.join(", ")}`);
}

/** Where a walk continues. */
export function cursorParameter() {
  return optional(
    z.string(),
    "The `nextCursor` of the previous page. Keep all other parameters except `limit` as they were. Every page shows the first " +
      "page's `asOf`.",
  );
}

/** An instant, as people write it. */
export function instantParameter(description: string) {
  return z.optional(requiredInstantParameter(description));
}

export function requiredInstantParameter(description: string) {
  const instant = textRead(
    parseInstant,
    "must be a date (2026-03-01, midnight UTC) or a date and time with a time zone (2026-03-01T12:00:00Z; write + as %2B)",
  );
  return documented(instant, {
    description: `${description} ISO 8601: a date (midnight UTC), or a date and time with a time zone.`,
    examples: ["2026-03-01", "2026-03-01T12:00:00.000Z"],
  });
}

/** The instant to show, of every endpoint that shows one. */
export function atParameter() {
  return instantParameter("Default: the latest time with complete data. A later `at` returns that time; check `asOf`.");
}

/** The parameters that narrow a list to some collections. */
export function collectionParameters(sources: readonly SourceMetadata[]) {
  return { source: z.optional(sourceParameter(sources)), account: accountParameter(), region: regionParameter() };
}

export function sourceParameter(sources: readonly SourceMetadata[]) {
  const [first = "none", ...rest] = sources.map(({ id }) => id);
  return documented(choice([first, ...rest]), { description: "Only items of this source." });
}

export function accountParameter() {
  return optional(z.string().check(z.regex(ACCOUNT, "must be twelve digits")), "Only this AWS account.");
}

export function regionParameter() {
  return optional(z.string().check(z.regex(REGION, "must be a region name, like eu-west-1")), "Only this AWS region.");
}

export function scopeParameter() {
  return optional(
    z.string().check(z.refine(isStorableKey, "must be a scope's id, as /v1/sources names it")),
    "Only this scope; /v1/sources names the scopes.",
  );
}

export function nodeParameter() {
  return documented(
    z
      .string()
      .check(
        z.refine(
          (text) => isStorableNode(text) || parseId(text) !== undefined,
          "must be an ARN or another node of an edge, or an item's id",
        ),
      ),
    { description: "Where to start: a node of an edge, usually an ARN, or an item's id." },
  );
}

const PATH_SYNTAX =
  "Separate names with dots. Within a name, put a backslash before `.`, `[`, `]` and `\\`. A list stands for each of its " +
  "elements, `[0]` for the first.";

/** One condition on the document: some value at the path has one of these texts. */
export interface Condition {
  readonly path: Path;
  readonly texts: readonly string[];
}

/** `filter[path]=value`, any number of times: the texts by the parameters' whole names. */
export function filterParameter() {
  return optional(
    z.pipe(
      z.record(z.string(), z.union([z.string(), z.array(z.string())])),
      z.transform((filters, { issues }) =>
        Object.entries(filters).flatMap(([name, texts]): Condition[] => {
          const path = parsePath(name.slice("filter[".length, -1));
          if (path) return [{ path, texts: [texts].flat() }];
          const message = "must be a path into the document, like filter[Status] or filter[Tags.Key]";
          issues.push({ code: "custom", message, path: [name], input: name });
          return [];
        }),
      ),
    ),
    "`filter[path]=value`: only items whose document has this text, number or boolean at this path. Repeat a path for OR; " +
      `use several paths for AND. ${PATH_SYNTAX}`,
  );
}

/** Which members of an item to return. */
export interface Selection {
  readonly members: ReadonlySet<string>;
  readonly paths: readonly Path[];
}

export const ITEM_MEMBERS = [
  "id",
  "source",
  "account",
  "region",
  "scope",
  "key",
  "state",
  "version",
  "firstSeenAt",
  "changedAt",
  "removedAt",
  "cause",
  "edge",
  "document",
] as const;

/** `fields=key,document.Status`. */
export function fieldsParameter(description: string) {
  return optional(
    textRead(
      selectionOf,
      `must be a comma-separated list of ${ITEM_MEMBERS.join(", ")} and paths into the document like document.Status`,
    ),
    `${description} ${PATH_SYNTAX}`,
    ["key,state,document.Status"],
  );
}

function selectionOf(text: string): Selection | undefined {
  const members = new Set<string>(["id"]);
  const paths: Path[] = [];
  // A comma within a name has a backslash before it, as the special characters of paths have.
  for (const field of text.split(/(?<!\\),/)) {
    const [member, ...inside] = parsePath(field.replaceAll("\\,", ",")) ?? [];
    if (!ITEM_MEMBERS.some((known) => known === member)) return undefined;
    if (inside.length > 0 && member !== "document") return undefined;
    if (member === "document") paths.push(inside);
    else members.add(String(member));
  }
  return { members, paths };
}
