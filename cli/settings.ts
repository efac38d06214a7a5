import path from "node:path";
import { UsageError } from "./usage.ts";

/** What the environment sets. */
export interface Settings {
  /** The folder of the stored state. */
  readonly dataFolder: string;
  /** A DynamoDB that keeps the state instead of files. */
  readonly databaseEndpoint: string | undefined;
  readonly tablePrefix: string;
  /** Of the API, on 127.0.0.1; 0 takes any free port. */
  readonly port: number;
  readonly retentionDays: number;
}

const DEFAULT_PORT = 8787;
const DEFAULT_RETENTION_DAYS = 400;

/** Reads the settings. Throws a UsageError that names the variable. */
export function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  return {
    dataFolder: path.resolve(env.STOCKTAKE_DATA || ".stocktake"),
    databaseEndpoint: env.AWS_ENDPOINT_URL_DYNAMODB || undefined,
    tablePrefix: tablePrefix(env.STOCKTAKE_TABLE_PREFIX || "stocktake-"),
    port: wholeNumber("PORT", env.PORT, { default: DEFAULT_PORT, min: 0, max: 65_535 }),
    retentionDays: wholeNumber("STOCKTAKE_RETENTION_DAYS", env.STOCKTAKE_RETENTION_DAYS, {
      default: DEFAULT_RETENTION_DAYS,
      min: 1,
      max: 36_500,
    }),
  };
}

interface NumberRange {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

function wholeNumber(name: string, text: string | undefined, range: NumberRange): number {
  if (!text) return range.default;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < range.min || value > range.max) {
    throw new UsageError(`${name}=${text} is not a whole number from ${range.min} to ${range.max}`);
  }
  return value;
}

function tablePrefix(text: string): string {
  if (/^[A-Za-z0-9_.-]{3,200}$/.test(text)) return text;
  throw new UsageError(`STOCKTAKE_TABLE_PREFIX=${text} is not 3 to 200 letters, digits, "_", "." and "-"`);
}
