import * as z from "zod/mini";
import type { GuardThresholds } from "../core/guard.ts";
import type { TableNames } from "../store/schema.ts";

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

const MISSING = "is not set";

const text = z.string(MISSING).check(z.minLength(1, "is empty"));

function number(least: number, most: number, written: RegExp, what: string) {
  const message = `is not ${what} from ${least} to ${most}`;
  return z.pipe(
    z.string(MISSING).check(z.regex(written, message)),
    z.pipe(z.transform(Number), z.number().check(z.gte(least, message), z.lte(most, message))),
  );
}

const wholeNumber = (least: number, most: number) => number(least, most, /^\d{1,9}$/, "a whole number");
const share = number(0, 1, /^\d(\.\d+)?$/, "a number");

const schedules = z.pipe(
  z.pipe(z.string(MISSING), z.transform(parsed)),
  z.record(z.string(), z.number().check(z.gt(0)), 'is not JSON such as {"cleanrooms.memberships":60}'),
);

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const storeVariables = {
  STOCKTAKE_TABLE_INVENTORY: text,
  STOCKTAKE_TABLE_CHANGES: text,
  STOCKTAKE_TABLE_SCOPES: text,
  STOCKTAKE_TABLE_SYNCS: text,
  STOCKTAKE_RETENTION_DAYS: wholeNumber(1, 36_500),
};

const syncVariables = z.object({
  ...storeVariables,
  STOCKTAKE_SOURCE: text,
  STOCKTAKE_QUEUE_URL: z.string(MISSING).check(z.regex(/^https?:\/\/\S+$/, "is not the URL of a queue")),
  STOCKTAKE_GUARD_ITEMS: wholeNumber(0, 999_999_999),
  STOCKTAKE_GUARD_SHARE: share,
});

const apiVariables = z.object({ ...storeVariables, STOCKTAKE_SCHEDULES: schedules });

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

function storeEnvironment(variables: z.infer<z.ZodMiniObject<typeof storeVariables>>): StoreEnvironment {
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

function read<Schema extends z.ZodMiniType>(schema: Schema, env: NodeJS.ProcessEnv): z.infer<Schema> {
  const answer = schema.safeParse(env);
  if (answer.success) return answer.data;
  const wrong = new Map(answer.error.issues.map(({ path, message }) => [String(path[0]), message]));
  const named = [...wrong].map(([name, message]) => `${name}${given(env[name])} ${message}`);
  throw new Error(`the function's environment is not as deployed: ${named.join("; ")}`);
}

function given(value: string | undefined): string {
  return value ? `=${value.slice(0, 80)}` : "";
}
