import * as z from "zod/mini";
import { ACCOUNT, REGION } from "../model/collection.ts";
import { readInstant } from "../model/instant.ts";
import { isStorableKey, isStorableNode } from "../model/item.ts";
import { type Path, parsePath } from "../model/paths.ts";
import { parseSearch } from "../model/search.ts";
import { type Condition, parseFilters } from "./filters.ts";
import { isId } from "./ids.ts";
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
  return z.enum(words, {
    error: ({ input }) => `must be ${words.length > 1 ? "one of " : ""}${choicesLike(String(input), words)}`,
  });
}

/** More words than these are not all named to somebody who gave another one. */
const MAX_NAMED_CHOICES = 8;

/** The words that a wrong one may stand for: those of the same beginning, as `sagemaker.`; where there are none, all. */
function choicesLike(given: string, words: readonly string[]): string {
  if (words.length <= MAX_NAMED_CHOICES) return words.join(", ");
  const like = words.filter((word) => word.startsWith(`${given.split(".")[0]}.`));
  const named = (like.length > 0 ? like : words).slice(0, MAX_NAMED_CHOICES);
  return `${named.join(", ")} and ${words.length - named.length} others`;
}

/** Where a walk continues. */
export function cursorParameter() {
  return optional(
    z.string(),
    "The `nextCursor` of the previous page. Keep all other parameters except `limit` as they were. Every page shows the first " +
      "page's `asOf`.",
  );
}

/** The time that relative instants are relative to, epoch ms. */
export type Now = () => number;

/** An instant, as people write it. */
export function instantParameter(now: Now, description: string) {
  return z.optional(requiredInstantParameter(now, description));
}

export function requiredInstantParameter(now: Now, description: string) {
  const instant = textRead(
    (text) => readInstant(text, now),
    "must be a date (2026-03-01, midnight UTC), a date and time with a time zone (2026-03-01T12:00:00Z; write + as %2B), a time ago " +
      "(30m, 24h, 7d), today or yesterday",
  );
  return documented(instant, {
    description:
      `${description} A date (midnight UTC), a date and time with a time zone, a time ago (\`30m\`, \`24h\`, \`7d\`), ` +
      "`today` or `yesterday`.",
    examples: ["2026-03-01", "2026-03-01T12:00:00.000Z", "24h", "yesterday"],
  });
}

/** The instant to show, of every endpoint that shows one. */
export function atParameter(now: Now) {
  return instantParameter(
    now,
    "Default: the latest time with complete data. A later `at` returns that time; check `asOf`.",
  );
}

/** In which order to list. */
export function orderParameter(description: string) {
  return optional(choice(["asc", "desc"]), description);
}

/** Yes or no. */
export function booleanParameter(description: string) {
  const words = z.enum(["true", "false"], "must be true or false");
  return optional(
    z.pipe(
      words,
      z.transform((word) => word === "true"),
    ),
    description,
  );
}

/** Whether to return everything that is stored of an entry. */
export function fullParameter(description: string) {
  return booleanParameter(`\`true\`: each entry has in \`stored\` what a mirror needs beside it. ${description}`);
}

/** Whether entries have names. */
export function namesParameter() {
  return booleanParameter(
    "`true`: each entry has its `name`, and its `edge` what its ends are called (`fromName`, `toName`) at the instant shown.",
  );
}

/** Whether to count all that a list has. */
export function countParameter(what: string) {
  return booleanParameter(
    `\`true\`: \`count\` in the response says how many ${what} there are on all pages. Counting ends after 100,000 records read: ` +
      "then `countTruncated` says that there may be more.",
  );
}

/** As what to answer. */
export function formatParameter() {
  return optional(
    choice(["json", "csv"]),
    "`csv`: a header and a line for each entry, safe to open in a spreadsheet; the next page is in the Link header. Default: `json`, " +
      "or what Accept prefers.",
  );
}

const SEARCH_SYNTAX =
  "Every word must be part of the name, the key, a text of the document, the source, the account or the region, in any case.";

/** What to search for, of lists. */
export function searchParameter() {
  return z.optional(requiredSearchParameter("Only items with these words."));
}

export function requiredSearchParameter(description: string) {
  return documented(textRead(parseSearch, "must be one to ten words"), {
    description: `${description} ${SEARCH_SYNTAX}`,
    examples: ["kiosk", "prod eu-west-1"],
  });
}

