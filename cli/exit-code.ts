import { CommanderError } from "commander";
import { formatError, toSingleLine } from "../functions/model/errors.ts";
import { BrokenPipeError } from "./output.ts";
import { LocalError, UsageError } from "./usage.ts";

/** The exit code after an error. Says in one line what is wrong, unless that has been said. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof BrokenPipeError) return 0;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const known = error instanceof UsageError || error instanceof LocalError;
  process.stderr.write(`stocktake: ${known ? toSingleLine(error.message) : formatError(error)}\n`);
  if (error instanceof UsageError) return 2;
  if (!known && process.env.STOCKTAKE_DEBUG) console.error(error);
  return 1;
}
