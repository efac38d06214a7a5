import { type ErrorCode, SyncError } from "../../model/errors.ts";

const OTHER_FOLDER = "set STOCKTAKE_DATA to another folder";

export const SQL_ERROR = 1;
const BUSY = 5;
export const READ_ONLY = 8;
const FULL = 13;
const CANNOT_OPEN = 14;

/** What to say of SQLite's primary result codes, see https://www.sqlite.org/rescode.html. `said` is SQLite's own message. */
const MESSAGES: Readonly<Record<number, (file: string, said: string) => readonly [ErrorCode, string]>> = {
  [BUSY]: (file) => ["unavailable", lockedMessage(file)],
  [READ_ONLY]: (file) => [
    "denied",
    `database ${file} is read-only: make the file and its folder writable, or ${OTHER_FOLDER}`,
  ],
  10: (file, said) => [
    "unavailable",
    `database ${file} cannot be read or written (${said}). Nothing is lost: check the disk and its free space`,
  ],
  11: (file, said) => [
    "damaged",
    `database ${file} is damaged (${said}): restore a copy of it, or move it away and sync again`,
  ],
  [FULL]: (file) => ["unavailable", `database ${file}: the disk is full. Nothing is lost: free space, then sync`],
  [CANNOT_OPEN]: (file) => [
    "denied",
    `database ${file} cannot be opened: check that you may read and write it and its folder, or ${OTHER_FOLDER}`,
  ],
  26: (file) => ["malformed", `${file} is not a database: move it away, or ${OTHER_FOLDER}`],
};

/** Whether another process held a lock that was needed. */
export function isBusy(error: unknown): boolean {
  return resultCodeOf(error) === BUSY;
}

/** Whether SQLite could not write where it wanted to, though it was only to read. */
export function isUnwritable(error: unknown): boolean {
  return [READ_ONLY, CANNOT_OPEN].includes(resultCodeOf(error) ?? 0);
}

/** Anything that SQLite threw, as one of our errors. */
export function sqliteError(file: string, cause: unknown): SyncError {
  if (cause instanceof SyncError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const message = MESSAGES[resultCodeOf(cause) ?? 0];
  const [code, text] = message?.(file, said) ?? [
    "malformed",
    `database ${file} failed: ${said}. Try again; if it stays so, report it`,
  ];
  return new SyncError(code, text, { cause });
}

/** The file cannot be made. */
export function creationError(file: string, cause: NodeJS.ErrnoException): SyncError {
  if (cause.code === "ENOSPC") return sqliteError(file, Object.assign(new Error(cause.code), { rawCode: FULL }));
  const text = `database ${file} cannot be created (${cause.code}): make its folder writable, or ${OTHER_FOLDER}`;
  return new SyncError("denied", text, { cause });
}

/** Another process kept the write lock for too long. `holder` names it, when it is known. */
export function lockedMessage(file: string, holder?: string): string {
  return holder === undefined
    ? `database ${file} is locked by another program: wait for it, or close the program that has the file open`
    : `database ${file} is locked by process ${holder}: wait for it or stop it`;
}

/** SQLite's primary result code. libsql gives the extended one, but of a file that it cannot open only a message that ends in it. */
export function resultCodeOf(error: unknown): number | undefined {
  const { rawCode, message } = (error ?? {}) as { readonly rawCode?: number; readonly message?: unknown };
  const code = rawCode ?? /^ConnectionFailed\(".*: (\d+)"\)$/s.exec(String(message))?.[1];
  return code === undefined ? undefined : Number(code) & 0xff;
}
