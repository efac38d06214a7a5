import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";

/*
 * SQLite cannot say which process holds the write lock. Each writer therefore notes itself in a small file beside the database while it
 * holds the lock. The note serves error messages only: nothing depends on it, and failing to write it is no failure.
 */

/** Notes that this process holds the lock on the database. */
export function noteLock(database: string): void {
  put(database, ownNote());
}

/** Takes this process's note away; once the lock is free, another one's may be there already. */
export function clearLockNote(database: string): void {
  if (noteOn(database) === ownNote()) put(database, "");
}

/** The process that holds the lock, as `1234 (stocktake sync)`; undefined when it left no note, as another program would not. */
export function lockHolder(database: string): string | undefined {
  const [, pid, name] = /^(\d+) (.*)$/.exec(noteOn(database)) ?? [];
  try {
    // A process that was killed leaves its note behind, but no lock.
    process.kill(Number(pid), 0);
    return `${pid} (${name})`;
  } catch {
    return undefined;
  }
}

function put(database: string, note: string): void {
  try {
    writeFileSync(noteFile(database), note, { mode: 0o600 });
  } catch {
    // As on a full disk: then a waiting process cannot name this one.
  }
}

/** The note beside the database; empty where there is none. */
function noteOn(database: string): string {
  try {
    return readFileSync(noteFile(database), "utf8");
  } catch {
    return "";
  }
}

function noteFile(database: string): string {
  return `${database}-writer`;
}

function ownNote(): string {
  return `${process.pid} ${processName()}`;
}

/** What this process runs, as people start it: `stocktake sync`. */
function processName(): string {
  const [, script = "", command = ""] = process.argv;
  const program = basename(script).replace(/\.[cm]?[jt]s$/, "") || "node";
  return /^[a-z][a-z-]*$/.test(command) ? `${program} ${command}` : program;
}
