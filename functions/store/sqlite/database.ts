import { closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import Database from "libsql";
import { SyncError } from "../../model/errors.ts";
import { creationError, isBusy, isUnwritable, lockedMessage, sqliteError } from "./errors.ts";
import { clearLockNote, lockHolder, noteLock } from "./lock-note.ts";
import { checkFormat, isCurrent, lendSearch, PAGE_BYTES, writeSchema } from "./schema.ts";

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
const CACHE_KIB = 65_536;
/** Whether the file was replaced is checked before each write, but not so often before reads: it takes half as long as reading an item. */
const READ_CHECK_MS = 100;

/** Opens a database, and makes it where there is none. `:memory:` lives as long as it is open. */
export function openDatabase(file: string, options: DatabaseOptions = {}): SqliteDatabase {
  const { readOnly = false, lockTimeoutMs = DEFAULT_LOCK_TIMEOUT_MS } = options;
  const inMemory = file === ":memory:";
  const path = inMemory ? file : resolve(file);
  const failure = (error: unknown, deadline: number) => {
    if (!isBusy(error)) return sqliteError(path, error);
    if (performance.now() < deadline) return undefined;
    return new SyncError("unavailable", lockedMessage(path, lockHolder(path)), { cause: error });
  };

  const connection = openBlocking(
    () => (readOnly ? connectToRead(path) : connect(path, inMemory)),
    failure,
    lockTimeoutMs,
  );
  const opened = inMemory ? "" : identityOf(path);
  let checkedAt = performance.now();
  let isReplaced = false;
  /** Whether the file was deleted or replaced, as it was known so many milliseconds ago. */
  const wasReplaced = (ageMs: number) => {
    const now = performance.now();
    if (inMemory || isReplaced || now - checkedAt < ageMs) return isReplaced;
    checkedAt = now;
    isReplaced = identityOf(path) !== opened;
    return isReplaced;
  };

  const statements = new Map<string, Database.Statement>();
  const prepared = (sql: string) => {
    let statement = statements.get(sql);
    if (!statement) {
      statement = connection.prepare(sql);
      if (statement.reader) statement.raw();
      statements.set(sql, statement);
    }
    return statement;
  };

  /** A transaction whose process is noted until it has committed: on a slow disk that takes longest. */
  const notedTransaction = <T>(body: () => T): T => {
    if (inMemory) return transaction(connection, body);
    try {
      return transaction(connection, () => {
        noteLock(path);
        return body();
      });
    } finally {
      clearLockNote(path);
    }
  };

  const whenFree = async <T>(body: () => T, checkMs: number, signal?: AbortSignal): Promise<T> => {
    const deadline = performance.now() + lockTimeoutMs;
    for (let wait = 1; ; wait = Math.min(2 * wait, MAX_WAIT_MS)) {
      signal?.throwIfAborted();
      if (wasReplaced(checkMs)) throw replacedError(path);
      try {
        return body();
      } catch (error) {
        const final = failure(error, deadline);
        if (final) throw final;
      }
      await sleep(wait);
    }
  };

  return {
    file: path,
    all: (sql, parameters = []) => prepared(sql).all(parameters) as Row[],
    first: (sql, parameters = []) => prepared(sql).get(parameters) as Row | undefined,
    run: (sql, parameters = []) => prepared(sql).run(parameters).changes,
    read: (body) => whenFree(body, READ_CHECK_MS),
    write: (body, signal) => whenFree(() => notedTransaction(body), 0, signal),
    close() {
      // libsql keeps files open until the statements are collected: the log had better be empty by then.
      statements.clear();
      if (!readOnly && !wasReplaced(0)) emptyLog(connection);
      connection.close();
    },
  };
}

/** Opening is one synchronous call, and takes a lock only to create or change the schema. */
function openBlocking(
  open: () => Database.Database,
  failure: (error: unknown, deadline: number) => Error | undefined,
  timeoutMs: number,
): Database.Database {
  const deadline = performance.now() + timeoutMs;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      return open();
    } catch (error) {
      const final = failure(error, deadline);
      if (final) throw final;
    }
    Atomics.wait(pause, 0, 0, MAX_WAIT_MS);
  }
}

function connect(path: string, inMemory: boolean): Database.Database {
  if (!inMemory) createFile(path);
  return connectTo(path, (connection) => {
    checkFormat(connection, path);
    connection.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`);
    if (!isCurrent(connection)) transaction(connection, () => writeSchema(connection, path));
  });
}

/** Opens a file that is there, and refuses every write. */
export function connectToRead(path: string): Database.Database {
  if (!existsSync(path)) throw absentError(path);
  const prepare = (connection: Database.Database) => {
    connection.exec("PRAGMA query_only = 1");
    // Another process may have made the file a moment ago.
    if (checkFormat(connection, path)) throw absentError(path);
    lendSearch(connection);
  };
  try {
    return connectTo(path, prepare);
  } catch (error) {
    // SQLite reads a file with its log only where it can write. Without a log, nobody writes there either.
    if (!isUnwritable(error) || sizeOf(`${path}-wal`) > 0) throw error;
    return connectTo(`${pathToFileURL(path)}?immutable=1`, prepare);
  }
}

function connectTo(path: string, prepare: (connection: Database.Database) => void): Database.Database {
  const connection = new Database(path, { timeout: BLOCKING_MS });
  try {
    prepare(connection);
    connection.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function transaction<T>(connection: Database.Database, body: () => T): T {
  connection.exec("BEGIN IMMEDIATE");
  try {
    const result = body();
    connection.exec("COMMIT");
    return result;
  } catch (error) {
    // Some errors have rolled back already.
    if (connection.inTransaction) connection.exec("ROLLBACK");
    throw error;
  }
}

function emptyLog(connection: Database.Database): void {
  try {
    connection.pragma("wal_checkpoint(TRUNCATE)");
  } catch {
    // The next process that opens the database does it.
  }
}

/** Only the user may read what is stored; SQLite gives its log and shared memory the mode of the database. */
function createFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    // Never opens a file that is there: closing it would release the locks that this process has on it.
    if (!existsSync(path)) throw creationError(path, error as NodeJS.ErrnoException);
  }
}

function absentError(path: string): SyncError {
  return new SyncError("unavailable", `there is no database ${path} yet: sync first`);
}

function replacedError(path: string): SyncError {
  return new SyncError(
    "unavailable",
    `database ${path} was deleted or replaced while this process had it open: stop the process, and start it again`,
  );
}

/** What tells a file from another of the same name. */
function identityOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.dev} ${stats.ino}` : "";
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
