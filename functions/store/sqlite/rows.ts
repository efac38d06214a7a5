import type { Collection } from "../../model/collection.ts";
import { escapeNul, unescapeNul } from "../../model/escape-nul.ts";
import type { Instant } from "../../model/instant.ts";
import type { Change, ChangeKind, Edge, ItemVersion, RemovalCause, VersionRef } from "../../model/item.ts";
import type { Row, Value } from "./database.ts";

/*
 * Versions and changes as rows of stored_versions and stored_changes, and back. libsql reads a text up to its first NUL, which text from
 * outside may hold; JSON escapes it.
 */

const VERSION_COLUMNS = [
  ...["scope", "state", "version", "hash", "document", "edges", "edge_at", "first_seen_at", "previous_at", "cause"],
];
export const ITEM_COLUMNS = ["collection", "key", "at", ...VERSION_COLUMNS];
export const CHANGE_COLUMNS = [
  ...["collection", "at", "key", "kind", ...VERSION_COLUMNS],
  ...["at", ...VERSION_COLUMNS].map((column) => `before_${column}`),
];

const NO_BEFORE: readonly null[] = Array(VERSION_COLUMNS.length + 1).fill(null);

/** In the order of ITEM_COLUMNS. */
export function itemRow(version: ItemVersion): Value[] {
  return [version.collection, escapeNul(version.key), version.at, ...versionValues(version, version.document)];
}

/** In the order of CHANGE_COLUMNS. */
export function changeRow({ kind, before, after }: Change): Value[] {
  const document = before?.document === after.document ? null : after.document;
  return [
    ...[after.collection, after.at, escapeNul(after.key), kind, ...versionValues(after, document)],
    ...(before ? [before.at, ...versionValues(before, before.document)] : NO_BEFORE),
  ];
}

function versionValues(version: ItemVersion, document: string | null): Value[] {
  const { scope, state, edges } = version;
  return [
    ...[escapeNul(scope), state, version.version, version.hash, document],
    ...[edges.length === 0 ? null : JSON.stringify(edges), version.edgeAt, version.firstSeenAt],
    ...[version.previousAt ?? null, version.cause ?? null],
  ];
}

/** Reads ITEM_COLUMNS but the collection. */
export function itemOfRow(collection: Collection, row: Row): ItemVersion {
  return versionOf({ collection, key: unescapeNul(String(row[0])), at: row[1] as Instant }, row, 2);
}

/** Reads CHANGE_COLUMNS but the collection. */
export function changeOfRow(collection: Collection, row: Row): Change {
  const [at, storedKey, kind] = row;
  const key = unescapeNul(String(storedKey));
  const after = versionOf({ collection, key, at: at as Instant }, row, AFTER);
  const beforeAt = row[BEFORE - 1];
  if (beforeAt === null) return { kind: kind as ChangeKind, after };
  const before = versionOf({ collection, key, at: beforeAt as Instant }, row, BEFORE);
  return {
    kind: kind as ChangeKind,
    before,
    after: row[AFTER + 4] === null ? { ...after, document: before.document } : after,
  };
}

/** Where the VERSION_COLUMNS of a change begin. */
const AFTER = 3;
const BEFORE = AFTER + VERSION_COLUMNS.length + 1;

/** Reads VERSION_COLUMNS, of which `first` is the place of the first. */
function versionOf(ref: VersionRef, row: Row, first: number): ItemVersion {
  const edges = row[first + 5];
  const previousAt = row[first + 8];
  const cause = row[first + 9];
  return {
    collection: ref.collection,
    key: ref.key,
    at: ref.at,
    scope: unescapeNul(String(row[first])),
    state: row[first + 1] as ItemVersion["state"],
    version: row[first + 2] as number,
    hash: row[first + 3] as string,
    document: typeof row[first + 4] === "string" ? (row[first + 4] as string) : UNREADABLE,
    edges: typeof edges === "string" ? parseEdges(edges) : NO_EDGES,
    edgeAt: row[first + 6] as string,
    firstSeenAt: row[first + 7] as string,
    ...(typeof previousAt === "string" && { previousAt }),
    ...(typeof cause === "string" && { cause: cause as RemovalCause }),
  };
}

const NO_EDGES: readonly Edge[] = [];
/** Stands for a damaged document: it is no JSON, which verifying finds. */
const UNREADABLE = "";

function parseEdges(text: string): readonly Edge[] {
  try {
    return JSON.parse(text) as Edge[];
  } catch {
    return NO_EDGES;
  }
}
