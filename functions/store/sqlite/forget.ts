import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { Collection } from "../../model/collection.ts";
import type { Instant } from "../../model/instant.ts";
import type { SqliteDatabase, Value } from "./database.ts";
import { HAS_SEARCH } from "./schema.ts";

const ROWS_AT_A_TIME = 2_000;

/** Versions first: an item without one is absent to every reader, whatever the log still has of it. Each with its key, and its instant. */
const TABLES = [
  ["stored_versions", "key, at", "at"],
  ["stored_changes", "at, key", "at"],
  ["stored_syncs", "sync", "substr(sync, 1, 24)"],
] as const;

interface Forgotten {
  readonly collection: Collection;
  readonly until: Instant;
}

/** Deletes what is stored of a collection up to an instant, in short transactions, and overwrites it in the file. */
export async function forgetCollection(
  database: SqliteDatabase,
  forgotten: Forgotten,
  signal: AbortSignal,
): Promise<void> {
  await database.read(() => database.first("PRAGMA secure_delete = ON"));
  const { collection, until } = forgotten;
  for (const [table, key, at] of TABLES) {
    const sql = `
      DELETE FROM ${table} WHERE collection = ?1 AND (${key}) IN (
        SELECT ${key} FROM ${table} WHERE collection = ?1 AND ${at} <= ?2 LIMIT ${ROWS_AT_A_TIME})`;
    for (let deleted = ROWS_AT_A_TIME; deleted === ROWS_AT_A_TIME; ) {
      deleted = await database.write(() => database.run(sql, [collection, until]), signal);
      await yieldToOthers();
    }
  }
  await deleteById(database, { table: "stored_edges", at: "edge_at", forgotten, signal });
  if (database.first(HAS_SEARCH) === undefined) return;
  await deleteById(database, { table: "stored_search", at: "at", forgotten, signal }, (id) => {
    database.run("DELETE FROM stored_search_text WHERE rowid = ?", [id]);
  });
}

interface Deletion {
  readonly table: "stored_edges" | "stored_search";
  readonly at: string;
  readonly forgotten: Forgotten;
  readonly signal: AbortSignal;
}

/** Tables that have no order by collection are gone through once. */
async function deleteById(
  database: SqliteDatabase,
  { table, at, forgotten: { collection, until }, signal }: Deletion,
  alsoDelete: (id: Value) => void = () => undefined,
): Promise<void> {
  const query = `SELECT id FROM ${table} WHERE id > ? AND collection = ? AND ${at} <= ? ORDER BY id LIMIT ${ROWS_AT_A_TIME}`;
  for (let last: Value | undefined = -1; last !== undefined; ) {
    const after: Value = last;
    const ids: Value[] = await database.write((): Value[] => {
      const rows = database.all(query, [after, collection, until]).map(([id = null]) => id);
      for (const id of rows) {
        alsoDelete(id);
        database.run(`DELETE FROM ${table} WHERE id = ?`, [id]);
      }
      return rows;
    }, signal);
    last = ids.length === ROWS_AT_A_TIME ? ids.at(-1) : undefined;
    await yieldToOthers();
  }
}