/** By what to sort. */
export interface SortKey {
  readonly member: string;
  readonly path: Path;
}

export const SORT_MEMBERS = ["key", "name", "changedAt", "firstSeenAt", "version"] as const;

export function sortParameter() {
  return optional(
    textRead(sortKeyOf, `must be ${SORT_MEMBERS.join(", ")} or a path into the document like document.Status`),
    `${SORT_MEMBERS.map((member) => `\`${member}\``).join(", ")}, or a path into the document (\`document.Status\`); items without it come ` +
      "last. Every page of a list sorted by anything but the key reads all of it, at most 100,000 items.",
    ["changedAt", "document.Status"],
  );
}

function sortKeyOf(text: string): SortKey | undefined {
  const [member, ...path] = parsePath(text) ?? [];
  if (member === "document") return path.length > 0 ? { member, path } : undefined;
  return SORT_MEMBERS.some((known) => known === member) && path.length === 0
    ? { member: String(member), path }
    : undefined;
}

/** The parameters that narrow a list to some collections. */
export function collectionParameters(sources: readonly SourceMetadata[]) {
  return { source: sourceParameter(sources), account: accountParameter(), region: regionParameter() };
}

function sourceParameter(sources: readonly SourceMetadata[]) {
  const [first = "none", ...rest] = sources.map(({ id }) => id);
  return optional(choice([first, ...rest]), "Only items of this source.");
}

function accountParameter() {
  return optional(z.string().check(z.regex(ACCOUNT, "must be twelve digits")), "Only this AWS account.");
}

function regionParameter() {
  return optional(z.string().check(z.regex(REGION, "must be a region name, like eu-west-1")), "Only this AWS region.");
}

export function scopeParameter() {
  return optional(
    z.string().check(z.refine(isStorableKey, "must be a scope's id, as /v1/sources names it")),
    "Only this scope; /v1/sources names the scopes.",
  );
}

export function nodeParameter(description: string) {
  return documented(
    z
      .string()
      .check(
        z.refine(
          (text) => isStorableNode(text) || isId(text),
          "must be an ARN or another name of a node, or an item's id",
        ),
      ),
    {
      description: `${description}: an ARN, an id of AWS, a URI or another name that edges use; an item's id; or an item's name.`,
    },
  );
}

const PATH_SYNTAX =
  "Separate names with dots. Within a name, put a backslash before `.`, `[`, `]` and `\\`. A list stands for each of its " +
  "elements, `[0]` for the first.";

/** `filter=conditions` and `filter[path]=value`, any number of times: the texts by the parameters' whole names. */
export function filterParameter() {
  const conditions = z.union([z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())]))]);
  return optional(
    z.pipe(
      conditions,
      z.transform((filters, { issues }): readonly Condition[] => {
        const parsed = parseFilters(typeof filters === "string" ? { filter: filters } : filters);
        if ("conditions" in parsed) return parsed.conditions;
        const { parameter, message } = parsed.error;
        issues.push({ code: "custom", message, path: [parameter], input: filters });
        return z.NEVER;
      }),
    ),
    "Only items whose document fulfils all conditions. `filter[path]=value`: it has this text, number or boolean at the path. " +
      "Repeat a path for OR; use several paths for AND. Or `filter=Status:ACTIVE,Name~kiosk`, with `:` for is, `:~` for is in any case, `^` for begins with and `~` for " +
      `contains, both in any case, and \`!\` before them for not. Before \`,\` in a value put a backslash. ${PATH_SYNTAX}`,
  );
}

/** Which members of an item to return. */
export interface Selection {
  /** As they were written, in order. */
  readonly columns: readonly string[];
  readonly members: ReadonlySet<string>;
  readonly paths: readonly Path[];
}

export const ITEM_MEMBERS = [
  "id",
  "shortId",
  "source",
  "account",
  "region",
  "scope",
  "key",
  "name",
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
  const columns: string[] = [];
  // A comma within a name has a backslash before it, as the special characters of paths have.
  for (const field of text.split(/(?<!\\),/)) {
    const column = field.replaceAll("\\,", ",");
    const [member, ...inside] = parsePath(column) ?? [];
    columns.push(column);
    if (!ITEM_MEMBERS.some((known) => known === member)) return undefined;
    if (inside.length > 0 && member !== "document") return undefined;
    if (member === "document") paths.push(inside);
    else members.add(String(member));
  }
  return { columns, members, paths };
}
