import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { Collection } from "../../model/collection.ts";
import { escapeNul } from "../../model/escape-nul.ts";
import type { Change } from "../../model/item.ts";
import type { Deletion, Store } from "../port.ts";
import type { SqliteDatabase, Value } from "./database.ts";
import { edgeRow, edgesOf, insertEdges } from "./edges.ts";
import { insertRows } from "./insert.ts";
import { CHANGE_COLUMNS, changeRow, ITEM_COLUMNS, itemRow } from "./rows.ts";

/** The most rows that one transaction writes: others wait for the lock no longer than that takes. */
const MAX_ROWS = 2_000;
const MAX_CHARACTERS = 4_000_000;

const INTO_VERSIONS = "INSERT OR IGNORE INTO stored_versions";
const INTO_CHANGES = "INSERT OR IGNORE INTO stored_changes";

/** Writing and deleting records. A record that is there already has the same content: it stays. */
export function recordWriter(database: SqliteDatabase): Pick<Store, "write" | "delete"> {
  return {
    async write(changes, signal) {
      signal.throwIfAborted();
      for (const [index, batch] of batchesOf(changes).entries()) {
        if (index > 0) await yieldToOthers();
        const logRows = batch.map((change) => changeRow(change));
        const versionRows = batch.map(({ after }) => itemRow(after));
        const edgeRows = batch.flatMap(({ after }) => edgesOf(after));
        const insert = () => {
          const added = insertRows(database, INTO_CHANGES, CHANGE_COLUMNS, logRows);
          insertRows(database, INTO_VERSIONS, ITEM_COLUMNS, versionRows);
          // A change that was not in the log has no edges yet: they are stored together.
          insertEdges(database, edgeRows, added === batch.length);
        };
        await database.write(insert, signal);
      }
    },

    async delete(collection, deletion, signal) {
      signal.throwIfAborted();
      const statements = deleteStatements(collection, deletion);
      for (let from = 0; from < statements.length; from += MAX_ROWS) {
        if (from > 0) await yieldToOthers();
        const batch = statements.slice(from, from + MAX_ROWS);
        const run = () => {
          for (const [sql, parameters] of batch) database.run(sql, parameters);
        };
        await database.write(run, signal);
      }
    },
  };
}

/** Consecutive changes that one transaction can store. A change's records are always stored together. */
function batchesOf(changes: readonly Change[]): Change[][] {
  const batches: Change[][] = [];
  let rows = Number.POSITIVE_INFINITY;
  let characters = 0;
  for (const change of changes) {
    const { before, after } = change;
    const changeRows = 2 + (after.edgeAt === after.at ? 2 * after.edges.length : 0);
    rows += changeRows;
    characters += 2 * after.document.length + (before?.document.length ?? 0);
    if (rows > MAX_ROWS || characters > MAX_CHARACTERS) {
      batches.push([]);
      rows = changeRows;
      characters = 0;
    }
    batches.at(-1)?.push(change);
  }
  return batches;
}

const DELETE_VERSION = "DELETE FROM stored_versions WHERE collection = ? AND key = ? AND at = ?";
const DELETE_CHANGE = "DELETE FROM stored_changes WHERE collection = ? AND at = ? AND key = ?";
const DELETE_EDGE = `
  DELETE FROM stored_edges
  WHERE node_hash = ? AND item_hash = ? AND node = ? AND "end" = ? AND collection = ? AND key = ? AND edge_at = ?`;

/** A statement and its parameters. */
type Statement = readonly [sql: string, parameters: readonly Value[]];

function deleteStatements(collection: Collection, deletion: Deletion): Statement[] {
  const { versions = [], changes = [], edges = [] } = deletion;
  return [
    ...versions.map(({ key, at }): Statement => [DELETE_VERSION, [collection, escapeNul(key), at]]),
    ...changes.map(({ at, key }): Statement => [DELETE_CHANGE, [collection, at, escapeNul(key)]]),
    ...edges.map((edge): Statement => [DELETE_EDGE, edgeRow(collection, edge)]),
  ];
}
