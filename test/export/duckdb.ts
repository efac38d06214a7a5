import { DuckDBInstance } from "@duckdb/node-api";
import type { Format } from "../../functions/export/formats.ts";

/** Reads exported files with DuckDB, which is offline and loads no extensions but its own. */

const READERS: Readonly<Record<Format, (files: string) => string>> = {
  parquet: (files) => `SELECT * FROM read_parquet('${files}', hive_partitioning = false)`,
  csv: (files) => `SELECT * FROM read_csv('${files}', all_varchar = true, header = true, hive_partitioning = false)`,
  ndjson: (files) =>
    `SELECT * FROM read_json('${files}', format = 'newline_delimited', hive_partitioning = false, columns = {
      as_of: 'VARCHAR', id: 'VARCHAR', short_id: 'VARCHAR', source: 'VARCHAR', account: 'VARCHAR', region: 'VARCHAR',
      scope: 'VARCHAR', key: 'VARCHAR', name: 'VARCHAR', version: 'INTEGER', first_seen_at: 'VARCHAR',
      changed_at: 'VARCHAR', edge_from: 'VARCHAR', edge_to: 'VARCHAR', edge_relation: 'VARCHAR', document: 'VARCHAR' })`,
};

export type ExportedRow = Readonly<Record<string, string | number | null>>;

/** The rows of all exported files in a folder, in order of collection and key. */
export function rowsIn(folder: string, format: Format): Promise<ExportedRow[]> {
  return query(`${READERS[format](`${folder}/source=*/*/*/*.${format}`)} ORDER BY source, account, region, key`);
}

/** The rows that a query gives, after other statements. */
export async function query(sql: string, before = ""): Promise<ExportedRow[]> {
  const offline = { autoinstall_known_extensions: "false", autoload_known_extensions: "false" };
  const instance = await DuckDBInstance.create(":memory:", offline);
  const connection = await instance.connect();
  try {
    if (before !== "") await connection.run(before);
    return (await connection.runAndReadAll(sql)).getRowObjectsJS() as ExportedRow[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
