/*
 * The views of docs/sql.md. Each is pinned to the read timestamp in its own statement, which SQLite runs on one snapshot of the
 * database: what is being written, or was given up, is in none of them.
 */

/** A collection's name in its parts. */
function parts(collection: string): string {
  const rest = `substr(${collection}, instr(${collection}, '/') + 1)`;
  return `
    substr(${collection}, 1, instr(${collection}, '/') - 1) AS source,
    substr(${rest}, 1, instr(${rest}, '/') - 1) AS account,
    substr(${rest}, instr(${rest}, '/') + 1) AS region`;
}

/** Every collection and the read timestamp: a query that names a source, account or region reads only the collections it names. */
const COLLECTIONS = `
  (SELECT DISTINCT collection, ${parts("collection")} FROM stored_scopes) n`;

const T = "(SELECT at FROM read_timestamp)";

function committed(row: string): string {
  return `NOT EXISTS (SELECT 1 FROM stored_discards d WHERE d.collection = ${row}.collection AND d.at = ${row}.at)`;
}

/** The edges in what is stored: a list of them, or an object that has the item's names beside them. */
function edgesIn(column: string): string {
  return `iif(substr(${column}, 1, 1) = '{', ${column} -> '$.edges', coalesce(${column}, '[]'))`;
}

/** Whether a version is its item's head: no newer one counts. */
const IS_HEAD = `${committed("v")} AND NOT EXISTS (
    SELECT 1 FROM stored_versions w
    WHERE w.collection = v.collection AND w.key = v.key AND w.at > v.at AND ${committed("w")})`;

const NAMES = "n.collection, n.source, n.account, n.region";
const HEAD = `${NAMES}, v.key, v.version, v.document, ${edgesIn("v.edges")} AS edges, v.first_seen_at, v.at AS changed_at, v.scope`;
const BEFORE = `
    ${NAMES}, c.key, c.before_version, c.before_document, ${edgesIn("c.before_edges")}, c.before_first_seen_at, c.before_at,
    c.before_scope`;

/** By name, in the order in which one builds on another. */
export const VIEWS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    read_timestamp: `
  SELECT min(at) AS at FROM (SELECT at FROM stored_clock UNION ALL SELECT at FROM stored_marks)`,

    // An item whose head is later than the read timestamp is what it was before the first change after that.
    items: `
  SELECT ${HEAD}
  FROM ${COLLECTIONS} CROSS JOIN stored_versions v ON v.collection = n.collection
  WHERE v.state = 'present' AND v.at <= ${T} AND ${IS_HEAD}
  UNION ALL
  SELECT ${BEFORE}
  FROM ${COLLECTIONS} CROSS JOIN stored_changes c ON c.collection = n.collection AND c.at > ${T}
  WHERE c.before_state = 'present' AND c.before_at <= ${T} AND ${committed("c")}`,

    // What each change ended, and what no change has ended.
    items_at: `
  SELECT ${HEAD}, max(v.at, r.start) AS valid_from, NULL AS valid_until
  FROM ${COLLECTIONS} CROSS JOIN stored_retention r CROSS JOIN stored_versions v ON v.collection = n.collection
  WHERE v.state = 'present' AND v.at <= ${T} AND ${IS_HEAD}
  UNION ALL
  SELECT ${BEFORE}, max(c.before_at, r.start), iif(c.at <= ${T}, c.at, NULL)
  FROM ${COLLECTIONS} CROSS JOIN stored_retention r CROSS JOIN stored_changes c ON c.collection = n.collection
  WHERE c.before_state = 'present' AND c.before_at <= ${T} AND c.at > r.start AND ${committed("c")}`,

    changes: `
  SELECT
    ${NAMES}, c.at, c.key, c.kind, c.version, coalesce(c.document, c.before_document) AS document,
    iif(c.before_state = 'present', c.before_document, NULL) AS before_document, c.previous_at, c.cause, c.scope
  FROM ${COLLECTIONS} CROSS JOIN stored_changes c ON c.collection = n.collection AND c.at <= ${T}
  WHERE c.kind <> 'reindexed' AND ${committed("c")}`,

    edges: `
  SELECT
    i.collection, i.source, i.account, i.region, i.key,
    json_extract(e.value, '$.from') AS from_node, json_extract(e.value, '$.to') AS to_node,
    json_extract(e.value, '$.relation') AS relation
  FROM items i, json_each(i.edges) e`,
  }).map(([name, query]) => [name, `CREATE VIEW ${name} AS${query}`]),
);
