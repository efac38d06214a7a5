import * as z from "zod";
import { parsePath, partOf } from "../../functions/model/paths.ts";

/** The arguments that several tools have. What the API checks itself, such as an instant, is any text here. */

/** A text that must be given. */
export function required(description: string) {
  const error = ({ input }: { readonly input: unknown }) => (input === undefined ? "is missing" : "must be a text");
  return z.string({ error }).min(1, "must not be empty").describe(description);
}

export const optional = (description: string) => required(description).optional();

const INSTANT =
  "An instant: a date (2026-03-01, midnight UTC), a date and time with its zone (2026-03-01T12:00:00Z), how long ago (30m, 24h, 7d, 2w), " +
  "now, or the midnight, UTC, at which today or yesterday began.";

export const instant = (description: string) => optional(`${description} ${INSTANT}`);

export const requiredInstant = (description: string) => required(`${description} ${INSTANT}`);

/** The instant that an answer shows. */
export const at = () => instant("Answer as of this instant. Default: the latest with complete data.");

/** Which collections a question is about. */
export const where = () => ({
  source: optional("Only this source, such as sagemaker.models; the tool freshness names them."),
  account: optional("Only this AWS account, twelve digits."),
  region: optional("Only this AWS region, such as eu-west-1."),
});

export const words = (description: string) =>
  optional(
    `${description} Every word must be part of the name, the key, the source or a text of the document, in any case.`,
  );

export const conditions = () =>
  optional(
    "Conditions on the document, with commas between them: Status:ACTIVE (is), Status:~active (in any case), Name^prod (begins with), " +
      "Name~kiosk (contains), Status!:REMOVED (is not).",
  );

export const choice = <const Word extends string>(among: readonly [Word, ...Word[]], description: string) =>
  z
    .enum(among, `must be one of ${among.join(", ")}`)
    .optional()
    .describe(description);

export const flag = (description: string) => z.boolean("must be true or false").optional().describe(description);

export const count = (what: string) => flag(`Also count ${what}, on all pages.`);

export function wholeNumber(maximum: number, byDefault: number, description: string) {
  const message = `must be a whole number from 1 to ${maximum}`;
  return z.int(message).min(1, message).max(maximum, message).default(byDefault).describe(description);
}

export const limit = (maximum: number, byDefault: number, what: string) =>
  wholeNumber(maximum, byDefault, `How many ${what} to answer with at most.`);

/** A page of a list. */
export const page = (byDefault: number, what: string) => ({
  limit: limit(200, byDefault, what),
  cursor: optional("The nextCursor of the answer before, to go on. Keep the other arguments as they were."),
});

export const documentPaths = () =>
  z
    .array(
      z
        .string()
        .refine((path) => parsePath(path) !== undefined, "must be names with dots between, as OperatingSystem.Type"),
    )
    .max(50)
    .optional()
    .describe(
      "Paths into the document to show as well: Status, OperatingSystem.Type, Tags[0].Value. Default: none; the tool get_item shows all.",
    );

/** The part of a document on these paths; undefined when nothing is. */
export function partOn(document: unknown, paths: readonly string[] = []): unknown {
  const parsed = paths.flatMap((path) => {
    const each = parsePath(path);
    return each ? [each] : [];
  });
  return parsed.length > 0 ? partOf(document, parsed) : undefined;
}
