import Database from "libsql";

/** An hour for each copy, so that none meets another. */
const APART_MS = 3_600_000;

/**
 * Makes a log of so many changes of one that has fewer: each copy is a modification of every item, an hour after the copy before. Nothing
 * reads what is stored of the items beside the log. Answers how many changes there are.
 */
export function lengthenLog(file: string, wanted: number): number {
  const database = new Database(file);
  const count = () => Number((database.prepare("SELECT count(*) FROM stored_changes").raw().get() as [number])[0]);
  const own = count();
  const instants = database.prepare("SELECT DISTINCT collection, at FROM stored_changes").raw().all() as [
    string,
    string,
  ][];
  const copy = database.prepare(COPY);
  database.exec("BEGIN");
  for (let n = 1; n * own < wanted; n += 1) {
    for (const [collection, at] of instants) {
      copy.run(new Date(Date.parse(at) + n * APART_MS).toISOString(), collection, at);
    }
  }
  database.exec("UPDATE stored_clock SET at = (SELECT max(at) FROM stored_changes)");
  database.exec("COMMIT");
  const made = count();
  database.close();
  return made;
}

const COPY = `
  INSERT INTO stored_changes (
    collection, at, key, kind, scope, state, version, hash, document, edges, edge_at, first_seen_at, previous_at,
    before_at, before_scope, before_state, before_version, before_hash, before_document, before_edges, before_edge_at, before_first_seen_at)
  SELECT collection, ?, key, 'modified', scope, state, version + 1, hash, NULL, edges, edge_at, first_seen_at, at,
    at, scope, state, version, hash, document, edges, edge_at, first_seen_at
  FROM stored_changes WHERE collection = ? AND at = ? ORDER BY key`;
