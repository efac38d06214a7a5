import { crc32 } from "node:zlib";
import type { Collection } from "../../model/collection.ts";
import { escapeNul, unescapeNul } from "../../model/escape-nul.ts";
import type { ItemVersion } from "../../model/item.ts";
import type { EdgeRef, Store } from "../port.ts";
import type { SqliteDatabase, Value } from "./database.ts";
import { insertRows } from "./insert.ts";

/*
 * Edges are found by their nodes, which come in no order. An index of the names themselves would change pages all over the file with every
 * batch; the table is appended to, and its index holds small hashes.
 */

const PAGE = 1_000;

const COLUMNS = ["node_hash", "item_hash", "node", '"end"', "collection", "key", "edge_at"];

/** In the order of COLUMNS. */
export function edgeRow(collection: Collection, { node, end, key, edgeAt }: EdgeRef): Value[] {
  const hashes = [nodeHash(end, node), crc32(`${collection} ${key} ${edgeAt}`)];
  return [...hashes, escapeNul(node), end, collection, escapeNul(key), edgeAt];
}

/** The edge records that a version introduces: none unless its edges are new. */
export function edgesOf(version: ItemVersion): Value[][] {
  const { collection, key, at, edges, edgeAt } = version;
  if (edgeAt !== at) return [];
  const ends = (["from", "to"] as const).flatMap((end) =>
    [...new Set(edges.map((edge) => edge[end]))].map((node) => ({ end, node })),
  );
  return ends.map(({ end, node }) => edgeRow(collection, { node, end, key, edgeAt }));
}

const HAS = `
  SELECT 1 FROM stored_edges
  WHERE node_hash = ? AND item_hash = ? AND node = ? AND "end" = ? AND collection = ? AND key = ? AND edge_at = ?`;

/** Whether an edge is stored, given its row. */
export function hasEdge(database: SqliteDatabase, row: readonly Value[]): boolean {
  return database.first(HAS, row) !== undefined;
}

/** Inserts those that are not there yet; to look is slow, where it is known that all are new. */
export function insertEdges(database: SqliteDatabase, rows: readonly Value[][], areNew: boolean): void {
  const absent = areNew ? rows : rows.filter((row) => !hasEdge(database, row));
  insertRows(database, "INSERT INTO stored_edges", COLUMNS, absent);
}

/** Pages follow the index. */
const CANDIDATES = `
  SELECT collection, key, edge_at, item_hash, id FROM stored_edges
  WHERE node_hash = ? AND node = ? AND "end" = ? AND (item_hash, id) > (?, ?) ORDER BY item_hash, id LIMIT ${PAGE}`;

export function edgeReader(database: SqliteDatabase): Pick<Store, "edgeCandidates"> {
  return {
    async *edgeCandidates(end, node) {
      const named = [nodeHash(end, node), escapeNul(node), end];
      for (let after: readonly Value[] = [-1, 0]; ; ) {
        const rows = await database.read(() => database.all(CANDIDATES, [...named, ...after]));
        yield rows.map(([collection, key, edgeAt]) => ({
          ...{ collection: String(collection), key: unescapeNul(String(key)), edgeAt: String(edgeAt) },
        }));
        const last = rows.at(-1);
        if (!last || rows.length < PAGE) return;
        after = last.slice(3);
      }
    },
  };
}

function nodeHash(end: string, node: string): number {
  return crc32(`${end} ${node}`);
}
