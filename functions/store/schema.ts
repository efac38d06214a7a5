/** The four tables, declared once: the infrastructure and the local database are both made from this. */

/** A table's keys are strings, all of them. */
export interface TableSchema {
  readonly partitionKey: string;
  readonly sortKey: string;
  /** Sparse indexes, of keys only: whoever walks one reads the records themselves, strongly. */
  readonly indexes: readonly { readonly name: string; readonly partitionKey: string; readonly sortKey: string }[];
  /** The attribute (epoch seconds) after which DynamoDB may delete a record. */
  readonly expires?: "expiresAt";
}

export const TABLES = {
  Inventory: {
    partitionKey: "collection",
    sortKey: "key",
    indexes: [
      { name: "byFrom", partitionKey: "from", sortKey: "collection" },
      { name: "byTo", partitionKey: "to", sortKey: "collection" },
    ],
    expires: "expiresAt",
  },
  Changes: {
    partitionKey: "collection",
    sortKey: "position",
    // Only of changes that moved an item's edge, which are rare: where it led before.
    indexes: [
      { name: "byFormerFrom", partitionKey: "formerFrom", sortKey: "collection" },
      { name: "byFormerTo", partitionKey: "formerTo", sortKey: "collection" },
    ],
    expires: "expiresAt",
  },
  Scopes: { partitionKey: "collection", sortKey: "scope", indexes: [] },
  Syncs: { partitionKey: "collection", sortKey: "sync", indexes: [], expires: "expiresAt" },
} as const satisfies Record<string, TableSchema>;

export type TableId = keyof typeof TABLES;

/** The names under which the tables exist in one database. */
export type TableNames = Readonly<Record<TableId, string>>;

export function tableNames(prefix: string): TableNames {
  return {
    Inventory: `${prefix}Inventory`,
    Changes: `${prefix}Changes`,
    Scopes: `${prefix}Scopes`,
    Syncs: `${prefix}Syncs`,
  };
}
