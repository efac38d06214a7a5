import { Token } from "aws-cdk-lib";
import { z } from "zod";
import { EVENT_TYPES } from "../functions/events/event-types.ts";
import { ACCOUNT, REGION } from "../functions/model/collection.ts";
import { DEFAULT_GUARD } from "../functions/model/guard.ts";
import { RETENTION_DAYS } from "../functions/model/retention.ts";
import { TIERS } from "../functions/model/source.ts";

export const DEFAULT_SETTINGS = {
  retentionDays: RETENTION_DAYS.default,
  guard: DEFAULT_GUARD,
  tier: "all",
  workers: 1,
  removalPolicy: "retain",
  runbookUrl: "docs/runbook.md",
} as const;

/** A week: what is stored is verified as often. */
const MAX_INTERVAL_MINUTES = 7 * 24 * 60;

/** An object that rejects unknown keys and lists the known ones. `old` says what to do about keys that an earlier version had. */
export function closed<Shape extends z.core.$ZodShape>(shape: Shape, old: Readonly<Record<string, string>> = {}) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return "give an object";
      const outdated = issue.keys.find((key) => old[key] !== undefined);
      if (outdated !== undefined) return `old key "${outdated}": ${old[outdated]}`;
      return `unknown key ${issue.keys.map((key) => `"${key}"`).join(", ")}: choose from ${Object.keys(shape).join(", ")}`;
    },
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
export const name = matching(
  /^[A-Za-z][A-Za-z0-9-]{0,31}$/,
  "give up to 32 letters, digits and hyphens, a letter first",
);
const ROLE_ARN = /^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const YES_NO = "give true or false";
const sourceId = z.string("give the ids of sources");

const target = closed(
  {
    account: account.describe("Twelve digits. Default: the stack's account.").optional(),
    regions: z
      .array(region, "give a list of regions")
      .min(1, "name at least one region")
      .describe("Default: the stack's region.")
      .optional(),
    sources: z
      .array(sourceId, "give a list of source ids")
      .min(1, "name at least one source")
      .describe("The ids of the sources to list here. Default: every enabled source that exists in the region.")
      .optional(),
  },
  {
    roleArn: 'the role has the same name in every account: set "readerRole" beside "targets"',
    externalId: 'all reader roles require the same one: set "externalId" beside "targets"',
  },
).describe("An account that is inventoried in some regions.");

const INTERVAL = `give whole minutes from 1 to ${MAX_INTERVAL_MINUTES} (a week)`;
const source = renamed(
  { everyMinutes: "intervalMinutes", tailEveryMinutes: "incrementalMinutes" },
  closed(
    {
      enabled: z.boolean(YES_NO).describe("Whether the source is inventoried. Default: if its tier is.").optional(),
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
    },
    {
      concurrency: 'the sources of a service share a function: set "workers" beside "sources"',
    },
  ).describe("How one source, or one service's, is inventoried."),
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

const ORIGIN = 'give origins, such as "https://console.example.com", without a path; none stands for all';
const cors = closed({
  allowOrigins: z
    .array(matching(/^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/, ORIGIN), ORIGIN)
    .min(1, ORIGIN)
    .describe("The origins whose pages may read the API."),
}).describe("Lets the pages of other origins read the API, with credentials of their own. Default: none may.");

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

const PREFIX = "give a prefix without / at its ends, such as inventory/stocktake";
const dailyExport = closed({
  bucket: matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "give a bucket's name, not its ARN")
    .describe("The name of a bucket that is there. Default: the inventory has its own.")
    .optional(),
  prefix: matching(/^[\w!.*'()=,@+-]+(\/[\w!.*'()=,@+-]+)*$/, PREFIX)
    .describe("What the keys of exports begin with, without / at its ends. Default: nothing.")
    .optional(),
  keepDays: wholeNumber(1, 36_500, "give whole days from 1 to 36500")
    .describe(
      "For how many days the inventory's own bucket keeps exports, and Athena looks for them. Default: retentionDays.",
    )
    .optional(),
}).describe(
  "Exports the inventory of each midnight, UTC, as Parquet into a bucket, and makes tables of it for Athena. Default: no.",
);

