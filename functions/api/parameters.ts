import { z } from "@hono/zod-openapi";
import { parseInstant } from "../core/instant.ts";
import { type Path, parsePath } from "../core/paths.ts";
import type { SourceFacts } from "./service.ts";

/*
 * The query parameters. Each schema takes the parameter's text; the message of an issue says what the text must be, so
 * that it reads on from the parameter's name.
 */

/** A page's size. */
export function limitParameter(most: number, usual: number, what: string) {
  return wholeNumberParameter(
    most,
    usual,
    `The most ${what} to answer with. There may be fewer in an answer while there are more.`,
  );
}

export function wholeNumberParameter(most: number, usual: number, description: string) {
  return z
    .string()
    .optional()
    .transform((text, context) => {
      const limit = text === undefined ? usual : /^\d{1,9}$/.test(text) ? Number(text) : 0;
      if (limit < 1 || limit > most) context.addIssue(`must be a whole number from 1 to ${most}`);
      return limit;
    })
    .openapi({
      type: "integer",
      minimum: 1,
      maximum: most,
      default: usual,
      param: { description },
    });
}

/** The same parameter, when a request cannot do without it. */
export function required<Value>(schema: z.ZodType<Value | undefined, string | undefined>) {
  return schema.transform((value, context): Value => {
    if (value !== undefined) return value;
    context.addIssue("is missing: this request needs it");
    return z.NEVER;
  });
}

/** Where a walk goes on. */
export const cursorParameter = z
  .string()
  .optional()
  .openapi({
    param: {
      description:
        "The `nextCursor` of the page before. It is bound to all other parameters but `limit`, which must be as they were; " +
        "every page of a walk is read at its first page's `asOf`.",
    },
  });

/** An instant, as people write it. */
export function instantParameter(description: string) {
  return z
    .string()
    .optional()
    .transform((text, context) => {
      const instant = text === undefined ? undefined : parseInstant(text);
      if (text !== undefined && instant === undefined) {
        context.addIssue(
          "must be a date (2026-03-01, midnight UTC) or a date and time with its zone (2026-03-01T12:00:00Z; a + is written %2B)",
        );
      }
      return instant;
    })
    .openapi({
      type: "string",
      examples: ["2026-03-01", "2026-03-01T12:00:00.000Z"],
      param: { description: `${description} ISO 8601: a date (midnight UTC), or a date and time with its zone.` },
    });
}

/** One of the words given. */
export function choiceParameter<const Word extends string>(words: readonly [Word, ...Word[]], description: string) {
  return z
    .enum(words, { error: `must be ${words.length > 1 ? "one of " : ""}${words.join(", ")}` })
    .optional()
    .openapi({ param: { description } });
}

function matching(pattern: RegExp, must: string, description: string) {
  return z.string().regex(pattern, { error: must }).optional().openapi({ param: { description } });
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

export const scopeParameter = z
  .string()
  .optional()
  .openapi({ param: { description: "Only what this scope lists; /v1/sources names the scopes." } });

const PATH_SYNTAX =
  "Names are separated by dots; within one, a backslash goes before `.`, `[`, `]` and `\\`. A list stands for each of its " +
  "elements, `[0]` for its first.";

/** DynamoDB's limit for what an index can be asked for. */
const MAX_NODE_BYTES = 2_048;

export const nodeParameter = required(
  z
    .string()
    .refine((node) => node.isWellFormed() && Buffer.byteLength(node) <= MAX_NODE_BYTES, {
      error: "must be an ARN or another name that edges lead to, or an item's id",
    })
    .optional(),
).openapi({
  type: "string",
  param: {
    required: true,
    description: "Where to start: a name that edges start from or lead to, usually an ARN, or an item's id.",
  },
});

/** One condition on the document: some value at the path has one of these texts. */
export interface Condition {
  readonly path: Path;
  readonly texts: readonly string[];
}

/** `filter[path]=value`, any number of times. */
export const filterParameter = z
  .array(z.tuple([z.string(), z.array(z.string())]))
  .optional()
  .transform((filters, context): Condition[] =>
    (filters ?? []).flatMap(([text, texts]) => {
      const path = parsePath(text);
      if (!path) context.addIssue("must name a place in the document, like filter[Status] or filter[Tags.Key]");
      return path ? [{ path, texts }] : [];
    }),
  )
  .openapi({
    type: "object",
    additionalProperties: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] },
    param: {
      style: "deepObject",
      explode: true,
      description:
        "`filter[path]=value`: only items whose document has this text, number or boolean at this path. Of a path given " +
        `several times any value will do; of several paths each must match. ${PATH_SYNTAX}`,
    },
  });

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
export const fieldsParameter = z
  .string()
  .optional()
  .transform((text, context): Selection | undefined => {
    if (text === undefined) return undefined;
    const members = new Set<string>(["id"]);
    const paths: Path[] = [];
    // A comma within a name is written with a backslash before it, as the characters that paths know are.
    for (const field of text.split(/(?<!\\),/)) {
      const path = parsePath(field.replaceAll("\\,", ","));
      const [member, ...inside] = path ?? [];
      if (
        !path ||
        typeof member !== "string" ||
        !isItemMember(member) ||
        (inside.length > 0 && member !== "document")
      ) {
        context.addIssue(
          `must be a list, separated by commas, of ${ITEM_MEMBERS.join(", ")} and paths into the document like document.Status`,
        );
        return undefined;
      }
      if (member === "document") paths.push(inside);
      else members.add(member);
    }
    return { members, paths };
  })
  .openapi({
    type: "string",
    examples: ["key,state,document.Status"],
    param: {
      description:
        "The members to answer with, separated by commas, `id` always among them: an item's own, and paths into the document " +
        `(\`document.Status\`). ${PATH_SYNTAX}`,
    },
  });

function isItemMember(name: string): boolean {
  return (ITEM_MEMBERS as readonly string[]).includes(name);
}
