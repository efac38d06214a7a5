import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { Instant } from "../../model/instant.ts";
import type { SqliteDatabase } from "./database.ts";

/*
 * Log and sync records go when they are older than retention. Versions are never pruned here: which of them a reader may still need, only
 * the engine knows.
 */

const BATCH = 2_000;

/** A table's records before an instant: `sort` is the rest of its primary key, which begins with the instant. */
interface PrunedTable {
  readonly name: string;
  readonly sort: readonly string[];
}

const TABLES: readonly PrunedTable[] = [
  { name: "stored_changes", sort: ["at", "key"] },
  { name: "stored_syncs", sort: ["sync"] },
];

/** Deletes the log and sync records before `start`, and notes that history begins there. Answers how many. */
export async function pruneBefore(database: SqliteDatabase, start: Instant, signal?: AbortSignal): Promise<number> {
  // Noted first: what reads the log in between must not take it for whole.
  await database.write(() => database.run("UPDATE stored_retention SET start = max(start, ?)", [start]), signal);
  let pruned = 0;
  for (const table of TABLES) {
    for (const collection of await collectionsOf(database, table)) {
      for (let deleted = BATCH; deleted === BATCH; pruned += deleted) {
        deleted = await database.write(() => pruneBatch(database, table, collection, start), signal);
        await yieldToOthers();
      }
    }
  }
  return pruned;
}

/** One seek for each collection: the table is much larger than their number. */
function collectionsOf(database: SqliteDatabase, { name }: PrunedTable): Promise<string[]> {
  const query = `
    WITH RECURSIVE found (collection) AS (
      SELECT min(collection) FROM ${name}
      UNION ALL
      SELECT (SELECT min(collection) FROM ${name} WHERE collection > found.collection) FROM found WHERE collection IS NOT NULL)
    SELECT collection FROM found WHERE collection IS NOT NULL`;
  return database.read(() => database.all(query).map(([collection]) => String(collection)));
}

function pruneBatch(database: SqliteDatabase, { name, sort }: PrunedTable, collection: string, start: Instant): number {
  const oldest = `SELECT ${sort} FROM ${name} WHERE collection = ? AND ${sort[0]} < ? ORDER BY ${sort} LIMIT ${BATCH}`;
  const positions = database.all(oldest, [collection, start]);
  const last = positions.at(-1);
  if (last) {
    const until = `(${sort}) <= (${sort.map(() => "?")})`;
    database.run(`DELETE FROM ${name} WHERE collection = ? AND ${until}`, [collection, ...last]);
  }
  return positions.length;
}
