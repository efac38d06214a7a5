import type Database from "libsql";
import { SyncError } from "../../model/errors.ts";
import { EPOCH } from "../../model/instant.ts";
import { SEARCH_INDEX_VERSION } from "../../model/search.ts";
import { STORED_FORMAT } from "../port.ts";
import { VIEWS } from "./views.ts";

/** Rows of about a kilobyte fit a page without overflow, several to a page. */
export const PAGE_BYTES = 8_192;

/** "Stkt": tells our files from those of other programs. */
const APPLICATION_ID = 0x53_74_6b_74;

/** The columns of a version besides its collection and key, which a change has as well. */
const VERSION = `
  scope TEXT NOT NULL, state TEXT NOT NULL, version INTEGER NOT NULL, hash TEXT NOT NULL, document TEXT, edges TEXT,
  edge_at TEXT NOT NULL, first_seen_at TEXT NOT NULL, previous_at TEXT, cause TEXT`;

/*
 * Users query the views of views.ts. Text compares by its UTF-8 bytes. `edges` is JSON, with the names, absent where there are none. Of the log, `document`
 * is absent where it is that of `before`, as of every removal.
 */
const TABLES = `
CREATE TABLE stored_versions (
  collection TEXT NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL, ${VERSION},
  PRIMARY KEY (collection, key, at)) WITHOUT ROWID;

CREATE TABLE stored_changes (
  collection TEXT NOT NULL, at TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, ${VERSION},
  before_at TEXT, before_scope TEXT, before_state TEXT, before_version INTEGER, before_hash TEXT, before_document TEXT,
  before_edges TEXT, before_edge_at TEXT, before_first_seen_at TEXT, before_previous_at TEXT, before_cause TEXT,
  PRIMARY KEY (collection, at, key)) WITHOUT ROWID;

CREATE TABLE stored_edges (
  id INTEGER PRIMARY KEY, node_hash INTEGER NOT NULL, item_hash INTEGER NOT NULL,
  node TEXT NOT NULL, "end" TEXT NOT NULL, collection TEXT NOT NULL, key TEXT NOT NULL, edge_at TEXT NOT NULL);
CREATE INDEX stored_edges_by_node ON stored_edges (node_hash, item_hash);

CREATE TABLE stored_clock (at TEXT NOT NULL);
CREATE TABLE stored_marks (
  collection TEXT NOT NULL, scope TEXT NOT NULL, lease INTEGER NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (collection, scope, lease)) WITHOUT ROWID;
CREATE TABLE stored_discards (
  collection TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (collection, at)) WITHOUT ROWID;
CREATE TABLE stored_scopes (
  collection TEXT NOT NULL, scope TEXT NOT NULL, state TEXT NOT NULL,
  PRIMARY KEY (collection, scope)) WITHOUT ROWID;
CREATE TABLE stored_collections (
  collection TEXT NOT NULL PRIMARY KEY, service TEXT NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE stored_syncs (
  collection TEXT NOT NULL, sync TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (collection, sync)) WITHOUT ROWID;
CREATE TABLE stored_targets (target TEXT NOT NULL PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE stored_discovery (record TEXT NOT NULL);
CREATE TABLE stored_retention (start TEXT NOT NULL);
INSERT INTO stored_retention VALUES ('${EPOCH}');
CREATE TABLE stored_secret (secret TEXT NOT NULL);
INSERT INTO stored_secret VALUES (hex(randomblob(32)));`;

/**
 * What searches look in: a row for each text that an item ever had, as far back as history is kept, and up to which instant the index has
 * each collection. It is made of what is stored, when it is missing or of another version; the format of what is stored is the same.
 */
