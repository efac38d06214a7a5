import { parseJson } from "../model/canonical.ts";
import { ACCOUNT } from "../model/collection.ts";
import type { GuardThresholds } from "../model/guard.ts";
import { RETENTION_DAYS } from "../model/retention.ts";
import { parseSourceSettings, type SettingsOfSources } from "../model/source-settings.ts";
import type { TableNames } from "../store/dynamodb/schema.ts";

export interface StoreEnvironment {
  readonly tables: TableNames;
  readonly retentionDays: number;
}

/** How other accounts are read. */
export interface AccountAccess {
  /** The account of the functions themselves, in which no role is assumed. */
  readonly account: string;
  /** The ARN of the role that reads an account, with `{account}` in its place. Absent: only the own account is read. */
  readonly readerRole?: string | undefined;
  readonly externalId?: string | undefined;
}

/** The environment of a service's function. */
export interface SyncEnvironment extends StoreEnvironment, AccountAccess {
  readonly service: string;
  /** The enabled sources of all services, by id. */
  readonly sources: SettingsOfSources;
  /** Invocations that may sync at the same time. */
  readonly workers: number;
  readonly metricsNamespace: string;
  readonly guard: GuardThresholds;
  /** The bus that changes are published to. */
  readonly eventBus: string;
  /** Where people open the explorer. */
  readonly explorerUrl?: string | undefined;
}

/** The environment of the API's function. */
export interface ApiEnvironment extends StoreEnvironment {
  /** The deployed sources, and how often each is synced, in minutes. */
  readonly schedules: Readonly<Record<string, number>>;
}

/** How a variable's text is read. `read` answers undefined for an invalid one; `problem` says what is wrong with it. */
export interface Variable<Value> {
  readonly problem: string;
  readonly optional?: boolean;
  readonly read: (text: string) => Value | undefined;
}

export const text: Variable<string> = { problem: "is empty", read: (text) => text || undefined };

function number(min: number, max: number, pattern: RegExp, what: string): Variable<number> {
  const isWithin = (value: number) => value >= min && value <= max;
  return {
    problem: `is not ${what} from ${min} to ${max}`,
    read: (text) => (pattern.test(text) && isWithin(Number(text)) ? Number(text) : undefined),
  };
}

const wholeNumber = (min: number, max: number) => number(min, max, /^\d{1,9}$/, "a whole number");

export const account: Variable<string> = {
  problem: "is not an account's id",
  read: (value) => (ACCOUNT.test(value) ? value : undefined),
};

export const readerRole: Variable<string | undefined> = {
  problem: "is not a role's ARN with {account}",
  optional: true,
  read: (value) => (/^arn:[\w-]+:iam::\{account\}:role\/\S+$/.test(value) ? value : undefined),
};

export const externalId: Variable<string | undefined> = { ...text, optional: true };

export const sources: Variable<SettingsOfSources> = {
  problem: 'is not JSON such as [{"intervalMinutes":60,"sources":["cleanrooms.memberships"]}]',
  read: parseSourceSettings,
};

const schedules: Variable<Readonly<Record<string, number>>> = {
  problem: 'is not JSON such as {"cleanrooms.memberships":60}',
  read(text) {
    const content = parseJson(text);
    return isRecord(content) && Object.values(content).every(isInterval)
      ? (content as Record<string, number>)
      : undefined;
  },
};

export function isRecord(content: unknown): content is object {
  return typeof content === "object" && content !== null && !Array.isArray(content);
}

function isInterval(minutes: unknown): boolean {
  return typeof minutes === "number" && minutes > 0;
}

export const storeVariables = {
  STOCKTAKE_TABLE_VERSIONS: text,
  STOCKTAKE_TABLE_CHANGES: text,
  STOCKTAKE_TABLE_EDGES: text,
  STOCKTAKE_TABLE_SCOPES: text,
  STOCKTAKE_TABLE_SYNCS: text,
  STOCKTAKE_RETENTION_DAYS: wholeNumber(RETENTION_DAYS.min, RETENTION_DAYS.max),
};

