import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";

/*
 * SQLite cannot say which process holds the write lock. Each writer therefore notes itself in a small file beside the database while it
 * holds the lock. The note serves error messages only: nothing depends on it, and failing to write it is no failure.
 */

/** Notes that this process holds the lock on the database, or no longer does. */
export function noteLock(database: string, isHeld: boolean): void {
  try {
    writeFileSync(noteFile(database), isHeld ? `${process.pid} ${processName()}` : "", { mode: 0o600 });
  } catch {
    // As on a full disk: then a waiting process cannot name this one.
  }
}

/** The process that holds the lock, as `1234 (stocktake sync)`; undefined when it left no note, as another program would not. */
export function lockHolder(database: string): string | undefined {
  try {
    const [, pid, name] = /^(\d+) (.*)$/.exec(readFileSync(noteFile(database), "utf8")) ?? [];
    // A process that was killed leaves its note behind, but no lock.
    process.kill(Number(pid), 0);
    return `${pid} (${name})`;
  } catch {
    return undefined;
  }
}

function noteFile(database: string): string {
  return `${database}-writer`;
}

/** What this process runs, as people start it: `stocktake sync`. */
function processName(): string {
  const [, script = "", command = ""] = process.argv;
  const program = basename(script).replace(/\.[cm]?[jt]s$/, "") || "node";
  return /^[a-z][a-z-]*$/.test(command) ? `${program} ${command}` : program;
}
