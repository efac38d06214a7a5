import type { GuardThresholds } from "../model/guard.ts";
import type { TableNames } from "../store/dynamodb/schema.ts";
import type { Intervals } from "../sync/dispatch.ts";

interface StoreEnvironment {
  readonly tables: TableNames;
  readonly retentionDays: number;
}

/** The environment of a source's sync function. */
export interface SyncEnvironment extends StoreEnvironment {
  readonly source: string;
  readonly intervals: Intervals;
  readonly queueUrl: string;
  readonly guard: GuardThresholds;
}

/** The environment of the API's function. */
export interface ApiEnvironment extends StoreEnvironment {
  /** The deployed sources, and how often each is synced, in minutes. */
  readonly schedules: Readonly<Record<string, number>>;
}

/** How a variable's text is read. `read` answers undefined for an invalid one; `problem` says what is wrong with it. */
interface Variable<Value> {
  readonly problem: string;
  readonly optional?: boolean;
  readonly read: (text: string) => Value | undefined;
}

const text: Variable<string> = { problem: "is empty", read: (text) => text || undefined };

function number(min: number, max: number, pattern: RegExp, what: string): Variable<number> {
  const isWithin = (value: number) => value >= min && value <= max;
  return {
    problem: `is not ${what} from ${min} to ${max}`,
    read: (text) => (pattern.test(text) && isWithin(Number(text)) ? Number(text) : undefined),
  };
}

const wholeNumber = (min: number, max: number) => number(min, max, /^\d{1,9}$/, "a whole number");

const minutes = wholeNumber(1, 10_080);

const optionalMinutes: Variable<number | undefined> = { ...minutes, optional: true };

const queueUrl: Variable<string> = {
  problem: "is not the URL of a queue",
  read: (text) => (/^https?:\/\/\S+$/.test(text) ? text : undefined),
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(content: unknown): content is object {
  return typeof content === "object" && content !== null && !Array.isArray(content);
}

function isInterval(minutes: unknown): boolean {
  return typeof minutes === "number" && minutes > 0;
}

const storeVariables = {
  STOCKTAKE_TABLE_VERSIONS: text,
  STOCKTAKE_TABLE_CHANGES: text,
  STOCKTAKE_TABLE_EDGES: text,
  STOCKTAKE_TABLE_SCOPES: text,
  STOCKTAKE_TABLE_SYNCS: text,
  STOCKTAKE_RETENTION_DAYS: wholeNumber(1, 36_500),
};

const syncVariables = {
  ...storeVariables,
  STOCKTAKE_SOURCE: text,
  STOCKTAKE_INTERVAL_MINUTES: minutes,
  STOCKTAKE_INCREMENTAL_MINUTES: optionalMinutes,
  STOCKTAKE_QUEUE_URL: queueUrl,
  STOCKTAKE_GUARD_ITEMS: wholeNumber(0, 999_999_999),
  STOCKTAKE_GUARD_SHARE: number(0, 1, /^\d(\.\d+)?$/, "a number"),
};

const MINUTE_MS = 60_000;

const apiVariables = { ...storeVariables, STOCKTAKE_SCHEDULES: schedules };

/** Reads a sync function's environment, or throws one line that names every invalid variable. */
export function syncEnvironment(env: NodeJS.ProcessEnv): SyncEnvironment {
  const variables = read(syncVariables, env);
  const incremental = variables.STOCKTAKE_INCREMENTAL_MINUTES;
  return {
    ...storeEnvironment(variables),
    source: variables.STOCKTAKE_SOURCE,
    intervals: {
      fullMs: variables.STOCKTAKE_INTERVAL_MINUTES * MINUTE_MS,
      ...(incremental !== undefined && { incrementalMs: incremental * MINUTE_MS }),
    },
    queueUrl: variables.STOCKTAKE_QUEUE_URL,
    guard: { items: variables.STOCKTAKE_GUARD_ITEMS, share: variables.STOCKTAKE_GUARD_SHARE },
  };
}

/** Reads the API function's environment, or throws one line that names every invalid variable. */
export function apiEnvironment(env: NodeJS.ProcessEnv): ApiEnvironment {
  const variables = read(apiVariables, env);
  return { ...storeEnvironment(variables), schedules: variables.STOCKTAKE_SCHEDULES };
}

function storeEnvironment(variables: Values<typeof storeVariables>): StoreEnvironment {
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

function read<Variables extends Readonly<Record<string, Variable<unknown>>>>(
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