const syncVariables = {
  ...storeVariables,
  STOCKTAKE_SERVICE: text,
  STOCKTAKE_SOURCES: sources,
  STOCKTAKE_WORKERS: wholeNumber(1, 1_000),
  STOCKTAKE_ACCOUNT: account,
  STOCKTAKE_READER_ROLE: readerRole,
  STOCKTAKE_EXTERNAL_ID: externalId,
  STOCKTAKE_METRICS_NAMESPACE: text,
  STOCKTAKE_GUARD_ITEMS: wholeNumber(0, 999_999_999),
  STOCKTAKE_GUARD_SHARE: number(0, 1, /^\d(\.\d+)?$/, "a number"),
  STOCKTAKE_EVENT_BUS: text,
  STOCKTAKE_EXPLORER_URL: { ...text, optional: true },
};

const apiVariables = { ...storeVariables, STOCKTAKE_SCHEDULES: schedules };

/** Reads a sync function's environment, or throws one line that names every invalid variable. */
export function syncEnvironment(env: NodeJS.ProcessEnv): SyncEnvironment {
  const variables = read(syncVariables, env);
  return {
    ...storeEnvironment(variables),
    service: variables.STOCKTAKE_SERVICE,
    sources: variables.STOCKTAKE_SOURCES,
    workers: variables.STOCKTAKE_WORKERS,
    account: variables.STOCKTAKE_ACCOUNT,
    readerRole: variables.STOCKTAKE_READER_ROLE,
    externalId: variables.STOCKTAKE_EXTERNAL_ID,
    metricsNamespace: variables.STOCKTAKE_METRICS_NAMESPACE,
    guard: { items: variables.STOCKTAKE_GUARD_ITEMS, share: variables.STOCKTAKE_GUARD_SHARE },
    eventBus: variables.STOCKTAKE_EVENT_BUS,
    explorerUrl: variables.STOCKTAKE_EXPLORER_URL,
  };
}

/** Reads the API function's environment, or throws one line that names every invalid variable. */
export function apiEnvironment(env: NodeJS.ProcessEnv): ApiEnvironment {
  const variables = read(apiVariables, env);
  return { ...storeEnvironment(variables), schedules: variables.STOCKTAKE_SCHEDULES };
}

export function storeEnvironment(variables: Values<typeof storeVariables>): StoreEnvironment {
  return {
    tables: {
      Versions: variables.STOCKTAKE_TABLE_VERSIONS,
      Changes: variables.STOCKTAKE_TABLE_CHANGES,
      Edges: variables.STOCKTAKE_TABLE_EDGES,
      Scopes: variables.STOCKTAKE_TABLE_SCOPES,
      Syncs: variables.STOCKTAKE_TABLE_SYNCS,
    },
    retentionDays: variables.STOCKTAKE_RETENTION_DAYS,
  };
}

type Values<Variables> = {
  readonly [Name in keyof Variables]: Variables[Name] extends Variable<infer Value> ? Value : never;
};

export function read<Variables extends Readonly<Record<string, Variable<unknown>>>>(
  variables: Variables,
  env: NodeJS.ProcessEnv,
): Values<Variables> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, variable] of Object.entries(variables)) {
    const text = env[name];
    values[name] = text === undefined ? undefined : variable.read(text);
    if (text === undefined) {
      if (!variable.optional) problems.push(`${name} is not set`);
    } else if (values[name] === undefined) {
      problems.push(`${name}${shown(text)} ${variable.problem}`);
    }
  }
  if (problems.length > 0) throw new Error(`Invalid environment: ${problems.join("; ")}`);
  return values as Values<Variables>;
}

function shown(value: string): string {
  return value ? `=${value.slice(0, 80)}` : "";
}
