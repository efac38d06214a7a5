import { type Instant, parseInstant } from "../model/instant.ts";
import { type Path, parsePath } from "../model/paths.ts";
import { Must, type Parameter, type PathParameter } from "./query.ts";
import type { SourceFacts } from "./service.ts";

/*
 * The query parameters. Each reads its text and describes itself, in plain code: a library of schemas would take longer to
 * start than all else that a request needs.
 */

/** A page's size. */
export function limitParameter(most: number, usual: number, what: string) {
  return wholeNumberParameter(
    most,
    usual,
    `The most ${what} to answer with. There may be fewer in an answer while there are more.`,
  );
}

export function wholeNumberParameter(most: number, usual: number, description: string): Parameter<number> {
  return {
    described: { schema: { type: "integer", minimum: 1, maximum: most, default: usual }, description },
    read(text) {
      const limit = text === undefined ? usual : /^\d{1,9}$/.test(text) ? Number(text) : 0;
      if (limit < 1 || limit > most) throw new Must(`must be a whole number from 1 to ${most}`);
      return limit;
    },
  };
}

/** The same parameter, when a request cannot do without it. */
export function required<Value>({ described, read }: Parameter<Value | undefined>): Parameter<Value> {
  return {
    described: { ...described, required: true },
    read(text) {
      const value = read(text);
      if (value === undefined) throw new Must("is missing: this request needs it");
      return value;
    },
  };
}

function textParameter(description: string): Parameter<string | undefined> {
  return { described: { schema: { type: "string" }, description }, read: (text) => text };
}

/** Where a walk goes on. */
export const cursorParameter = textParameter(
  "The `nextCursor` of the page before. It is bound to all other parameters but `limit`, which must be as they were; " +
    "every page of a walk is read at its first page's `asOf`.",
);

/** An instant, as people write it. */
export function instantParameter(description: string): Parameter<Instant | undefined> {
  return {
    described: {
      schema: { type: "string", examples: ["2026-03-01", "2026-03-01T12:00:00.000Z"] },
      description: `${description} ISO 8601: a date (midnight UTC), or a date and time with its zone.`,
    },
    read(text) {
      const instant = text === undefined ? undefined : parseInstant(text);
      if (text !== undefined && instant === undefined) {
        throw new Must(
          "must be a date (2026-03-01, midnight UTC) or a date and time with its zone (2026-03-01T12:00:00Z; a + is written %2B)",
        );
      }
      return instant;
    },
  };
}

/** One of the words given. */
export function choiceParameter<const Word extends string>(
  words: readonly [Word, ...Word[]],
  description: string,
): Parameter<Word | undefined> {
  return {
    described: { schema: { type: "string", enum: words }, description },
    read(text) {
      const word = words.find((each) => each === text);
      if (text !== undefined && word === undefined) {
        throw new Must(`must be ${words.length > 1 ? "one of " : ""}${words.join(", ")}`);
      }
      return word;
    },
  };
}

function matching(pattern: RegExp, must: string, description: string): Parameter<string | undefined> {
  return {
    described: { schema: { type: "string", pattern: pattern.source }, description },
    read(text) {
      if (text !== undefined && !pattern.test(text)) throw new Must(must);
      return text;
    },
  };
}

/** The parameters that narrow a list to some of the collections. */
export function coverageParameters(sources: readonly SourceFacts[]) {
  const [first = "none", ...rest] = sources.map(({ id }) => id);
  return {
    source: choiceParameter([first, ...rest], "Only what this source lists."),
    account: matching(/^\d{12}$/, "must be twelve digits", "Only what is in this AWS account."),
    region: matching(
      /^[a-z]{2}(?:-[a-z]+)+-\d+$/,
      "must be a region's name, like eu-west-1",
      "Only what is in this AWS region.",
    ),
  };
}

export const scopeParameter = textParameter("Only what this scope lists; /v1/sources names the scopes.");

const PATH_SYNTAX =
  "Names are separated by dots; within one, a backslash goes before `.`, `[`, `]` and `\\`. A list stands for each of its " +
  "elements, `[0]` for its first.";

/** DynamoDB's limit for what an index can be asked for. */
const MAX_NODE_BYTES = 2_048;

export const nodeParameter = required<string>({
  described: {
    schema: { type: "string" },
    description: "Where to start: a name that edges start from or lead to, usually an ARN, or an item's id.",
  },
  read(text) {
    if (text !== undefined && !(text.isWellFormed() && Buffer.byteLength(text) <= MAX_NODE_BYTES)) {
      throw new Must("must be an ARN or another name that edges lead to, or an item's id");
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
      "`filter[path]=value`: only items whose document has this text, number or boolean at this path. Of a path given " +
      `several times any value will do; of several paths each must match. ${PATH_SYNTAX}`,
  },
  readAt(text, texts) {
    const path = parsePath(text);
    if (!path) throw new Must("must name a place in the document, like filter[Status] or filter[Tags.Key]");
    return { path, texts };
  },
};

/** Which members of an item to answer with. */
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
      "The members to answer with, separated by commas, `id` always among them: an item's own, and paths into the document " +
      `(\`document.Status\`). ${PATH_SYNTAX}`,
  },
  read: (text) => (text === undefined ? undefined : selectionOf(text)),
};

function selectionOf(text: string): Selection {
  const members = new Set<string>(["id"]);
  const paths: Path[] = [];
  // A comma within a name is written with a backslash before it, as the characters that paths know are.
  for (const field of text.split(/(?<!\\),/)) {
    const path = parsePath(field.replaceAll("\\,", ","));
    const [member, ...inside] = path ?? [];
    if (!path || typeof member !== "string" || !isItemMember(member) || (inside.length > 0 && member !== "document")) {
      throw new Must(
        `must be a list, separated by commas, of ${ITEM_MEMBERS.join(", ")} and paths into the document like document.Status`,
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
