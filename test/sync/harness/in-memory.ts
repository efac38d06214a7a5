import { openDatabase, type SqliteDatabase } from "../../../functions/store/sqlite/database.ts";
import { createSqliteStore } from "../../../functions/store/sqlite/store.ts";
import type { StoreSource } from "./ground.ts";

/** Longer than anything that happens in virtual time. */
export const RETENTION_DAYS = 365;

/** An empty store on SQLite in memory each time; the database is the same, since opening one takes longer than emptying it. */
export function emptyStores(): StoreSource {
  let database: SqliteDatabase | undefined;
  return {
    hasOwnClock: false,
    open(now) {
      database ??= openDatabase(":memory:");
      empty(database);
      return createSqliteStore(database, { now, retentionDays: RETENTION_DAYS });
    },
  };
}

/** Empties a database. */
export function empty(database: SqliteDatabase): void {
  const tables = database.all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'stored_retention'");
  for (const [table] of tables) database.run(`DELETE FROM "${table}"`);
}
