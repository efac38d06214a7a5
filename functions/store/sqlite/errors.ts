import { SyncError } from "../../model/errors.ts";

/** SQLite's primary result codes, see https://www.sqlite.org/rescode.html. */
const CODES = { busy: 5, readOnly: 8, io: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 } as const;

/** What to do about a file that cannot be used. */
const OTHER_FOLDER = "set STOCKTAKE_DATA to another folder";

/** Whether another process held a lock that was needed. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === CODES.busy;
}

/** Anything that SQLite threw, as one of our errors. */
export function sqliteError(file: string, cause: unknown): SyncError {
  if (cause instanceof SyncError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  switch (codeOf(cause)) {
    case CODES.full:
      return new SyncError(
        "unavailable",
        `database ${file}: the disk is full. Nothing is lost: free space, then sync`,
        {
          cause,
        },
      );
    case CODES.io:
      return new SyncError(
        "unavailable",
        `database ${file} cannot be read or written (${said}). Nothing is lost: check the disk and its free space`,
        { cause },
      );
    case CODES.corrupt:
      return new SyncError(
        "damaged",
        `database ${file} is damaged (${said}): restore a copy of it, or move it away and sync again`,
        { cause },
      );
    case CODES.notADatabase:
      return new SyncError("malformed", `${file} is not a database: move it away, or ${OTHER_FOLDER}`, { cause });
    case CODES.readOnly:
      return new SyncError(
        "denied",
        `database ${file} is read-only: make the file and its folder writable, or ${OTHER_FOLDER}`,
        { cause },
      );
    case CODES.cannotOpen:
      return new SyncError(
        "denied",
        `database ${file} cannot be opened: check that you may read and write it and its folder, or ${OTHER_FOLDER}`,
        { cause },
      );
    case CODES.busy:
      return lockedError(file, undefined, cause);
    default:
      return new SyncError("malformed", `database ${file} failed: ${said}. Try again; if it stays so, report it`, {
        cause,
      });
  }
}

/** Another process kept the write lock for too long. `holder` names it, when it is known. */
export function lockedError(file: string, holder: string | undefined, cause: unknown): SyncError {
  const message =
    holder === undefined
      ? `database ${file} is locked by another program: wait for it, or close the program that has the file open`
      : `database ${file} is locked by process ${holder}: wait for it or stop it`;
  return new SyncError("unavailable", message, { cause });
}

/** libsql gives the extended result code with its errors, but of a file that it cannot open only a message that ends in it. */
function codeOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { rawCode, message } = error as { rawCode?: unknown; message?: unknown };
  if (typeof rawCode === "number") return rawCode & 0xff;
  const code = typeof message === "string" ? /^ConnectionFailed\(".*: (\d+)"\)$/s.exec(message)?.[1] : undefined;
  return code === undefined ? undefined : Number(code) & 0xff;
}
