import database, { type WireItem } from "dynalite/db/index.js";
import { TABLES, type TableSchema } from "../../functions/store/schema.ts";
import { TABLE_PREFIX } from "../processes/account.ts";

/*
 * DynamoDB's rules of what a request costs. A read unit is 4 KB read strongly, of a Query's page as a whole, of a GetItem
 * or a BatchGetItem item by item. A write unit is 1 KB of the larger of the item before and after, item by item, and the same
 * again for every entry of an index that is put, replaced or taken away. The embedded database counts all but the last.
 */

const WRITE_BYTES = 1024;

/** One item of a batch as it was and will be. */
export interface ItemWrite {
  readonly before: WireItem | undefined;
  readonly after: WireItem | undefined;
}

export function writeUnits({ before, after }: ItemWrite): number {
  return Math.max(1, ...[before, after].map((item) => (item ? Math.ceil(bytesOf(item) / WRITE_BYTES) : 1)));
}

/** What the write costs in a table's indexes. */
export function indexUnits(table: string, { before, after }: ItemWrite): number {
  const schema = schemaOf(table);
  if (!schema) return 0;
  let units = 0;
  for (const index of schema.indexes) {
    const names = [index.partitionKey, index.sortKey, schema.partitionKey, schema.sortKey];
    const old = entryOf(before, names);
    const made = entryOf(after, names);
    if (old && made && JSON.stringify(old) === JSON.stringify(made)) continue;
    for (const entry of [old, made]) if (entry) units += Math.ceil(bytesOf(entry) / WRITE_BYTES);
  }
  return units;
}

/** The least that a read costs, though it finds nothing. */
export function leastReadUnits(consistent: boolean): number {
  return consistent ? 1 : 0.5;
}

export function hasIndexes(table: string): boolean {
  return (schemaOf(table)?.indexes.length ?? 0) > 0;
}

/** The item's key in its table. Tables of other schemas than ours have collection and key. */
export function keyOfItem(table: string, item: WireItem): WireItem {
  const { partitionKey, sortKey } = schemaOf(table) ?? { partitionKey: "collection", sortKey: "key" };
  return { [partitionKey]: item[partitionKey] ?? {}, [sortKey]: item[sortKey] ?? {} };
}

export function bytesOf(item: WireItem): number {
  return database.itemSize(item);
}

function entryOf(item: WireItem | undefined, names: readonly string[]): WireItem | undefined {
  const entry: WireItem = {};
  for (const name of names) {
    const value = item?.[name];
    if (value === undefined) return undefined;
    entry[name] = value;
  }
  return entry;
}

function schemaOf(table: string): TableSchema | undefined {
  const schemas: Readonly<Record<string, TableSchema>> = TABLES;
  return schemas[table.slice(TABLE_PREFIX.length)];
}
