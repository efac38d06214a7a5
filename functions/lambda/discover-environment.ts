import { parseJson } from "../model/canonical.ts";
import { REGION } from "../model/collection.ts";
import type { SettingsOfSources } from "../model/source-settings.ts";
import {
  type AccountAccess,
  account,
  externalId,
  isRecord,
  read,
  readerRole,
  type StoreEnvironment,
  sources,
  storeEnvironment,
  storeVariables,
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
export interface DiscoverEnvironment extends StoreEnvironment, AccountAccess {
  readonly organization: OrganizationSettings;
  /** The enabled sources, by id. */
  readonly sources: SettingsOfSources;
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

const variables = {
  ...storeVariables,
  STOCKTAKE_ORGANIZATION: organization,
  STOCKTAKE_ACCOUNT: account,
  STOCKTAKE_READER_ROLE: readerRole,
  STOCKTAKE_EXTERNAL_ID: externalId,
  STOCKTAKE_SOURCES: sources,
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
    sources: values.STOCKTAKE_SOURCES,
  };
}
