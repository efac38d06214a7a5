import { setImmediate as yieldToOthers } from "node:timers/promises";
import { type Collection, successor } from "../../model/collection.ts";
import { escapeNul, unescapeNul } from "../../model/escape-nul.ts";
import { byKey, type Restoration, type Store } from "../port.ts";
import type { SqliteDatabase, Value } from "./database.ts";
import {
  CHANGE_COLUMNS,
  changeOf,
  changeRow,
  EDGE_COLUMNS,
  edgeRow,
  edgeRows,
  nodeColumns,
  VERSION_COLUMNS,
  versionOf,
  versionRow,
} from "./rows.ts";

/** Others wait for the lock no longer than one transaction of so many rows takes. */
const MAX_ROWS = 2_000;
const EDGES_A_PAGE = 1_000;
/** Sorts after every instant, and after an instant that it follows before any later one. */
const AFTER_ALL = "~";

const PUT_VERSION = putInto("stored_versions", ["collection", ...VERSION_COLUMNS]);
const PUT_CHANGE = putInto("stored_changes", ["collection", ...CHANGE_COLUMNS]);
const IS_EDGE = EDGE_COLUMNS.map((column, n) => `${column} = ?${n + 1}`).join(" AND ");
const HAS_EDGE = `SELECT 1 FROM stored_edges WHERE ${IS_EDGE}`;
const PUT_EDGE = `
  INSERT INTO stored_edges (${EDGE_COLUMNS}) SELECT ${EDGE_COLUMNS.map((_, n) => `?${n + 1}`)} WHERE NOT EXISTS (${HAS_EDGE})`;
const DELETE_VERSION = "DELETE FROM stored_versions WHERE collection = ? AND key = ? AND at = ?";
const DELETE_CHANGE = "DELETE FROM stored_changes WHERE collection = ? AND at = ? AND key = ?";
const DELETE_EDGE = `DELETE FROM stored_edges WHERE ${IS_EDGE}`;

const VERSIONS = `SELECT ${VERSION_COLUMNS} FROM stored_versions WHERE collection = ?1`;
/** A text sorts before every blob. */
const PAGE_OF_VERSIONS = `
  ${VERSIONS} AND key >= max(?2, ?3) AND key < coalesce(?4, x'') ORDER BY key, at LIMIT ?5`;
const ITEMS_OF = `${VERSIONS} AND key IN (SELECT value FROM json_each(?2)) ORDER BY key, at`;
const CHANGES = `SELECT ${CHANGE_COLUMNS.map((column) => `c.${column}`)} FROM`;
const PAGE_OF_CHANGES = `
  ${CHANGES} stored_changes c WHERE collection = ? AND (at, key) > (?, ?) AND at <= ? ORDER BY at, key LIMIT ?`;
const CHANGES_AT = `
  ${CHANGES} (SELECT DISTINCT value ->> 0 AS at, value ->> 1 AS key FROM json_each(?)) p
  CROSS JOIN stored_changes c ON c.collection = ? AND c.at = p.at AND c.key = p.key`;
/** Pages follow the index. */
const CANDIDATES = `
  SELECT collection, key, edge_at, item_hash, id FROM stored_edges
  WHERE node_hash = ? AND node = ? AND "end" = ? AND (item_hash, id) > (?, ?) ORDER BY item_hash, id LIMIT ${EDGES_A_PAGE}`;

type Statement = readonly [sql: string, parameters: readonly Value[]];

type VersionStore = Pick<
  Store,
  "write" | "restore" | "delete" | "items" | "itemsOf" | "changes" | "changesAt" | "edgeCandidates" | "edgesAt"
>;