const UNIT = "give the ids of organizational units, or of the root";
const TAGS = "give an object of texts";
const organization = closed({
  id: matching(/^o-[a-z0-9]{10,32}$/, "give the organization's id, such as o-a1b2c3d4e5").describe(
    "Readers and the hints' bus trust this organization only.",
  ),
  units: z
    .array(matching(/^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$/, UNIT), UNIT)
    .min(1, UNIT)
    .describe("The organizational units whose accounts are inventoried. Default: the whole organization.")
    .optional(),
  tags: z
    .record(z.string(), z.string(TAGS), TAGS)
    .describe("Inventories only accounts that have all of these tags.")
    .optional(),
  exclude: z.array(account, "give a list of accounts").describe("Accounts that are not inventoried.").optional(),
  regions: z
    .array(region, "give a list of regions")
    .min(1, "name at least one region")
    .describe("Inventories only these regions. Default: every region that an account has enabled.")
    .optional(),
  roleArn: matching(ROLE_ARN, 'give a role\'s ARN, such as "arn:aws:iam::123456789012:role/ListAccounts"')
    .describe(
      "The role that is assumed to list the organization's accounts. Default: none, the inventory's account may.",
    )
    .optional(),
  discovery: z
    .boolean(YES_NO)
    .describe("Whether the organization's accounts become targets, daily. Default: true.")
    .optional(),
  stackSet: z
    .boolean(YES_NO)
    .describe("Whether a StackSet deploys the reader in the accounts of these units. Default: true if units are given.")
    .optional(),
  delegatedAdministrator: z
    .boolean(YES_NO)
    .describe(
      "Whether the inventory's account administers StackSets for the organization, and is not its management account. Default: false.",
    )
    .optional(),
}).describe("An organization whose accounts are inventoried.");

const HTTPS = /^https:\/\/\S+$|^\{\{resolve:(ssm|secretsmanager):\S+\}\}$/;
const WEBHOOK =
  "give an https address, or a reference to one such as {{resolve:secretsmanager:stocktake/slack}}, which keeps it out of the template";
const RECEIVER = 'give one of "slackWebhook", "snsTopic", "queue" and "url"';
const receiver = closed({
  slackWebhook: matching(HTTPS, WEBHOOK).describe("Slack's incoming webhook: gets a message for people.").optional(),
  snsTopic: matching(/^arn:[a-z-]+:sns:\S+$/, "give a topic's ARN")
    .describe("A topic's ARN, whose policy lets events.amazonaws.com publish: gets the event.")
    .optional(),
  queue: matching(/^arn:[a-z-]+:sqs:\S+$/, "give a queue's ARN")
    .describe("A queue's ARN, whose policy lets events.amazonaws.com send messages: gets the event.")
    .optional(),
  url: matching(HTTPS, WEBHOOK).describe("An https address: the event is POSTed to it.").optional(),
})
  .refine((to) => Object.values(to).filter((value) => value !== undefined).length === 1, RECEIVER)
  .describe("Who is notified: one of them.");

const IDS = "give a list of at least one";
const notifyRule = closed({
  match: closed({
    types: z
      .array(z.enum(EVENT_TYPES, `choose from ${EVENT_TYPES.join(", ")}`), IDS)
      .min(1, IDS)
      .describe("Only events of these types. Default: all.")
      .optional(),
    sources: z.array(sourceId, IDS).min(1, IDS).describe("Only of these sources. Default: all.").optional(),
    accounts: z.array(account, IDS).min(1, IDS).describe("Only of these accounts. Default: all.").optional(),
    regions: z.array(region, IDS).min(1, IDS).describe("Only of these regions. Default: all.").optional(),
    firstListings: z
      .boolean(YES_NO)
      .describe("Whether also of what a scope's first listing found, when everything is new. Default: false.")
      .optional(),
    detail: z
      .record(z.string(), z.unknown(), "give an EventBridge pattern")
      .describe("What else an event's detail must match, as an EventBridge pattern. Default: anything.")
      .optional(),
  })
    .describe("Which events. Default: all but those of first listings.")
    .optional(),
  to: receiver,
}).describe("Whom to notify of which events.");

