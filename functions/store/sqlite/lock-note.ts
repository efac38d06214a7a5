import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs";
import { basename } from "node:path";

/*
 * SQLite cannot say which process holds the write lock. Each writer therefore notes itself in a small file beside the database while it
 * holds the lock. The note serves error messages only: nothing depends on it, and failing to write it is no failure.
 */

/** A note has a fixed length: one write replaces it. */
const NOTE_LENGTH = 120;

/** Opens this process's note beside the database. */
export function createLockNote(database: string) {
  let descriptor: number | undefined;
  const put = (text: string) => {
    try {
      descriptor ??= openSync(noteFile(database), constants.O_RDWR | constants.O_CREAT, 0o600);
      writeSync(descriptor, `${text.slice(0, NOTE_LENGTH).padEnd(NOTE_LENGTH)}\n`, 0, "latin1");
    } catch {
      // As on a full disk: then a waiting process cannot name this one.
    }
  };
  return {
    write: () => put(`${process.pid} ${processName()}`),
    clear: () => put(""),
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

/** The process that holds the lock, as `1234 (stocktake sync)`; undefined when it left no note, as another program would not. */
export function lockHolder(database: string): string | undefined {
  try {
    const [, pid, name] = /^(\d+) (.*?) *$/m.exec(readFileSync(noteFile(database), "latin1")) ?? [];
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
