import { once } from "node:events";
import { formatError } from "../functions/model/errors.ts";
import { LocalError } from "./usage.ts";

/** How commands write to a terminal, a file, or a program that may stop reading. */

let failure: Error | undefined;

/**
 * Keeps a failing output from crashing the process: a reader such as `head` that ends early, or a full disk. `print` throws it; what does
 * not print, such as a sync, goes on.
 */
export function catchOutputErrors(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (stream === process.stdout) failure ??= outputError(error);
    });
  }
}

function outputError(error: NodeJS.ErrnoException): Error {
  const isBroken = error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED";
  return isBroken
    ? new BrokenPipeError()
    : new LocalError(`cannot write the output: ${formatError(error)}`, { cause: error });
}

/** Nobody reads the output any more: there is nothing to say about it, and nobody to say it to. */
export class BrokenPipeError extends Error {
  override readonly name = "BrokenPipeError";
}

/** Writes to standard output, no faster than it is read. Throws BrokenPipeError, or LocalError, when that is not possible any more. */
export async function print(text: string): Promise<void> {
  if (failure) throw failure;
  if (process.stdout.write(text)) return;
  await once(process.stdout, "drain").catch((error: NodeJS.ErrnoException) => {
    throw failure ?? outputError(error);
  });
}

/** Throws what has kept the output from being written, once all of it was handed over. */
export async function flushOutput(): Promise<void> {
  if (failure) throw failure;
  await new Promise<void>((resolve, reject) => {
    process.stdout.write("", (error) => (error ? reject(outputError(error)) : resolve()));
  });
}

/** Tells people something beside the output. */
export function note(text: string): void {
  process.stderr.write(`stocktake: ${text}\n`);
}
