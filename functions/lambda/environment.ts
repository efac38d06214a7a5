import type { TableNames } from "../store/schema.ts";
import type { GuardThresholds } from "../sync/guard.ts";

/** What the environment says to both functions. */
interface StoreEnvironment {
  readonly tables: TableNames;
  readonly retentionDays: number;
}

/** What the environment says to the function of one source. */
export interface SyncEnvironment extends StoreEnvironment {
  readonly source: string;
  readonly queueUrl: string;
  readonly guard: GuardThresholds;
}

/** What the environment says to the API's function. */
export interface ApiEnvironment extends StoreEnvironment {
  /** The deployed sources, and how often each is synced, in minutes. */
  readonly schedules: Readonly<Record<string, number>>;
}

/** How a variable's text is read: undefined for one that is not as it `must` be. */
interface Variable<Value> {
  readonly must: string;
  readonly read: (text: string) => Value | undefined;
}

const text: Variable<string> = { must: "is empty", read: (text) => text || undefined };

function number(least: number, most: number, written: RegExp, what: string): Variable<number> {
  const within = (value: number) => value >= least && value <= most;
  return {
    must: `is not ${what} from ${least} to ${most}`,
    read: (text) => (written.test(text) && within(Number(text)) ? Number(text) : undefined),
  };
}

const wholeNumber = (least: number, most: number) => number(least, most, /^\d{1,9}$/, "a whole number");

const queueUrl: Variable<string> = {
  must: "is not the URL of a queue",
  read: (text) => (/^https?:\/\/\S+$/.test(text) ? text : undefined),
};

const schedules: Variable<Readonly<Record<string, number>>> = {
  must: 'is not JSON such as {"cleanrooms.memberships":60}',
  read(text) {
    const content = parsed(text);
    return isRecord(content) && Object.values(content).every(isInterval)
      ? (content as Record<string, number>)
      : undefined;
  },
};

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
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
  STOCKTAKE_TABLE_INVENTORY: text,
  STOCKTAKE_TABLE_CHANGES: text,
  STOCKTAKE_TABLE_SCOPES: text,
  STOCKTAKE_TABLE_SYNCS: text,
  STOCKTAKE_RETENTION_DAYS: wholeNumber(1, 36_500),
};

const syncVariables = {
  ...storeVariables,
  STOCKTAKE_SOURCE: text,
  STOCKTAKE_QUEUE_URL: queueUrl,
  STOCKTAKE_GUARD_ITEMS: wholeNumber(0, 999_999_999),
  STOCKTAKE_GUARD_SHARE: number(0, 1, /^\d(\.\d+)?$/, "a number"),
};

const apiVariables = { ...storeVariables, STOCKTAKE_SCHEDULES: schedules };

/** Reads a sync function's environment, or throws one line that names each variable that is wrong, and how. */
export function syncEnvironment(env: NodeJS.ProcessEnv): SyncEnvironment {
  const variables = read(syncVariables, env);
  return {
    ...storeEnvironment(variables),
    source: variables.STOCKTAKE_SOURCE,
    queueUrl: variables.STOCKTAKE_QUEUE_URL,
    guard: { items: variables.STOCKTAKE_GUARD_ITEMS, share: variables.STOCKTAKE_GUARD_SHARE },
  };
}

/** Reads the API function's environment, or throws one line that names each variable that is wrong, and how. */
export function apiEnvironment(env: NodeJS.ProcessEnv): ApiEnvironment {
  const variables = read(apiVariables, env);
  return { ...storeEnvironment(variables), schedules: variables.STOCKTAKE_SCHEDULES };
}

function storeEnvironment(variables: Values<typeof storeVariables>): StoreEnvironment {
  return {
    tables: {
      Inventory: variables.STOCKTAKE_TABLE_INVENTORY,
      Changes: variables.STOCKTAKE_TABLE_CHANGES,
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
  const values = Object.entries(variables).map(([name, { must, read }]) => {
    const text = env[name];
    const value = text === undefined ? undefined : read(text);
    return { name, value, wrong: value === undefined ? (text === undefined ? "is not set" : must) : undefined };
  });
  const named = values.flatMap(({ name, wrong }) => (wrong === undefined ? [] : `${name}${given(env[name])} ${wrong}`));
  if (named.length > 0) throw new Error(`the function's environment is not as deployed: ${named.join("; ")}`);
  return Object.fromEntries(values.map(({ name, value }) => [name, value])) as Values<Variables>;
}

function given(value: string | undefined): string {
  return value ? `=${value.slice(0, 80)}` : "";
}
