import { existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { LocalError } from "./usage.ts";

/**
 * Makes a folder for what is stored, which only the user may read; `what` is to be kept in it. One level at a time: Node's own recursion never
 * ends where a parent says that it is missing though it is there, as in /proc. Throws a LocalError that names the remedy.
 */
export function makeFolder(folder: string, what: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new LocalError(`${folder} is not a folder: set STOCKTAKE_DATA to another folder`);
  }
  const missing: string[] = [];
  for (let each = folder; !existsSync(each); each = path.dirname(each)) missing.unshift(each);
  try {
    for (const each of missing) mkdirSync(each, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another process was faster.
    if (code === "EEXIST" && existsSync(folder)) return;
    const writable = `make ${path.dirname(missing[0] ?? folder)} writable, or `;
    const ends = { ENOSPC: "free space, or ", EACCES: writable }[code ?? ""] ?? "";
    const message = `${what} cannot be created (${code}): ${ends}set STOCKTAKE_DATA to another folder`;
    throw new LocalError(message, { cause: error });
  }
}
