import { setImmediate as yieldToOthers } from "node:timers/promises";
import { type Collection, successor } from "../../model/collection.ts";
import { escapeNul, unescapeNul } from "../../model/escape-nul.ts";
import { byKey, recordsOf, type Store } from "../port.ts";
import type { SqliteDatabase, Value } from "./database.ts";
import { insertRows } from "./insert.ts";
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

/** So many items' rows are written in one transaction: others wait for the lock no longer than that takes. */
const BATCH = 500;
const EDGES_A_PAGE = 1_000;
/** Sorts after every instant, and after an instant that it follows before any later one. */
const AFTER_ALL = "~";

const PUT_VERSION = "INSERT OR REPLACE INTO stored_versions";
const PUT_CHANGE = "INSERT OR REPLACE INTO stored_changes";
// These rows are short, and come as one text of JSON.
const DELETE_VERSIONS = `DELETE FROM stored_versions WHERE (collection, key, at) IN (${rowsOf(3)})`;
const DELETE_CHANGES = `DELETE FROM stored_changes WHERE (collection, at, key) IN (${rowsOf(3)})`;
const IS_EDGE = EDGE_COLUMNS.map((column, n) => `${column} = ?${n + 1}`).join(" AND ");
const HAS_EDGE = `SELECT 1 FROM stored_edges WHERE ${IS_EDGE}`;
const NAMED = EDGE_COLUMNS.map((column, n) => `s.${column} = r.value ->> ${n}`).join(" AND ");
const PUT_EDGES = `
  INSERT INTO stored_edges (${EDGE_COLUMNS}) ${rowsOf(EDGE_COLUMNS.length)} r
  WHERE NOT EXISTS (SELECT 1 FROM stored_edges s WHERE ${NAMED})`;
const DELETE_EDGES = `
  DELETE FROM stored_edges WHERE id IN (SELECT s.id FROM json_each(?) r CROSS JOIN stored_edges s ON ${NAMED})`;

const VERSIONS = `SELECT ${VERSION_COLUMNS} FROM stored_versions WHERE collection = ?1`;
/** A text sorts before every blob. */
const PAGE_OF_VERSIONS = `
  ${VERSIONS} AND key >= max(?2, ?3) AND key < coalesce(?4, x'') ORDER BY key, at LIMIT ?5`;
/** The keys first, so that each comes whole. */
const PAGE_OF_LAST_VERSIONS = `
  ${VERSIONS} AND key IN (
    SELECT DISTINCT key FROM stored_versions
    WHERE collection = ?1 AND key >= ?2 AND key < coalesce(?3, x'') AND key < coalesce(?4, x'') ORDER BY key DESC LIMIT ?5)
  ORDER BY key DESC, at`;
const ITEMS_OF = `${VERSIONS} AND key IN (SELECT value FROM json_each(?2)) ORDER BY key, at`;
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
  /** What is written for each of some elements. */
  const partOf = <T>(
    elements: readonly T[],
    rowsOf: (element: T) => readonly (readonly Value[])[],
    write: (rows: readonly (readonly Value[])[]) => void,
  ) => ({
    length: elements.length,
    /** Makes the rows of a batch, and answers what writes them: the lock is held no longer than that. */
    writer(from: number) {
      const rows = elements.slice(from, from + BATCH).flatMap(rowsOf);
      return rows.length === 0 ? [] : [() => write(rows)];
    },
  });
  const part = <T>(sql: string, elements: readonly T[], rowsOf: (element: T) => readonly (readonly Value[])[]) =>
    partOf(elements, rowsOf, (rows) => database.run(sql, [JSON.stringify(rows)]));
  const put = <T>(into: string, columns: readonly string[], elements: readonly T[], rowOf: (element: T) => Value[]) =>
    partOf(
      elements,
      (element) => [rowOf(element)],
      (rows) => insertRows(database, into, columns, rows),
    );
  const writeAll = async (parts: readonly ReturnType<typeof partOf>[], signal: AbortSignal) => {
    signal.throwIfAborted();
    const length = Math.max(...parts.map((each) => each.length));
    for (let from = 0; from < length; from += BATCH) {
      if (from > 0) await yieldToOthers();
      const writers = parts.flatMap((each) => each.writer(from));
      await database.write(() => {
        for (const write of writers) write();
      }, signal);
    }
  };
  /** Edges and log records, and only then versions. */
  const restore: Store["restore"] = ({ versions = [], changes = [], edges = [] }, signal) =>
    writeAll(
      [
        part(PUT_EDGES, edges, edgeRows),
        put(PUT_CHANGE, CHANGE_COLUMNS, changes, changeRow),
        put(PUT_VERSION, VERSION_COLUMNS, versions, versionRow),
      ],
      signal,
    );
  const itemsOf = (collection: Collection, keys: readonly string[]) => {
    const rows = database.all(ITEMS_OF, [collection, JSON.stringify(keys.map(escapeNul))]);
    return byKey(rows.map(versionOf));
  };

  return {
    restore,
    write: (changes, signal) => restore(recordsOf(changes), signal),
    delete: (collection, { versions = [], changes = [], edges = [] }, signal) =>
      writeAll(
        [
          part(DELETE_VERSIONS, versions, ({ key, at }) => [[collection, escapeNul(key), at]]),
          part(DELETE_CHANGES, changes, ({ at, key }) => [[collection, at, escapeNul(key)]]),
          part(DELETE_EDGES, edges, (edge) => [edgeRow(collection, edge)]),
        ],
        signal,
      ),

    items: (collection, { from = "", until }, { limit, after, order }) =>
      database.read(() => {
        if (order === "desc") {
          const bounds = [escapeNul(from), until, after].map((key) => (key === undefined ? null : escapeNul(key)));
          const items = byKey(database.all(PAGE_OF_LAST_VERSIONS, [collection, ...bounds, limit + 1]).map(versionOf));
          const last = items[limit - 1]?.[0].key;
          return { items: items.slice(0, limit), ...(items.length > limit && last !== undefined && { next: last }) };
        }
        const next = after === undefined ? "" : escapeNul(successor(after));
        const bounds = [escapeNul(from), next, until === undefined ? null : escapeNul(until)];
        const rows = database.all(PAGE_OF_VERSIONS, [collection, ...bounds, limit + 1]);
        const items = byKey(rows.map(versionOf));
        if (rows.length <= limit) return { items };
        // The last key may have more versions than were read.
        const cut = items.pop()?.[0].key ?? "";
        if (items.length === 0) return { items: itemsOf(collection, [cut]), next: cut };
        return { items, next: items.at(-1)?.[0].key ?? "" };
      }),
    itemsOf: (collection, keys) => database.read(() => itemsOf(collection, keys)),

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

/** The rows of a text of JSON. */
function rowsOf(columns: number): string {
  return `SELECT ${Array.from({ length: columns }, (_, n) => `value ->> ${n}`)} FROM json_each(?)`;
}
