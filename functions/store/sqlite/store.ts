import { setImmediate as yieldToOthers } from "node:timers/promises";
import { epochMs, type Instant, instantOf } from "../../model/instant.ts";
import type { Store } from "../port.ts";
import { openDatabase, type SqliteDatabase } from "./database.ts";
import { clockStore, scopeStore } from "./scopes.ts";
import { versionStore } from "./versions.ts";

export interface SqliteStoreOptions {
  /** How long log and sync records are kept. */
  readonly retentionDays: number;
  /** The machine's time, epoch ms. */
  readonly now?: () => number;
  readonly readOnly?: boolean;
}

export type SqliteStore = Store & Required<Pick<Store, "prune">>;

const DAY_MS = 86_400_000;

/** The store in a SQLite file. A database that is open already, which several stores may share, is left open when a store closes. */
export function createSqliteStore(file: string | SqliteDatabase, options: SqliteStoreOptions): SqliteStore {
  const { retentionDays, now = Date.now, readOnly = false } = options;
  const database = typeof file === "string" ? openDatabase(file, { readOnly }) : file;
  const clock = clockStore(database, now);
  return {
    now,
    clockOffset: () => undefined,
    ...clock,
    ...scopeStore(database),
    ...versionStore(database),
    async prune(signal) {
      // Whatever a wrong clock says, nothing expires before something was committed that much later.
      const time = Math.min(now(), epochMs(await clock.readTimestamp()));
      return pruneBefore(database, instantOf(Math.max(0, time - retentionDays * DAY_MS)), signal);
    },
    async close() {
      if (typeof file === "string") database.close();
    },
  };
}

const PRUNED_ROWS = 2_000;
/** Tables whose records go when they are older than retention, each with the rest of its primary key, which begins with an instant. */
const PRUNED = [
  ["stored_changes", "at, key", "at"],
  ["stored_syncs", "sync", "sync"],
] as const;

/** Deletes the log and sync records before `start`, and notes that history begins there. Answers how many. */
async function pruneBefore(database: SqliteDatabase, start: Instant, signal?: AbortSignal): Promise<number> {
  // Noted first: what reads the log in between must not take it for whole.
  await database.write(() => database.run("UPDATE stored_retention SET start = max(start, ?)", [start]), signal);
  let pruned = 0;
  for (const [table, sort, time] of PRUNED) {
    // One seek for each collection: the table is much larger than their number.
    const next = `SELECT collection FROM ${table} WHERE collection > ? ORDER BY collection LIMIT 1`;
    const remove = `
      DELETE FROM ${table} WHERE collection = ?1 AND (${sort}) IN (
        SELECT ${sort} FROM ${table} WHERE collection = ?1 AND ${time} < ?2 LIMIT ${PRUNED_ROWS})`;
    for (let collection = ""; ; ) {
      const row = await database.read(() => database.first(next, [collection]));
      if (!row) break;
      collection = String(row[0]);
      for (let deleted = PRUNED_ROWS; deleted === PRUNED_ROWS; pruned += deleted) {
        deleted = await database.write(() => database.run(remove, [collection, start]), signal);
        await yieldToOthers();
      }
    }
  }
  return pruned;
}