const SEARCH_TABLES = [
  ...["stored_search", "stored_search_name", "stored_search_text", "stored_search_progress", "stored_search_version"],
];
const SEARCH = `
CREATE TABLE stored_search (
  id INTEGER PRIMARY KEY, collection TEXT NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL, name TEXT NOT NULL, short_id TEXT NOT NULL,
  text TEXT NOT NULL);
CREATE UNIQUE INDEX stored_search_by_item ON stored_search (collection, key, at);
CREATE INDEX stored_search_by_name ON stored_search (name);
CREATE INDEX stored_search_by_short_id ON stored_search (short_id);
CREATE VIRTUAL TABLE stored_search_name USING fts5(
  name, tokenize = 'trigram', content = '', contentless_delete = 1, detail = none);
CREATE VIRTUAL TABLE stored_search_text USING fts5(
  text, tokenize = 'trigram', content = '', contentless_delete = 1, detail = none);
CREATE TABLE stored_search_progress (collection TEXT NOT NULL PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE stored_search_version (version INTEGER NOT NULL);
INSERT INTO stored_search_version VALUES (${SEARCH_INDEX_VERSION});`;
const HAS_SEARCH = "SELECT 1 FROM sqlite_schema WHERE name = 'stored_search_version'";

const FORMAT = `
  SELECT application_id, user_version, NOT EXISTS (SELECT 1 FROM sqlite_schema)
  FROM pragma_application_id, pragma_user_version`;

/** Refuses a database of another program, or of another format. Answers whether nothing was ever stored in it. */
export function checkFormat(connection: Database.Database, file: string): boolean {
  // One statement, since another process may be creating the tables.
  const [id, format, isEmpty] = connection.prepare(FORMAT).raw().get() as [number, number, number];
  const refusal = (problem: string) => new SyncError("unsupported", `database ${file} ${problem}`);
  if (id !== APPLICATION_ID && isEmpty) return true;
  if (id !== APPLICATION_ID) {
    throw refusal("belongs to another program: move it away, or set STOCKTAKE_DATA to another folder");
  }
  if (format > STORED_FORMAT) {
    const remedy = "update, or set STOCKTAKE_DATA to another folder";
    throw refusal(`was written by a newer Stocktake (format ${format}): ${remedy}`);
  }
  if (format < STORED_FORMAT) {
    throw refusal(`was written by an older Stocktake (format ${format}): move it away and sync again`);
  }
  return Boolean(isEmpty);
}

/** Whether the tables are there, and views and search index are those of this release. */
export function isCurrent(connection: Database.Database): boolean {
  const stored = views(connection);
  const isWhole = stored.size === VIEWS.size && isSearchCurrent(connection);
  return isWhole && [...VIEWS].every(([name, definition]) => stored.get(name) === definition);
}

/** Creates the tables of a new database, and replaces views that another release defined otherwise: in one transaction, or not at all. */
export function writeSchema(connection: Database.Database, file: string): void {
  // Another process may have done it meanwhile.
  if (checkFormat(connection, file)) connection.exec(TABLES);
  if (!isSearchCurrent(connection)) {
    for (const table of SEARCH_TABLES) connection.exec(`DROP TABLE IF EXISTS ${table}`);
    connection.exec(SEARCH);
  }
  for (const name of views(connection).keys()) connection.exec(`DROP VIEW "${name}"`);
  for (const definition of VIEWS.values()) connection.exec(definition);
  connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${STORED_FORMAT}`);
}

/** Lends an empty index to a connection that only reads, where the file has none, or another release's: it looks at what is stored. */
export function lendSearch(connection: Database.Database): void {
  if (isSearchCurrent(connection)) return;
  const lent = SEARCH.replaceAll(/^CREATE ((?:UNIQUE |VIRTUAL )?(?:TABLE|INDEX)) /gm, "CREATE $1 temp.");
  connection.exec(`PRAGMA query_only = 0; ${lent} PRAGMA query_only = 1`);
}

function isSearchCurrent(connection: Database.Database): boolean {
  if (connection.prepare(HAS_SEARCH).get() === undefined) return false;
  const [version] = connection.prepare("SELECT version FROM stored_search_version").raw().get() as [number];
  return version === SEARCH_INDEX_VERSION;
}

function views(connection: Database.Database): Map<string, string> {
  const rows = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'view'").raw().all();
  return new Map(rows as [string, string][]);
}
