import { compareKeys } from "../../model/collection.ts";
import type { Query } from "./requests.ts";
import { TABLES, type TableId } from "./schema.ts";

/** Bounds of a sort key, both inclusive. */
export interface Bounds {
  readonly from?: string;
  readonly until?: string;
}

/** The query for a partition, or for a range of it; undefined when the bounds leave nothing, which DynamoDB refuses to be asked. */
export function rangeQuery(table: TableId, partition: string, bounds: Bounds): Query | undefined {
  // No key is empty, and no value in a request may be.
  const from = bounds.from || undefined;
  const { until } = bounds;
  if (until !== undefined && (until === "" || compareKeys(from ?? "", until) > 0)) return undefined;
  const values = { ...(from !== undefined && { ":from": from }), ...(until !== undefined && { ":until": until }) };
  if (from !== undefined && until !== undefined) {
    return partitionQuery(table, partition, "#sort BETWEEN :from AND :until", values);
  }
  if (from !== undefined) return partitionQuery(table, partition, "#sort >= :from", values);
  if (until !== undefined) return partitionQuery(table, partition, "#sort <= :until", values);
  return partitionQuery(table, partition);
}

/** The query for all records of a partition whose sort keys begin so. */
export function prefixQuery(table: TableId, partition: string, prefix: string): Query {
  return partitionQuery(table, partition, "begins_with(#sort, :prefix)", { ":prefix": prefix });
}

export function partitionQuery(
  table: TableId,
  partition: string,
  condition?: string,
  values: Readonly<Record<string, string>> = {},
): Query {
  const { partitionKey, sortKey } = TABLES[table];
  return {
    KeyConditionExpression: `#partition = :partition${condition ? ` AND ${condition}` : ""}`,
    // DynamoDB refuses names that the expression does not use.
    ExpressionAttributeNames: { "#partition": partitionKey, ...(condition && { "#sort": sortKey }) },
    ExpressionAttributeValues: { ":partition": partition, ...values },
  };
}
