import path from "node:path";
import { UsageError } from "./usage.ts";

/** What the environment says of one machine's Stocktake. */
export interface Settings {
  /** Folder of the stored state. */
  readonly dataFolder: string;
  /** A DynamoDB to keep the state in, instead of the embedded one. */
  readonly databaseEndpoint: string | undefined;
  readonly tablePrefix: string;
  /** Of the API, on 127.0.0.1; 0 takes any that is free. */
  readonly port: number;
  readonly retentionDays: number;
}

const DEFAULT_PORT = 8787;
const DEFAULT_RETENTION_DAYS = 400;

/** Reads the settings, or throws a UsageError that names the variable. */
export function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  return {
    dataFolder: path.resolve(env.STOCKTAKE_DATA || ".stocktake"),
    databaseEndpoint: env.AWS_ENDPOINT_URL_DYNAMODB || undefined,
    tablePrefix: tablePrefix(env.STOCKTAKE_TABLE_PREFIX || "stocktake-"),
    port: wholeNumber("PORT", env.PORT, DEFAULT_PORT, 0, 65_535),
    retentionDays: wholeNumber(
      "STOCKTAKE_RETENTION_DAYS",
      env.STOCKTAKE_RETENTION_DAYS,
      DEFAULT_RETENTION_DAYS,
      1,
      36_500,
    ),
  };
}

function wholeNumber(name: string, text: string | undefined, otherwise: number, least: number, most: number): number {
  if (!text) return otherwise;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new UsageError(`${name}=${text} is not a whole number from ${least} to ${most}`);
  }
  return value;
}

function tablePrefix(text: string): string {
  if (/^[A-Za-z0-9_.-]{3,200}$/.test(text)) return text;
  throw new UsageError(
    `STOCKTAKE_TABLE_PREFIX=${text} may hold letters, digits, "_", "." and "-" only, 3 to 200 of them`,
  );
}
