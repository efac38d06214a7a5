import { type Instant, parseInstant } from "../model/instant.ts";
import { type Path, parsePath } from "../model/paths.ts";
import { InvalidValueError, type Parameter, type PathParameter } from "./query.ts";
import type { SourceMetadata } from "./service.ts";

/*
 * The query parameters. Each reads its text and describes itself, in plain code: a schema library would take longer to start than
 * everything else that a request needs.
 */

/** A page's size. */
export function limitParameter(maximum: number, byDefault: number, what: string) {
  return wholeNumberParameter(
    maximum,
    byDefault,
    `Maximum number of ${what}. A response may have fewer while there are more.`,
  );
}

export function wholeNumberParameter(maximum: number, byDefault: number, description: string): Parameter<number> {
  return {
    described: { schema: { type: "integer", minimum: 1, maximum, default: byDefault }, description },
    read(text) {
      const value = text === undefined ? byDefault : /^\d{1,9}$/.test(text) ? Number(text) : 0;
      if (value < 1 || value > maximum) throw new InvalidValueError(`must be a whole number from 1 to ${maximum}`);
      return value;
    },
  };
}

/** The same parameter, made mandatory. */
export function required<Value>({ described, read }: Parameter<Value | undefined>): Parameter<Value> {
  return {
    described: { ...described, required: true },
    read(text) {
      const value = read(text);
      if (value === undefined) throw new InvalidValueError("is missing: it is required");
      return value;
    },
  };
}

function textParameter(description: string): Parameter<string | undefined> {
  return { described: { schema: { type: "string" }, description }, read: (text) => text };
}

/** Where a walk continues. */
export const cursorParameter = textParameter(
  "The `nextCursor` of the previous page. Keep all other parameters except `limit` as they were. Every page shows the first " +
    "page's `asOf`.",
);

/** An instant, as people write it. */
export function instantParameter(description: string): Parameter<Instant | undefined> {
  return {
    described: {
      schema: { type: "string", examples: ["2026-03-01", "2026-03-01T12:00:00.000Z"] },
      description: `${description} ISO 8601: a date (midnight UTC), or a date and time with a time zone.`,
    },
    read(text) {
      const instant = text === undefined ? undefined : parseInstant(text);
      if (text !== undefined && instant === undefined) {
        throw new InvalidValueError(
          "must be a date (2026-03-01, midnight UTC) or a date and time with a time zone (2026-03-01T12:00:00Z; write + as %2B)",
        );
      }
      return instant;
    },
  };
}

/** The instant to show, of every endpoint that shows one. */
export const atParameter = instantParameter(
  "Default: the latest time with complete data. A later `at` returns that time; check `asOf`.",
);

/** One of several words. */
export function choiceParameter<const Word extends string>(
  words: readonly [Word, ...Word[]],
  description: string,
): Parameter<Word | undefined> {
  return {
    described: { schema: { type: "string", enum: words }, description },
    read(text) {
      const word = words.find((each) => each === text);
      if (text !== undefined && word === undefined) {
        throw new InvalidValueError(`must be ${words.length > 1 ? "one of " : ""}${words.join(", ")}`);
      }
      return word;
    },
  };
}

function patternParameter(pattern: RegExp, must: string, description: string): Parameter<string | undefined> {
  return {
    described: { schema: { type: "string", pattern: pattern.source }, description },
    read(text) {
      if (text !== undefined && !pattern.test(text)) throw new InvalidValueError(must);
      return text;
    },
  };
}

/** The parameters that narrow a list to some collections. */
export function collectionParameters(sources: readonly SourceMetadata[]) {
  const [first = "none", ...rest] = sources.map(({ id }) => id);
  return {
    source: choiceParameter([first, ...rest], "Only items of this source."),
    account: patternParameter(/^\d{12}$/, "must be twelve digits", "Only this AWS account."),
    region: patternParameter(
      /^[a-z]{2}(?:-[a-z]+)+-\d+$/,
      "must be a region name, like eu-west-1",
      "Only this AWS region.",
    ),
  };
}

export const scopeParameter = textParameter("Only this scope; /v1/sources names the scopes.");

const PATH_SYNTAX =
  "Separate names with dots. Within a name, put a backslash before `.`, `[`, `]` and `\\`. A list stands for each of its " +
  "elements, `[0]` for the first.";

/** DynamoDB's limit of a partition key. */
const MAX_NODE_BYTES = 2_048;

export const nodeParameter = required<string>({
  described: {
    schema: { type: "string" },
    description: "Where to start: a node of an edge, usually an ARN, or an item's id.",
  },
  read(text) {
    if (text !== undefined && !(text.isWellFormed() && Buffer.byteLength(text) <= MAX_NODE_BYTES)) {
      throw new InvalidValueError("must be an ARN or another node of an edge, or an item's id");
    }
    return text;
  },
});

/** One condition on the document: some value at the path has one of these texts. */
export interface Condition {
  readonly path: Path;
  readonly texts: readonly string[];
}

/** `filter[path]=value`, any number of times. */
export const filterParameter: PathParameter<Condition> = {
  described: {
    schema: {
      type: "object",
      additionalProperties: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] },
    },
    style: "deepObject",
    explode: true,
    description:
      "`filter[path]=value`: only items whose document has this text, number or boolean at this path. Repeat a path for OR; " +
      `use several paths for AND. ${PATH_SYNTAX}`,
  },
  readAt(text, texts) {
    const path = parsePath(text);
    if (!path) throw new InvalidValueError("must be a path into the document, like filter[Status] or filter[Tags.Key]");
    return { path, texts };
  },
};

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
export const fieldsParameter: Parameter<Selection | undefined> = {
  described: {
    schema: { type: "string", examples: ["key,state,document.Status"] },
    description:
      "The members to return, separated by commas: members of the item, and paths into its document (`document.Status`). `id` is " +
      `always returned. ${PATH_SYNTAX}`,
  },
  read: (text) => (text === undefined ? undefined : selectionOf(text)),
};

function selectionOf(text: string): Selection {
  const members = new Set<string>(["id"]);
  const paths: Path[] = [];
  // A comma within a name has a backslash before it, as the special characters of paths have.
  for (const field of text.split(/(?<!\\),/)) {
    const path = parsePath(field.replaceAll("\\,", ","));
    const [member, ...inside] = path ?? [];
    if (!path || typeof member !== "string" || !isItemMember(member) || (inside.length > 0 && member !== "document")) {
      throw new InvalidValueError(
        `must be a comma-separated list of ${ITEM_MEMBERS.join(", ")} and paths into the document like document.Status`,
      );
    }
    if (member === "document") paths.push(inside);
    else members.add(member);
  }
  return { members, paths };
}

function isItemMember(name: string): boolean {
  return (ITEM_MEMBERS as readonly string[]).includes(name);
}
