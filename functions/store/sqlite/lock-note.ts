import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs";
import { basename } from "node:path";

/*
 * SQLite cannot say which process holds the write lock. Each writer therefore notes itself in a small file beside the database while it
 * holds the lock. The note serves error messages only: nothing depends on it, and failing to write it is no failure.
 */

/** Says who holds the lock of one database. */
export interface LockNote {
  write(): void;
  clear(): void;
  close(): void;
}

/** A note has a fixed length: one write replaces it. */
const NOTE_BYTES = 120;

/** Opens this process's note beside the database. */
export function createLockNote(database: string): LockNote {
  const note = noteBytes(`${process.pid} ${processName()}`);
  const blank = noteBytes("");
  let descriptor: number | undefined;
  const put = (bytes: Buffer) => {
    try {
      descriptor ??= openSync(noteFile(database), constants.O_RDWR | constants.O_CREAT, 0o600);
      writeSync(descriptor, bytes, 0, bytes.length, 0);
    } catch {
      // As on a full disk: then a waiting process cannot name this one.
    }
  };
  return {
    write: () => put(note),
    clear: () => put(blank),
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

/** The process that holds the lock, as `1234 (stocktake sync)`; undefined when it left no note, as another program would not. */
export function lockHolder(database: string): string | undefined {
  let note: string;
  try {
    note = readFileSync(noteFile(database), "utf8").trim();
  } catch {
    return undefined;
  }
  const [, pid = "", name = ""] = /^(\d+) (.*)$/.exec(note) ?? [];
  // A process that was killed leaves its note behind, but no lock.
  return pid !== "" && isAlive(Number(pid)) ? `${pid} (${name})` : undefined;
}

function noteFile(database: string): string {
  return `${database}-writer`;
}

function noteBytes(text: string): Buffer {
  return Buffer.from(`${text.slice(0, NOTE_BYTES - 1).padEnd(NOTE_BYTES - 1)}\n`, "latin1");
}

/** What this process runs, as people start it: `stocktake sync`. */
function processName(): string {
  const [, script = "", command = ""] = process.argv;
  const program = basename(script).replace(/\.[cm]?[jt]s$/, "") || "node";
  return /^[a-z][a-z-]*$/.test(command) ? `${program} ${command}` : program;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
