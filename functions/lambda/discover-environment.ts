import { ACCOUNT, REGION } from "../model/collection.ts";
import {
  isRecord,
  parseJson,
  read,
  type StoreEnvironment,
  storeEnvironment,
  storeVariables,
  text,
  type Variable,
} from "./environment.ts";
import type { AccountChoice } from "./organization.ts";

/** The organization that is discovered. */
export interface OrganizationSettings extends AccountChoice {
  /** The role that may ask Organizations. Default: the function's own. */
  readonly roleArn?: string;
  /** Default: all that an account has enabled. */
  readonly regions?: readonly string[];
}

/** The environment of the function that discovers targets. */
export interface DiscoverEnvironment extends StoreEnvironment {
  readonly organization: OrganizationSettings;
  /** The account of the function itself, where no role is assumed. */
  readonly account: string;
  /** The reader role's ARN with `{account}` in place of the account. Default: only the own account can be asked. */
  readonly readerRole?: string | undefined;
  readonly externalId?: string | undefined;
  /** The enabled sources, each with the regions that are configured beyond those it knows. */
  readonly extraRegions: Readonly<Record<string, readonly string[]>>;
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string" && each !== "");
}

function isTextMap(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((each) => typeof each === "string");
}

const organization: Variable<OrganizationSettings> = {
  problem: 'is not JSON such as {"units":["ou-ab12-cdefghij"],"exclude":["123456789012"]}',
  read(value) {
    const content = parseJson(value);
    if (!isRecord(content)) return undefined;
    const { roleArn, units, tags, exclude, regions } = content as Record<string, unknown>;
    const isValid =
      (roleArn === undefined || typeof roleArn === "string") &&
      [units, exclude, regions].every((list) => list === undefined || isTextList(list)) &&
      (regions === undefined || (regions as string[]).every((region) => REGION.test(region))) &&
      (tags === undefined || isTextMap(tags));
    return isValid ? (content as OrganizationSettings) : undefined;
  },
};

const account: Variable<string> = {
  problem: "is not an account's id",
  read: (value) => (ACCOUNT.test(value) ? value : undefined),
};

const readerRole: Variable<string | undefined> = {
  problem: "is not a role's ARN with {account}",
  optional: true,
  read: (value) => (/^arn:[\w-]+:iam::\{account\}:role\/\S+$/.test(value) ? value : undefined),
};

const externalId: Variable<string | undefined> = { ...text, optional: true };

const extraRegions: Variable<Readonly<Record<string, readonly string[]>>> = {
  problem: 'is not JSON such as {"cleanrooms.memberships":{"intervalMinutes":60}}',
  read(value) {
    const content = parseJson(value);
    if (!isRecord(content) || !Object.values(content).every(isRecord)) return undefined;
    const sources = Object.entries(content as Record<string, { extraRegions?: unknown }>);
    const lists = sources.map(([id, { extraRegions = [] }]) => [id, extraRegions] as const);
    return lists.every(([, list]) => isTextList(list))
      ? (Object.fromEntries(lists) as Record<string, string[]>)
      : undefined;
  },
};

const variables = {
  ...storeVariables,
  STOCKTAKE_ORGANIZATION: organization,
  STOCKTAKE_ACCOUNT: account,
  STOCKTAKE_READER_ROLE: readerRole,
  STOCKTAKE_EXTERNAL_ID: externalId,
  STOCKTAKE_SOURCES: extraRegions,
};

/** Reads the environment of the function that discovers targets, or throws one line that names every invalid variable. */
export function discoverEnvironment(env: NodeJS.ProcessEnv): DiscoverEnvironment {
  const values = read(variables, env);
  return {
    ...storeEnvironment(values),
    organization: values.STOCKTAKE_ORGANIZATION,
    account: values.STOCKTAKE_ACCOUNT,
    readerRole: values.STOCKTAKE_READER_ROLE,
    externalId: values.STOCKTAKE_EXTERNAL_ID,
    extraRegions: values.STOCKTAKE_SOURCES,
  };
}