/** Versions, changes and edges. */
export function versionStore(database: SqliteDatabase): VersionStore {
  const runAll = async (statements: readonly Statement[], signal: AbortSignal) => {
    signal.throwIfAborted();
    for (let from = 0; from < statements.length; from += MAX_ROWS) {
      if (from > 0) await yieldToOthers();
      const batch = statements.slice(from, from + MAX_ROWS);
      await database.write(() => {
        for (const [sql, parameters] of batch) database.run(sql, parameters);
      }, signal);
    }
  };

  const itemsOf = (collection: Collection, keys: readonly string[]) => {
    const rows = database.all(ITEMS_OF, [collection, JSON.stringify(keys.map(escapeNul))]);
    return byKey(rows.map((row) => versionOf(collection, row)));
  };

  return {
    write: (changes, signal) => {
      const versions = changes.map(({ after }) => after);
      return runAll(puts({ versions, changes, edges: versions.filter(({ at, edgeAt }) => edgeAt === at) }), signal);
    },
    restore: (restoration, signal) => runAll(puts(restoration), signal),
    delete: (collection, { versions = [], changes = [], edges = [] }, signal) =>
      runAll(
        [
          ...versions.map(({ key, at }): Statement => [DELETE_VERSION, [collection, escapeNul(key), at]]),
          ...changes.map(({ at, key }): Statement => [DELETE_CHANGE, [collection, at, escapeNul(key)]]),
          ...edges.map((edge): Statement => [DELETE_EDGE, edgeRow(collection, edge)]),
        ],
        signal,
      ),

    items: (collection, { from = "", until }, { limit, after }) =>
      database.read(() => {
        const next = after === undefined ? "" : escapeNul(successor(after));
        const bounds = [escapeNul(from), next, until === undefined ? null : escapeNul(until)];
        const rows = database.all(PAGE_OF_VERSIONS, [collection, ...bounds, limit + 1]);
        const items = byKey(rows.map((row) => versionOf(collection, row)));
        if (rows.length <= limit) return { items };
        // The last key may have more versions than were read.
        const cut = items.pop()?.[0].key ?? "";
        if (items.length === 0) return { items: itemsOf(collection, [cut]), next: cut };
        return { items, next: items.at(-1)?.[0].key ?? "" };
      }),
    itemsOf: (collection, keys) => database.read(() => itemsOf(collection, keys)),

    changes: (collection, { after = "", until = AFTER_ALL }, limit) =>
      database.read(() => {
        const instant = after === "" ? "" : `${after}${AFTER_ALL}`;
        const from = typeof after === "string" ? [instant, ""] : [after.at, escapeNul(after.key)];
        const rows = database.all(PAGE_OF_CHANGES, [collection, ...from, until, limit + 1]);
        const changes = rows.slice(0, limit).map((row) => changeOf(collection, row));
        const last = changes.at(-1)?.after;
        return { changes, ...(rows.length > limit && last && { next: { at: last.at, key: last.key } }) };
      }),
    changesAt: (collection, positions) =>
      database.read(() => {
        const wanted = JSON.stringify(positions.map(({ at, key }) => [at, escapeNul(key)]));
        return database.all(CHANGES_AT, [wanted, collection]).map((row) => changeOf(collection, row));
      }),

    async *edgeCandidates(end, node) {
      for (let after: readonly Value[] | undefined = [-1, 0]; after; ) {
        const parameters: readonly Value[] = [...nodeColumns(end, node), ...after];
        const rows = await database.read(() => database.all(CANDIDATES, parameters));
        yield rows.map(([collection, key, edgeAt]) => ({
          ...{ collection: String(collection), key: unescapeNul(String(key)), edgeAt: String(edgeAt) },
        }));
        after = rows.length < EDGES_A_PAGE ? undefined : rows.at(-1)?.slice(3);
      }
    },
    edgesAt: (collection, edges) =>
      database.read(() => edges.filter((edge) => database.first(HAS_EDGE, edgeRow(collection, edge)) !== undefined)),
  };
}

function putInto(table: string, columns: readonly string[]): string {
  return `INSERT OR REPLACE INTO ${table} (${columns}) VALUES (${columns.map(() => "?")})`;
}

/** Edges and log records, and only then versions. */
function puts({ versions = [], changes = [], edges = [] }: Restoration): Statement[] {
  return [
    ...edges.flatMap((version) => edgeRows(version).map((row): Statement => [PUT_EDGE, row])),
    ...changes.map((change): Statement => [PUT_CHANGE, [change.after.collection, ...changeRow(change)]]),
    ...versions.map((version): Statement => [PUT_VERSION, [version.collection, ...versionRow(version)]]),
  ];
}
