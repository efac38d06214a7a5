import { Token } from "aws-cdk-lib";
import { z } from "zod";

/** An account that is inventoried, in some regions, directly or through a role that it grants. */
export interface InventoryTarget {
  /** Twelve digits. Default: the account that the stack is in. */
  readonly account?: string;
  /** Default: the region that the stack is in. */
  readonly regions?: readonly string[];
  /**
   * The role in the target's account that is assumed to read it. Default: none for the stack's own account; for
   * another, the role that the reader stack creates there.
   */
  readonly roleArn?: string;
  /** What the role's trust asks for. Required of another account unless `roleArn` is given. */
  readonly externalId?: string;
  /** The ids of the sources to list here. Default: every enabled source that exists in the region. */
  readonly sources?: readonly string[];
}

/** How one source is inventoried. */
export interface SourceSettings {
  /** Default: true. */
  readonly enabled?: boolean;
  /** How often everything is listed, in whole minutes, 1 to 3360. Default: as the source declares. */
  readonly everyMinutes?: number;
  /**
   * How often the newest part alone is listed, of a source that lists in order of creation; in whole minutes, less than
   * `everyMinutes`. Default: as the source declares, if that is less.
   */
  readonly tailEveryMinutes?: number;
  /** Regions in which the service exists by now, beside those that the source declares. */
  readonly extraRegions?: readonly string[];
  /** How many of its scopes are synced at once, 2 to 1000. Default: 2. */
  readonly concurrency?: number;
}

/** Removals are held when there are more than `items` of them and more than `share` (0 to 1) of the scope. */
export interface GuardSettings {
  readonly items: number;
  readonly share: number;
}

/** Who may read: the bearers of a token of this issuer for one of these audiences. */
export interface JwtAuthorization {
  /** The issuer's https address, as it stands in the tokens. */
  readonly issuer: string;
  readonly audience: readonly string[];
}

/** What can be chosen of an inventory; each part has a default, so that nothing has to be. */
export interface InventorySettings {
  /** Default: the account and region that the stack is in. */
  readonly targets?: readonly InventoryTarget[];
  /** Settings of sources, by id. Default: every source is inventoried as it declares itself. */
  readonly sources?: Readonly<Record<string, SourceSettings>>;
  /** For how many days the past is kept. Default: 400. */
  readonly retentionDays?: number;
  /** Default: more than 10 items and more than half of the scope. */
  readonly guard?: GuardSettings;
  /** Default: IAM; callers sign their requests and need `execute-api:Invoke`. */
  readonly api?: { readonly jwt?: JwtAuthorization };
  /** Who is told of alarms; must confirm the subscription. Default: nobody, alarms only show. */
  readonly alarmEmail?: string;
  /** Whether the tables outlive the stack (and are protected from deletion). Default: "retain". */
  readonly removalPolicy?: "retain" | "destroy";
  /** Where docs/runbook.md can be read; alarms link its headings. Default: "docs/runbook.md". */
  readonly runbookUrl?: string;
}

export const DEFAULTS = {
  retentionDays: 400,
  guard: { items: 10, share: 0.5 },
  concurrency: 2,
  removalPolicy: "retain",
  runbookUrl: "docs/runbook.md",
} as const;

/**
 * CloudWatch alarms look back seven days at most, and a source counts as stale after three intervals: a third of seven
 * days is the longest interval that can be watched.
 */
const LONGEST_INTERVAL_MINUTES = (7 * 24 * 60) / 3;

