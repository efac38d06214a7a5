import { SyncError } from "../../model/errors.ts";
import { STORED_FORMAT } from "../port.ts";

/** The five tables, declared once: the infrastructure and local databases are both made from this. */

/** A table's keys are strings, all of them. No table has an index. */
export interface TableSchema {
  readonly partitionKey: string;
  readonly sortKey: string;
  /** The attribute (epoch seconds) after which DynamoDB may delete a record. */
  readonly expires?: "expiresAt";
}

/**
 * The key names differ from those of earlier versions in every table, so that neither can take the other's records for its own. Without
 * `satisfies`, the declarations of stocktake/cdk can be made from this file alone.
 */
export const TABLES = {
  Versions: { partitionKey: "collection", sortKey: "versionKey" },
  Changes: { partitionKey: "collection", sortKey: "changeKey", expires: "expiresAt" },
  Edges: { partitionKey: "node", sortKey: "edgeKey" },
  Scopes: { partitionKey: "partition", sortKey: "scope" },
  Syncs: { partitionKey: "collection", sortKey: "syncKey", expires: "expiresAt" },
} as const;

export type TableId = keyof typeof TABLES;

/** The names under which the tables exist in one database. */
export type TableNames = Readonly<Record<TableId, string>>;

export function tableNames(prefix: string): TableNames {
  return Object.fromEntries(Object.keys(TABLES).map((table) => [table, prefix + table])) as TableNames;
}

/** The message for a table with other keys, and what to do. */
export const OTHER_VERSION =
  "the table belongs to another version of Stocktake. Set another STOCKTAKE_TABLE_PREFIX, or delete its tables";

/**
 * Refuses a record of another format than ours. The clock's record, scope states and collection records carry it, so that whatever a
 * process begins with, it is told before it writes, and no read is spent on that.
 */
export function assertFormat({ format }: { readonly format?: unknown }, table: string): void {
  if (format === STORED_FORMAT) return;
  const isNewer = typeof format === "number" && format > STORED_FORMAT;
  const version = `${isNewer ? "a newer" : "an older"} version of Stocktake`;
  const formats = `(format ${format ?? "unknown"}, this version reads ${STORED_FORMAT})`;
  const remedy = isNewer ? "update Stocktake" : "set another STOCKTAKE_TABLE_PREFIX, or delete its tables";
  throw new SyncError("unsupported", `the inventory in ${table} was written by ${version} ${formats}: ${remedy}`);
}
