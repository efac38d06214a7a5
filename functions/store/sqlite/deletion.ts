import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { Collection } from "../../model/collection.ts";
import { epochMs, type Instant, instantOf } from "../../model/instant.ts";
import type { SqliteDatabase, Value } from "./database.ts";

/** So many rows are deleted in one transaction: others wait for the lock no longer than that takes. */
const BATCH = 2_000;

/** The tables of a collection's history, each with the rest of its primary key, and the instant of a row. */
const VERSIONS = ["stored_versions", "key, at", "at"] as const;
const CHANGES = ["stored_changes", "at, key", "at"] as const;
const SYNCS = ["stored_syncs", "sync", "substr(sync, 1, 24)"] as const;
type HistoryTable = typeof VERSIONS | typeof CHANGES | typeof SYNCS;

const COLLECTIONS = "SELECT collection FROM stored_scopes UNION SELECT collection FROM stored_collections";

/** Texts that no instant since ?2 has, because the item has had another one from before then on, or is gone altogether. */
const OUTDATED_TEXTS = `
  SELECT id FROM stored_search s WHERE id > ?1 AND at < ?2 AND (
    EXISTS (
      SELECT 1 FROM stored_search n WHERE n.collection = s.collection AND n.key = s.key AND n.at > s.at AND n.at <= ?2)
    OR NOT EXISTS (SELECT 1 FROM stored_versions v WHERE v.collection = s.collection AND v.key = s.key))
  ORDER BY id LIMIT ${BATCH}`;
const SEARCH_TABLES = ["stored_search_name", "stored_search_text", "stored_search"];

/** Deletes the log and sync records before `start`, and notes that history begins there. */
export async function pruneHistory(database: SqliteDatabase, start: Instant, signal?: AbortSignal): Promise<void> {
  // Noted first: what reads the log in between must not take it for whole.
  await database.write(() => database.run("UPDATE stored_retention SET start = max(start, ?)", [start]), signal);
  const until = instantOf(epochMs(start) - 1);
  for (const [collection] of await database.read(() => database.all(COLLECTIONS))) {
    await deleteHistory(database, [CHANGES, SYNCS], { collection: String(collection), until }, signal);
  }
  await deleteById(database, SEARCH_TABLES, [OUTDATED_TEXTS, start], signal);
}

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
  // Versions first: an item without one is absent to every reader, whatever the log still has of it.
  await deleteHistory(database, [VERSIONS, CHANGES, SYNCS], forgotten, signal);
  const { collection, until } = forgotten;
  const idsIn = (table: string, at: string): [string, ...Value[]] => [
    `SELECT id FROM ${table} WHERE id > ?1 AND collection = ?2 AND ${at} <= ?3 ORDER BY id LIMIT ${BATCH}`,
    ...[collection, until],
  ];
  await deleteById(database, ["stored_edges"], idsIn("stored_edges", "edge_at"), signal);
  await deleteById(database, SEARCH_TABLES, idsIn("stored_search", "at"), signal);
}

/** Deletes a collection's rows up to an instant, table by table. */
async function deleteHistory(
  database: SqliteDatabase,
  tables: readonly HistoryTable[],
  { collection, until }: Forgotten,
  signal?: AbortSignal,
): Promise<void> {
  for (const [table, key, at] of tables) {
    const sql = `
      DELETE FROM ${table} WHERE collection = ?1 AND (${key}) IN (
        SELECT ${key} FROM ${table} WHERE collection = ?1 AND ${at} <= ?2 LIMIT ${BATCH})`;
    for (let some = BATCH; some === BATCH; ) {
      some = await database.write(() => database.run(sql, [collection, until]), signal);
      await yieldToOthers();
    }
  }
}

/** Deletes the rows of the ids that a query finds, from tables that are gone through once: ?1 is the id to go on after. */
async function deleteById(
  database: SqliteDatabase,
  tables: readonly string[],
  [query, ...parameters]: readonly [string, ...Value[]],
  signal?: AbortSignal,
): Promise<void> {
  for (let last: Value | undefined = -1; last !== undefined; ) {
    const after: Value = last;
    const ids: Value[] = await database.write((): Value[] => {
      const found = database.all(query, [after, ...parameters]).map(([id = null]) => id);
      for (const table of tables) {
        database.run(`DELETE FROM ${table} WHERE rowid IN (SELECT value FROM json_each(?))`, [JSON.stringify(found)]);
      }
      return found;
    }, signal);
    last = ids.length === BATCH ? ids.at(-1) : undefined;
    await yieldToOthers();
  }
}
