import path from "node:path";
import { RETENTION_DAYS } from "../functions/model/retention.ts";
import { UsageError } from "./usage.ts";

/** A value, and where it came from: an option, a variable, a profile, or the default. */
export interface Setting<T> {
  readonly value: T;
  readonly from: string;
}

/** The origin of a setting that nothing sets. */
export const DEFAULT = "default";

/** What the environment sets for Stocktake itself. */
export interface Settings {
  /** The folder of the stored state. */
  readonly dataFolder: string;
  /** A DynamoDB that keeps the state instead of files. */
  readonly databaseEndpoint: string | undefined;
  readonly tablePrefix: string;
  /** Of the API, on 127.0.0.1; 0 takes any free port. */
  readonly port: number;
  readonly retentionDays: number;
  /** The variable that each came from, or that it is the default. */
  readonly origins: Readonly<Record<keyof typeof VARIABLES, string>>;
}

const VARIABLES = {
  dataFolder: "STOCKTAKE_DATA",
  databaseEndpoint: "AWS_ENDPOINT_URL_DYNAMODB",
  tablePrefix: "STOCKTAKE_TABLE_PREFIX",
  port: "PORT",
  retentionDays: "STOCKTAKE_RETENTION_DAYS",
} as const;

const DEFAULT_PORT = 8787;

/** Reads the settings. Throws a UsageError that names the variable. */
export function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  return {
    dataFolder: path.resolve(env.STOCKTAKE_DATA || ".stocktake"),
    databaseEndpoint: endpointIn(env, VARIABLES.databaseEndpoint),
    tablePrefix: tablePrefix(env.STOCKTAKE_TABLE_PREFIX || "stocktake-"),
    port: wholeNumber("PORT", env.PORT, { default: DEFAULT_PORT, min: 0, max: 65_535 }),
    retentionDays: wholeNumber("STOCKTAKE_RETENTION_DAYS", env.STOCKTAKE_RETENTION_DAYS, RETENTION_DAYS),
    origins: {
      dataFolder: originOf(env, VARIABLES.dataFolder),
      databaseEndpoint: originOf(env, VARIABLES.databaseEndpoint),
      tablePrefix: originOf(env, VARIABLES.tablePrefix),
      port: originOf(env, VARIABLES.port),
      retentionDays: originOf(env, VARIABLES.retentionDays),
    },
  };
}

function originOf(env: NodeJS.ProcessEnv, variable: string): string {
  return env[variable] ? variable : DEFAULT;
}

/** The endpoint that a variable sets. Throws a UsageError when it is not one. */
export function endpointIn(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  const text = env[variable];
  if (!text) return undefined;
  checkEndpoint(text, variable);
  return text;
}

/** Throws a UsageError unless the text is the URL of an endpoint. `from`: what sets it. */
export function checkEndpoint(text: string, from: string): void {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return;
  throw new UsageError(
    `${from}=${text} is not the URL of an endpoint, like http://127.0.0.1:8000: correct or unset it`,
  );
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
