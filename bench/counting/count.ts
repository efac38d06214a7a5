import type { WireItem } from "dynalite/db/index.js";
import { hasIndexes, type ItemWrite, indexUnits, keyOfItem, leastReadUnits, writeUnits } from "./units.ts";

/** A request as the SDK sends it. */
export interface DatabaseRequest {
  readonly operation: string;
  readonly input: Input;
}

export interface Input {
  TableName?: string;
  ConsistentRead?: boolean;
  ReturnConsumedCapacity?: string;
  RequestItems?: Record<string, unknown>;
}

type Writes = readonly {
  readonly PutRequest?: { readonly Item: WireItem };
  readonly DeleteRequest?: { readonly Key: WireItem };
}[];

interface Output {
  readonly ConsumedCapacity?: Capacity | readonly Capacity[];
}

interface Capacity {
  readonly CapacityUnits: number;
}

const READS = ["Query", "GetItem", "BatchGetItem"];

export function isRead(operation: string): boolean {
  return READS.includes(operation);
}

/** What a request that reads consumed, by what the database answered. */
export function readUnitsOf({ operation, input }: DatabaseRequest, output: Output): number {
  const units = consumed(output);
  return operation === "BatchGetItem" ? units : Math.max(units, leastReadUnits(input.ConsistentRead ?? false));
}

/** What a write of one item consumed, by what the database answered; a failed condition costs the least there is. */
export function singleWriteUnits({ input }: DatabaseRequest, output: Output): number {
  if (hasIndexes(input.TableName ?? "")) throw new Error(`single writes to ${input.TableName} are not counted`);
  return Math.max(1, consumed(output));
}

function consumed({ ConsumedCapacity: capacity }: Output): number {
  if (capacity === undefined) return 0;
  const all = "CapacityUnits" in capacity ? [capacity] : capacity;
  return all.reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
}

/** What a batch of writes consumes, told what is there before it. */
export async function batchWriteUnits(
  { input }: DatabaseRequest,
  before: (table: string, keys: readonly WireItem[]) => Promise<readonly WireItem[]>,
): Promise<number> {
  let units = 0;
  for (const [table, requests] of Object.entries(input.RequestItems ?? {})) {
    const writes = (requests as Writes).map(({ PutRequest, DeleteRequest }) => {
      const after = PutRequest?.Item;
      return { after, key: JSON.stringify(keyOfItem(table, after ?? DeleteRequest?.Key ?? {})) };
    });
    const there = await before(
      table,
      writes.map(({ key }) => JSON.parse(key) as WireItem),
    );
    const old = new Map(there.map((item) => [JSON.stringify(keyOfItem(table, item)), item]));
    for (const { after, key } of writes) {
      const write: ItemWrite = { before: old.get(key), after };
      units += writeUnits(write) + indexUnits(table, write);
    }
  }
  return units;
}
