import { setImmediate as yieldToOthers } from "node:timers/promises";
import { successor } from "../../model/collection.ts";
import type { CollectionRecord } from "../../model/collection-record.ts";
import { escapeNul, unescapeNul } from "../../model/escape-nul.ts";
import { EPOCH } from "../../model/instant.ts";
import { byKey, recordsOf, type Store } from "../port.ts";
import type { Row, SqliteDatabase, Value } from "./database.ts";
import {
  ADDED_COLUMNS,
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
import { parsed } from "./scopes.ts";

/** So many rows are written in one transaction: others wait for the lock no longer than that takes. */
const BATCH = 8_000;
const EDGES_A_PAGE = 1_000;
/** Sorts after every instant, and after an instant that it follows before any later one. */
const AFTER_ALL = "~";

const PUT_VERSION = `INSERT OR REPLACE INTO stored_versions (${VERSION_COLUMNS}) VALUES (${parameters(VERSION_COLUMNS)})`;
const PUT_ADDED = `INSERT OR REPLACE INTO stored_changes (${ADDED_COLUMNS}) VALUES (${parameters(ADDED_COLUMNS)})`;
const PUT_CHANGE = `INSERT OR REPLACE INTO stored_changes (${CHANGE_COLUMNS}) VALUES (${parameters(CHANGE_COLUMNS)})`;
const DELETE_VERSION = "DELETE FROM stored_versions WHERE collection = ? AND key = ? AND at = ?";
const DELETE_CHANGE = "DELETE FROM stored_changes WHERE collection = ? AND key = ? AND at = ?";
const IS_EDGE = EDGE_COLUMNS.map((column, n) => `${column} = ?${n + 1}`).join(" AND ");
const HAS_EDGE = `SELECT 1 FROM stored_edges WHERE ${IS_EDGE}`;
/** Takes the id of the same edge where it is there, and does nothing then. An INSERT from a SELECT of its own table would take twice the time. */
const PUT_EDGE = `
  INSERT INTO stored_edges (id, ${EDGE_COLUMNS})
  VALUES ((SELECT id FROM stored_edges WHERE ${IS_EDGE}), ${parameters(EDGE_COLUMNS)}) ON CONFLICT (id) DO NOTHING`;
const DELETE_EDGE = `DELETE FROM stored_edges WHERE ${IS_EDGE}`;

const VERSIONS = `SELECT ${VERSION_COLUMNS} FROM stored_versions WHERE collection = ?1`;
/** A page begins at ?4, going up, or ends before ?5, going down. Of several bounds SQLite would seek only one. A text sorts before every blob. */
const FROM = "max(?2, ?4)";
const UNTIL = "min(coalesce(?3, x''), coalesce(?5, x''))";
const KEYS = `SELECT DISTINCT key FROM stored_versions WHERE collection = ?1 AND key >= ${FROM} AND key < ${UNTIL}`;
/** Of ?6 keys and one more, each whole. */
const PAGE_OF_VERSIONS = {
  asc: `
  ${VERSIONS} AND key >= ${FROM} AND key < coalesce((${KEYS} ORDER BY key LIMIT 1 OFFSET ?6 + 1), ?3, x'')
  ORDER BY key, at`,
  desc: `
  ${VERSIONS} AND key >= max(?2, coalesce((${KEYS} ORDER BY key DESC LIMIT 1 OFFSET ?6), '')) AND key < ${UNTIL}
  ORDER BY key DESC, at`,
};
const ITEMS_OF = `${VERSIONS} AND key IN (SELECT value FROM json_each(?2)) ORDER BY key, at`;
/** One statement in place of four, and one row: each statement takes locks of its own, which is most of what reading one item takes. */
const ITEM_VIEW = `
  SELECT
    (SELECT at FROM read_timestamp),
    (SELECT record FROM stored_collections WHERE collection = ?1),
    (SELECT json_group_array(at) FROM stored_discards WHERE collection = ?1),
    ${VERSION_COLUMNS.map((column) => `v.${column}`)}
  FROM (SELECT 1) LEFT JOIN stored_versions v ON v.collection = ?1 AND v.key = ?2 AND v.at = (
    SELECT max(at) FROM stored_versions w
    WHERE collection = ?1 AND key = ?2
      AND NOT EXISTS (SELECT 1 FROM stored_discards d WHERE d.collection = ?1 AND d.at = w.at))`;
const CHANGES = `SELECT ${CHANGE_COLUMNS.map((column) => `c.${column}`)} FROM`;
const STRETCH = `${CHANGES} stored_changes c WHERE collection = ? AND (at, key) > (?, ?) AND (at, key) < (?, ?)`;
const PAGE_OF_CHANGES = {
  asc: `${STRETCH} ORDER BY at, key LIMIT ?`,
  desc: `${STRETCH} ORDER BY at DESC, key DESC LIMIT ?`,
};
const CHANGES_AT = `
  ${CHANGES} (SELECT DISTINCT value ->> 0 AS at, value ->> 1 AS key FROM json_each(?)) p
  CROSS JOIN stored_changes c ON c.collection = ? AND c.at = p.at AND c.key = p.key`;
/** Pages follow the index. */
const CANDIDATES = `
  SELECT collection, key, edge_at, item_hash, id FROM stored_edges
  WHERE node_hash = ? AND node = ? AND "end" = ? AND (item_hash, id) > (?, ?) ORDER BY item_hash, id LIMIT ${EDGES_A_PAGE}`;

/** Versions, changes and edges. */
export function versionStore(database: SqliteDatabase) {
  /** Runs each statement for its rows, one after another. */
  const runAll = async (statements: readonly (readonly [sql: string, rows: readonly Row[]])[], signal: AbortSignal) => {
    signal.throwIfAborted();
    const runs = statements.flatMap(([sql, rows]) => rows.map((row) => [sql, row] as const));
    for (let from = 0; from < runs.length; from += BATCH) {
      if (from > 0) await yieldToOthers();
      await database.write(() => {
        for (const [sql, row] of runs.slice(from, from + BATCH)) database.run(sql, row);
      }, signal);
    }
  };
  /** Edges and log records, and only then versions. */
  const restore: Store["restore"] = ({ versions = [], changes = [], edges = [] }, signal) =>
    runAll(
      [
        [PUT_EDGE, edges.flatMap(edgeRows)],
        [PUT_ADDED, changes.filter(({ before }) => !before).map(changeRow)],
        [PUT_CHANGE, changes.filter(({ before }) => before).map(changeRow)],
        [PUT_VERSION, versions.map(versionRow)],
      ],
      signal,
    );

  return {
    restore,
    write: (changes, signal) => restore(recordsOf(changes), signal),
    delete: (collection, { versions = [], changes = [], edges = [] }, signal) =>
      runAll(
        [
          [DELETE_VERSION, versions.map(({ key, at }) => [collection, escapeNul(key), at])],
          [DELETE_CHANGE, changes.map(({ key, at }) => [collection, escapeNul(key), at])],
          [DELETE_EDGE, edges.map((edge) => edgeRow(collection, edge))],
        ],
        signal,
      ),

    items: (collection, { from = "", until }, { limit, after, order = "asc" }) =>
      database.read(() => {
        const start = order === "asc" ? [successor(after ?? ""), undefined] : ["", after];
        const bounds = [from, until, ...start].map((key) => (key === undefined ? null : escapeNul(key)));
        const rows = database.all(PAGE_OF_VERSIONS[order], [collection, ...bounds, limit]);
        const read = byKey(rows.map(versionOf));
        const items = read.slice(0, limit);
        const next = read.length > limit ? items.at(-1)?.[0].key : undefined;
        return { items, ...(next !== undefined && { next }) };
      }),
    itemsOf: (collection, keys) =>
      database.read(() => {
        const rows = database.all(ITEMS_OF, [collection, JSON.stringify(keys.map(escapeNul))]);
        return byKey(rows.map(versionOf));
      }),
    itemView: ({ collection, key }) =>
      database.read(() => {
        const [at, record, discards, ...head] = database.first(ITEM_VIEW, [collection, escapeNul(key)]) ?? [];
        return [
          typeof at === "string" ? at : EPOCH,
          parsed<CollectionRecord>([record ?? null])[0] ?? undefined,
          new Set(JSON.parse(String(discards)) as string[]),
          head[0] === null ? undefined : versionOf(head),
        ];
      }),

    changes: (collection, { after = "", until = AFTER_ALL, before }, limit, order = "asc") =>
      database.read(() => {
        const instant = after === "" ? "" : `${after}${AFTER_ALL}`;
        const from = typeof after === "string" ? [instant, ""] : [after.at, escapeNul(after.key)];
        const end = before && before.at <= until ? [before.at, escapeNul(before.key)] : [`${until}${AFTER_ALL}`, ""];
        const rows = database.all(PAGE_OF_CHANGES[order], [collection, ...from, ...end, limit + 1]);
        const changes = rows.slice(0, limit).map(changeOf);
        const last = changes.at(-1)?.after;
        return { changes, ...(rows.length > limit && last && { next: { at: last.at, key: last.key } }) };
      }),
    changesAt: (collection, positions) =>
      database.read(() => {
        const wanted = JSON.stringify(positions.map(({ at, key }) => [at, escapeNul(key)]));
        return database.all(CHANGES_AT, [wanted, collection]).map(changeOf);
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
  } satisfies Partial<Store>;
}

/** Numbered, so that a statement may use each more than once. */
function parameters(columns: readonly string[]): string {
  return columns.map((_, n) => `?${n + 1}`).join(", ");
}
