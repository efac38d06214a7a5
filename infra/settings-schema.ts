import { Token } from "aws-cdk-lib";
import { z } from "zod";
import { ACCOUNT, REGION } from "../functions/model/collection.ts";
import { DEFAULT_GUARD } from "../functions/model/guard.ts";

export const DEFAULT_SETTINGS = {
  retentionDays: 400,
  guard: DEFAULT_GUARD,
  concurrency: 2,
  removalPolicy: "retain",
  runbookUrl: "docs/runbook.md",
} as const;

/** CloudWatch alarms look back seven days at most, and a source is stale after three intervals. */
const MAX_INTERVAL_MINUTES = (7 * 24 * 60) / 3;

/** An object that rejects unknown keys and lists the known ones. */
export function closed<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown key ${issue.keys.map((key) => `"${key}"`).join(", ")}: choose from ${Object.keys(shape).join(", ")}`
        : "give an object",
  });
}

/** Values that are known only when the stack is deployed (tokens) always match. */
function matching(pattern: RegExp, remedy: string) {
  return z
    .string(remedy)
    .refine((value) => Token.isUnresolved(value) || pattern.test(value), remedy)
    .meta({ pattern: pattern.source });
}

function wholeNumber(min: number, max: number, remedy: string) {
  return z.int(remedy).min(min, remedy).max(max, remedy);
}

/** Reads members by their old names as well; one that also has its new name stays, and is an unknown key. */
function renamed<Schema extends z.ZodType>(oldNames: Readonly<Record<string, string>>, schema: Schema) {
  return z.preprocess((value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).map(([name, member]) => {
      const newName = oldNames[name];
      return [newName === undefined || newName in value ? name : newName, member];
    });
    return Object.fromEntries(entries);
  }, schema);
}

export const account = matching(ACCOUNT, "give the account's twelve digits, in quotes");
export const region = matching(REGION, 'name a region, such as "eu-west-1"');
export const stackName = matching(
  /^[A-Za-z][A-Za-z0-9-]{0,63}$/,
  "give up to 64 letters, digits and hyphens, a letter first",
);
const sourceId = z.string("give the ids of sources");

const target = closed({
  account: account.describe("Twelve digits. Default: the stack's account.").optional(),
  regions: z
    .array(region, "give a list of regions")
    .min(1, "name at least one region")
    .describe("Default: the stack's region.")
    .optional(),
  roleArn: matching(
    /^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/,
    'give a role\'s ARN, such as "arn:aws:iam::123456789012:role/StocktakeReader"',
  )
    .describe(
      "The role in the target's account that is assumed to read it. Default: none for the stack's own account; for another account, the role that the reader stack creates there.",
    )
    .optional(),
  externalId: matching(/^[\w+=,.@:/-]{2,1224}$/, "give 2 to 1224 letters, digits or any of _+=,.@:/-")
    .describe("The external id that the role's trust requires. Required for another account unless roleArn is given.")
    .optional(),
  sources: z
    .array(sourceId, "give a list of source ids")
    .min(1, "name at least one source")
    .describe("The ids of the sources to list here. Default: every enabled source that exists in the region.")
    .optional(),
}).describe("An account that is inventoried in some regions, directly or through a role in it.");

const INTERVAL = `give whole minutes from 1 to ${MAX_INTERVAL_MINUTES} (56 hours: CloudWatch looks back seven days at most, and a source is stale after three intervals)`;
const source = renamed(
  { everyMinutes: "intervalMinutes", tailEveryMinutes: "incrementalMinutes" },
  closed({
    enabled: z.boolean("give true or false").describe("Whether the source is inventoried. Default: true.").optional(),
    intervalMinutes: wholeNumber(1, MAX_INTERVAL_MINUTES, INTERVAL)
      .describe("How often everything is listed, in minutes. Default: as the source declares.")
      .optional(),
    incrementalMinutes: wholeNumber(1, MAX_INTERVAL_MINUTES, "give whole minutes, fewer than intervalMinutes")
      .describe(
        "How often only what is new is listed, in minutes, of a source that lists in order of creation. Less than intervalMinutes. Default: as the source declares.",
      )
      .optional(),
    extraRegions: z
      .array(region, "give a list of regions")
      .describe("Regions in which the service exists, besides those that the source declares.")
      .optional(),
    concurrency: wholeNumber(2, 1000, "give a whole number from 2 to 1000")
      .describe(`How many of its scopes are synced at once. Default: ${DEFAULT_SETTINGS.concurrency}.`)
      .optional(),
  }).describe("How one source is inventoried."),
);

const AUDIENCE = "give a list of at least one audience; without one, every token of the issuer would be accepted";
const jwt = closed({
  issuer: matching(
    /^https:\/\/[^\s/]+(\/\S*)?$/,
    "give the issuer's https address, as it is written in the tokens",
  ).describe("The issuer's https address, as it is written in the tokens."),
  audience: z
    .array(matching(/\S/, AUDIENCE), AUDIENCE)
    .min(1, AUDIENCE)
    .describe("The audiences whose tokens are accepted."),
}).describe("Accepts tokens of this issuer for one of these audiences, instead of IAM signatures.");

const ITEMS = "give the number of items that may always be removed, a whole number from 0";
const SHARE = "give a share from 0 to 1";
const guard = closed({
  items: wholeNumber(0, Number.MAX_SAFE_INTEGER, ITEMS).describe("How many items may always be removed at once."),
  share: z
    .number(SHARE)
    .min(0, SHARE)
    .max(1, SHARE)
    .describe("The share of a scope that may always be removed, 0 to 1."),
}).describe(
  `Removals are kept pending when there are more than "items" of them and more than "share" of the scope. Default: ${DEFAULT_SETTINGS.guard.items} and ${DEFAULT_SETTINGS.guard.share}.`,
);

/** The settings of an inventory: what validates them, describes them, and types them. Every one has a default. */
export const inventorySettings = closed({
  targets: z
    .array(target, "give a list of targets")
    .min(1, "name at least one target, or leave targets out")
    .describe("What is inventoried. Default: the stack's account and region.")
    .optional(),
  sources: z
    .record(sourceId, source, "give an object of settings by source id")
    .describe("Settings of sources, by id. Default: every source is inventoried as it declares itself.")
    .optional(),
  retentionDays: wholeNumber(1, 36_500, "give whole days from 1 to 36500")
    .describe(`For how many days history is kept. Default: ${DEFAULT_SETTINGS.retentionDays}.`)
    .optional(),
  guard: guard.optional(),
  api: closed({ jwt: jwt.optional() })
    .describe("Who may read the API. Default: callers sign their requests, and need execute-api:Invoke.")
    .optional(),
  alarmEmail: z
    .email("give one e-mail address")
    .describe("The e-mail address that alarms are sent to. It must confirm the subscription. Default: none.")
    .optional(),
  removalPolicy: z
    .enum(["retain", "destroy"], 'choose "retain" or "destroy"')
    .describe(
      `Whether the tables outlive the stack and are protected from deletion. Default: "${DEFAULT_SETTINGS.removalPolicy}".`,
    )
    .optional(),
  runbookUrl: matching(/^\S+$/, "give an address or a path, without spaces")
    .describe(
      `Where your people read docs/runbook.md. Alarms link its headings. Default: "${DEFAULT_SETTINGS.runbookUrl}".`,
    )
    .optional(),
});

export type ParsedSettings = z.infer<typeof inventorySettings>;
