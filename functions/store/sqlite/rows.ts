import { crc32 } from "node:zlib";
import type { Collection } from "../../model/collection.ts";
import { formatEdges, parseEdges } from "../../model/edges-text.ts";
import { escapeNul, unescapeNul } from "../../model/escape-nul.ts";
import type { Change, ChangeKind, ItemVersion, MutableVersion, RemovalCause } from "../../model/item.ts";
import { type EdgeRef, edgeRefsOf } from "../port.ts";
import type { Row, Value } from "./database.ts";

/*
 * Versions, changes and edges as rows, and back. libsql reads a text up to its first NUL, which text from outside may hold; JSON escapes
 * it.
 */

const CONTENT = [
  ...["scope", "state", "version", "hash", "document", "edges", "edge_at", "first_seen_at", "previous_at", "cause"],
];
const DOCUMENT = 3 + CONTENT.indexOf("document");

/** The columns of stored_versions. */
export const VERSION_COLUMNS = ["collection", "key", "at", ...CONTENT];
const KIND = VERSION_COLUMNS.length;
/** The columns of stored_changes of a change from nothing: the version after it, and the kind. */
export const ADDED_COLUMNS = [...VERSION_COLUMNS, "kind"];
/** The columns of stored_changes: the same, and the version before without what names the item. */
export const CHANGE_COLUMNS = [...ADDED_COLUMNS, ...["at", ...CONTENT].map((column) => `before_${column}`)];

/** A version in the order of VERSION_COLUMNS. */
export function versionRow(version: ItemVersion): Value[] {
  const { collection, key, at, scope, state, hash, document, edgeAt, firstSeenAt } = version;
  const edgesText = formatEdges(version) ?? null;
  const row = [collection, escapeNul(key), at, escapeNul(scope), state, version.version, hash, document, edgesText];
  row.push(edgeAt, firstSeenAt, version.previousAt ?? null, version.cause ?? null);
  return row;
}

/** A change in the order of ADDED_COLUMNS or CHANGE_COLUMNS. The document is absent where it is the one before, as of every removal. */
export function changeRow({ kind, before, after }: Change): Value[] {
  const row = versionRow(after);
  if (before?.document === after.document) row[DOCUMENT] = null;
  row.push(kind);
  return before ? row.concat(versionRow(before).slice(2)) : row;
}

/** Reads VERSION_COLUMNS. */
export function versionOf(row: Row): ItemVersion {
  const [collection, key, at, scope, state, version, hash, document, edges, edgeAt, firstSeenAt, previousAt, cause] =
    row;
  const stated = parseEdges(typeof edges === "string" ? edges : undefined);
  const read: MutableVersion = {
    collection: String(collection),
    key: unescapeNul(String(key)),
    at: String(at),
    scope: unescapeNul(String(scope)),
    state: state as ItemVersion["state"],
    version: Number(version),
    hash: String(hash),
    // A damaged document is read as text that is no JSON, which verifying finds.
    document: String(document ?? ""),
    edges: stated.edges,
    edgeAt: String(edgeAt),
    firstSeenAt: String(firstSeenAt),
  };
  if (stated.names) read.names = stated.names;
  if (typeof previousAt === "string") read.previousAt = previousAt;
  if (typeof cause === "string") read.cause = cause as RemovalCause;
  return read;
}

/** Reads CHANGE_COLUMNS. */
export function changeOf(row: Row): Change {
  const kind = row[KIND] as ChangeKind;
  const after = versionOf(row);
  if (row[KIND + 1] === null) return { kind, after };
  const before = versionOf([...row.slice(0, 2), ...row.slice(KIND + 1)]);
  return { kind, before, after: row[DOCUMENT] === null ? { ...after, document: before.document } : after };
}

/*
 * Edges are found by their nodes, which come in no order. An index of the names themselves would change pages all over the file with every
 * batch; the table is appended to, and its index holds small hashes.
 */

export const EDGE_COLUMNS = ["node_hash", "item_hash", "node", '"end"', "collection", "key", "edge_at"];

/** The columns of stored_edges by which one node's edges are found. */
export function nodeColumns(end: EdgeRef["end"], node: string): Value[] {
  return [crc32(`${end} ${node}`), escapeNul(node), end];
}

/** An edge in the order of EDGE_COLUMNS. */
export function edgeRow(collection: Collection, { node, end, key, edgeAt }: EdgeRef): Value[] {
  const [nodeHash = null, ...names] = nodeColumns(end, node);
  return [nodeHash, crc32(`${collection} ${key} ${edgeAt}`), ...names, collection, escapeNul(key), edgeAt];
}

/** The rows of a version's edges and names. */
export function edgeRows(version: ItemVersion): Value[][] {
  return edgeRefsOf(version).map((edge) => edgeRow(version.collection, edge));
}