/** The settings of an inventory: what validates them, describes them, and types them. Every one has a default. */
export const inventorySettings = closed({
  targets: z
    .array(target, "give a list of targets")
    .min(1, "name at least one target, or leave targets out")
    .describe("What is inventoried, as `stocktake targets import` reads it. Default: the stack's account and region.")
    .optional(),
  tier: z
    .enum(TIERS, `choose from ${TIERS.map((tier) => `"${tier}"`).join(", ")}`)
    .describe(
      `Which sources are inventoried: those of this tier and of the ones before it. Default: "${DEFAULT_SETTINGS.tier}".`,
    )
    .optional(),
  sources: z
    .record(sourceId, source, "give an object of settings by source id")
    .describe(
      "Settings of sources, by id, or of all sources of a service, by the part before the dot: the id's own count for more. Default: every source of the tier is inventoried as it declares itself.",
    )
    .optional(),
  organization: organization.optional(),
  readerRole: matching(/^[\w+=,.@-]{1,64}$/, "give a role's name, without its path")
    .describe("The name of the role that reads another account. Default: made from the inventory's name and region.")
    .optional(),
  externalId: matching(/^[\w+=,.@:/-]{2,1224}$/, "give 2 to 1224 letters, digits or any of _+=,.@:/-")
    .describe("The external id that the reader roles require. Default: none, they trust this inventory's roles only.")
    .optional(),
  hints: z.boolean(YES_NO).describe("Whether CloudTrail's events make sources due sooner. Default: true.").optional(),
  workers: wholeNumber(1, 100, "give a whole number from 1 to 100")
    .describe(`How many invocations of each service sync at once. Default: ${DEFAULT_SETTINGS.workers}.`)
    .optional(),
  reservedConcurrency: wholeNumber(2, 1000, "give a whole number from 2 to 1000, more than workers")
    .describe("The concurrency that is reserved for each service's function. More than workers. Default: none.")
    .optional(),
  retentionDays: wholeNumber(RETENTION_DAYS.min, RETENTION_DAYS.max, "give whole days from 1 to 36500")
    .describe(`For how many days history is kept. Default: ${DEFAULT_SETTINGS.retentionDays}.`)
    .optional(),
  guard: guard.optional(),
  api: closed({ jwt: jwt.optional(), cors: cors.optional() })
    .describe("Who may read the API. Default: callers sign their requests, and need execute-api:Invoke.")
    .optional(),
  apiReaders: z
    .array(account, "give a list of accounts")
    .min(1, "name at least one account")
    .describe("Accounts whose people may assume a role that reads the API. Default: none.")
    .optional(),
  dailyExport: dailyExport.optional(),
  alarmEmail: z
    .email("give one e-mail address")
    .describe("The e-mail address that alarms are sent to. It must confirm the subscription. Default: none.")
    .optional(),
  runbookUrl: matching(/^\S+$/, "give an address or a path, without spaces")
    .describe(
      `Where your people read docs/runbook.md. Alarms link its headings. Default: "${DEFAULT_SETTINGS.runbookUrl}".`,
    )
    .optional(),
  notify: z
    .array(notifyRule, "give a list of rules")
    .describe("Who is notified of what changes. Default: nobody; every change is on the inventory's event bus.")
    .optional(),
  explorerUrl: matching(/^https?:\/\/\S+$/, "give an http or https address")
    .describe("Where your people open the explorer: messages link it. Default: messages have no link.")
    .optional(),
  dashboard: z.boolean(YES_NO).describe("Whether there is a CloudWatch dashboard. Default: false.").optional(),
  tracing: z.boolean(YES_NO).describe("Whether X-Ray traces the functions. Default: false.").optional(),
  encryptionKey: matching(
    /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
    'give a KMS key\'s ARN, such as "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
  )
    .describe("The KMS key that encrypts tables, logs and alarms. Default: keys of the services' own.")
    .optional(),
  permissionsBoundary: matching(/^[\w+=,.@/-]{1,512}$/, "give a managed policy's name, not its ARN")
    .describe("The name of the managed policy that bounds every role, also those of readers. Default: none.")
    .optional(),
  removalPolicy: z
    .enum(["retain", "destroy"], 'choose "retain" or "destroy"')
    .describe(
      `Whether the tables outlive the stack and are protected from deletion. Default: "${DEFAULT_SETTINGS.removalPolicy}".`,
    )
    .optional(),
  name: name.describe("What the names of functions and roles begin with. Default: the stack's name.").optional(),
});

export type ParsedSettings = z.infer<typeof inventorySettings>;
