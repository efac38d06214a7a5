import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "libsql";
import { SyncError } from "../../model/errors.ts";
import { isBusy, lockedError, sqliteError } from "./errors.ts";
import { createLockNote, type LockNote, lockHolder } from "./lock-note.ts";
import { checkFormat, isEmpty, PAGE_BYTES, prepareSchema } from "./schema.ts";

/** What a column holds. */
export type Value = string | number | null;
export type Row = readonly Value[];

/** An open database. Its statements run to their end at once: none stays open while anything else happens. */
export interface SqliteDatabase {
  readonly file: string;
  /** All rows of a query, each the list of its columns. */
  all(sql: string, parameters?: readonly Value[]): readonly Row[];
  first(sql: string, parameters?: readonly Value[]): Row | undefined;
  /** Runs a statement, and answers how many rows it changed. */
  run(sql: string, parameters?: readonly Value[]): number;
  /** Runs queries; whatever they fail with becomes a SyncError. */
  read<T>(body: () => T): Promise<T>;
  /** Runs the body, which must be synchronous and repeatable, in one transaction as soon as no other process writes. */
  write<T>(body: () => T, signal?: AbortSignal): Promise<T>;
  close(): void;
}

export interface DatabaseOptions {
  /** Opens what is there, and writes nothing. */
  readonly readOnly?: boolean;
  /** How long to wait for a process that holds the lock. */
  readonly lockTimeoutMs?: number;
}

const DEFAULT_LOCK_TIMEOUT_MS = 10_000;
/** SQLite itself blocks the process while it waits for a lock: it gives up at once, and we wait instead. */
const BLOCKING_MS = 5;
const MAX_WAIT_MS = 50;
/** Prepared statements that are kept. */
const MAX_STATEMENTS = 200;
const CACHE_KIB = 65_536;
/** SQLite moves a write-ahead log of this size to the database. */
const LOG_BYTES = 32 * 1024 * 1024;

/** Opens a database, and makes it where there is none. `:memory:` lives as long as it is open. */
export function openDatabase(file: string, options: DatabaseOptions = {}): SqliteDatabase {
  const { readOnly = false, lockTimeoutMs = DEFAULT_LOCK_TIMEOUT_MS } = options;
  const inMemory = file === ":memory:";
  const path = inMemory ? file : resolve(file);
  if (readOnly && !inMemory && !existsSync(path)) throw absentError(path);
  const connection = blockingRetry(path, lockTimeoutMs, () => connect(path, readOnly, inMemory));
  const note = readOnly || inMemory ? undefined : createLockNote(path);
  return databaseOn(connection, { path, readOnly, lockTimeoutMs, note });
}

function connect(path: string, readOnly: boolean, inMemory: boolean): Database.Database {
  if (!readOnly && !inMemory) createFile(path);
  const connection = new Database(path, { timeout: BLOCKING_MS });
  try {
    if (readOnly) connection.exec("PRAGMA query_only = 1");
    checkFormat(connection, path);
    // Another process may have made the file a moment ago.
    if (readOnly && isEmpty(connection)) throw absentError(path);
    connection.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    if (!readOnly) {
      connection.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
      connection.exec("PRAGMA journal_mode = WAL");
      connection.exec("PRAGMA synchronous = FULL");
      connection.exec(`PRAGMA wal_autocheckpoint = ${LOG_BYTES / PAGE_BYTES}`);
      connection.exec(`PRAGMA journal_size_limit = ${LOG_BYTES}`);
      prepareSchema(connection, path);
    }
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function absentError(path: string): SyncError {
  return new SyncError("unavailable", `there is no database ${path} yet: sync first`);
}

/** Only the user may read what is stored; SQLite gives its log and shared memory the mode of the database. */
function createFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    // Never opens a file that is there: closing it would release the locks that this process has on it.
    if (!existsSync(path)) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (code === "ENOSPC") throw sqliteError(path, Object.assign(new Error(code), { rawCode: 13 }));
      throw new SyncError(
        "denied",
        `database ${path} cannot be created (${code}): make its folder writable, or set STOCKTAKE_DATA to another folder`,
        { cause: error },
      );
    }
  }
}

interface DatabaseState {
  readonly path: string;
  readonly readOnly: boolean;
  readonly lockTimeoutMs: number;
  readonly note: LockNote | undefined;
}

function databaseOn(connection: Database.Database, state: DatabaseState): SqliteDatabase {
  const { path, note } = state;
  const statements = new Map<string, Database.Statement>();
  const prepared = (sql: string) => {
    let statement = statements.get(sql);
    if (!statement) {
      if (statements.size >= MAX_STATEMENTS) statements.clear();
      statement = connection.prepare(sql);
      if (statement.reader) statement.raw();
      statements.set(sql, statement);
    }
    return statement;
  };

  const transaction = <T>(body: () => T): T => {
    connection.exec("BEGIN IMMEDIATE");
    note?.write();
    try {
      const result = body();
      connection.exec("COMMIT");
      return result;
    } catch (error) {
      // Some errors have rolled back already.
      if (connection.inTransaction) connection.exec("ROLLBACK");
      throw error;
    } finally {
      note?.clear();
    }
  };

  const whenFree = async <T>(body: () => T, signal?: AbortSignal): Promise<T> => {
    const deadline = performance.now() + state.lockTimeoutMs;
    for (let wait = 1; ; wait = Math.min(2 * wait, MAX_WAIT_MS)) {
      signal?.throwIfAborted();
      try {
        return body();
      } catch (error) {
        if (!isBusy(error)) throw sqliteError(path, error);
        if (performance.now() > deadline) throw lockedError(path, lockHolder(path), error);
      }
      await sleep(wait);
    }
  };

  return {
    file: path,
    all: (sql, parameters = []) => prepared(sql).all(parameters) as Row[],
    first: (sql, parameters = []) => prepared(sql).get(parameters) as Row | undefined,
    run: (sql, parameters = []) => prepared(sql).run(parameters).changes,
    read: (body) => whenFree(body),
    write: (body, signal) => whenFree(() => transaction(body), signal),
    close() {
      // libsql keeps files open until the statements are collected: the log had better be empty by then.
      statements.clear();
      if (note) emptyLog(connection);
      note?.close();
      connection.close();
    },
  };
}

function emptyLog(connection: Database.Database): void {
  try {
    connection.pragma("wal_checkpoint(TRUNCATE)");
  } catch {
    // Whoever opens the database next does it.
  }
}

/** Opening is one synchronous call, and takes a lock only to create or change the schema. */
function blockingRetry<T>(path: string, timeoutMs: number, body: () => T): T {
  const deadline = performance.now() + timeoutMs;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      return body();
    } catch (error) {
      if (!isBusy(error)) throw sqliteError(path, error);
      if (performance.now() > deadline) throw lockedError(path, lockHolder(path), error);
    }
    Atomics.wait(pause, 0, 0, MAX_WAIT_MS);
  }
}