/** The configuration is not to be deployed: one line that names the value and the remedy. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** An object that refuses unknown keys by naming those it knows. */
function closed<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown key ${issue.keys.map((key) => `"${key}"`).join(", ")}: choose from ${Object.keys(shape).join(", ")}`
        : "give an object",
  });
}

/** Deploy-time values (tokens) are not known yet, so they cannot be wrong yet. */
function matching(pattern: RegExp, remedy: string) {
  return z.string(remedy).refine((value) => Token.isUnresolved(value) || pattern.test(value), remedy);
}

function wholeNumber(least: number, most: number, remedy: string) {
  return z.int(remedy).min(least, remedy).max(most, remedy);
}

export const account = matching(/^\d{12}$/, "give the account's twelve digits, in quotes");
export const region = matching(/^[a-z]{2,}(-[a-z]+)+-\d+$/, 'name a region, such as "eu-west-1"');
export const stackName = matching(
  /^[A-Za-z][A-Za-z0-9-]{0,63}$/,
  "give up to 64 letters, digits and hyphens, a letter first",
);
const sourceId = z.string("give the ids of sources");

const target = closed({
  account: account.optional(),
  regions: z.array(region, "give a list of regions").min(1, "name at least one region").optional(),
  roleArn: matching(
    /^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/,
    'give a role\'s ARN, such as "arn:aws:iam::123456789012:role/StocktakeReader"',
  ).optional(),
  externalId: matching(/^[\w+=,.@:/-]{2,1224}$/, "give 2 to 1224 letters, digits or any of _+=,.@:/-").optional(),
  sources: z.array(sourceId, "give a list of source ids").min(1, "name at least one source").optional(),
});

const EVERY_MINUTES = `give whole minutes from 1 to ${LONGEST_INTERVAL_MINUTES} (56 hours: CloudWatch looks back seven days at most, and a source counts as stale after three intervals)`;
const source = closed({
  enabled: z.boolean("give true or false").optional(),
  everyMinutes: wholeNumber(1, LONGEST_INTERVAL_MINUTES, EVERY_MINUTES).optional(),
  tailEveryMinutes: wholeNumber(1, LONGEST_INTERVAL_MINUTES, "give whole minutes, less than everyMinutes").optional(),
  extraRegions: z.array(region, "give a list of regions").optional(),
  concurrency: wholeNumber(2, 1000, "give a whole number from 2 to 1000").optional(),
});

const AUDIENCE = "give a list of at least one audience, or every token of the issuer would be let in";
const jwt = closed({
  issuer: matching(/^https:\/\/[^\s/]+(\/\S*)?$/, "give the issuer's https address, as it stands in the tokens"),
  audience: z.array(matching(/\S/, AUDIENCE), AUDIENCE).min(1, AUDIENCE),
});

const ITEMS = "give a whole number from 0, of items that may always be removed";
const SHARE = "give a share from 0 to 1";
const POLICY = 'choose "retain" or "destroy"';
const EMAIL = "give one e-mail address";

/** The settings' members, as a configuration file may state them. */
export const settingsShape = {
  targets: z
    .array(target, "give a list of targets")
    .min(1, "name at least one target, or leave targets out")
    .optional(),
  sources: z.record(sourceId, source, "give an object of settings by source id").optional(),
  retentionDays: wholeNumber(1, 36_500, "give whole days from 1 to 36500").optional(),
  guard: closed({
    items: wholeNumber(0, Number.MAX_SAFE_INTEGER, ITEMS),
    share: z.number(SHARE).min(0, SHARE).max(1, SHARE),
  }).optional(),
  api: closed({ jwt: jwt.optional() }).optional(),
  alarmEmail: z.email(EMAIL).optional(),
  removalPolicy: z.enum(["retain", "destroy"], POLICY).optional(),
  runbookUrl: matching(/^\S+$/, "give an address or a path, without spaces").optional(),
};

/** Checks a value against a closed object of members; what is wrong is a ConfigurationError of one line. */
export function parsed<Shape extends z.core.$ZodShape>(shape: Shape, value: unknown) {
  const result = closed(shape).safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ConfigurationError(issue ? line(issue) : "the configuration is not valid");
}

function line({ path, message, code, input }: z.core.$ZodIssue): string {
  const place = placeOf(path);
  if (code === "unrecognized_keys") return place ? `${place} has an ${message}` : message;
  if (input === undefined) return `${place} is missing: ${message}`;
  return place ? `${place} is ${JSON.stringify(input)}: ${message}` : `the configuration is not an object: ${message}`;
}

/** `sources["workspaces.images"].extraRegions[0]`, as one would write it in JavaScript. */
function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((place, key) => {
    if (typeof key === "number") return `${place}[${key}]`;
    if (!/^\w+$/.test(String(key))) return `${place}[${JSON.stringify(key)}]`;
    return place ? `${place}.${String(key)}` : String(key);
  }, "");
}
