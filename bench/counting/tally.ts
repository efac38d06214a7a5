/** What requests to DynamoDB came to. */
export interface Counted {
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Requests by operation. */
  readonly requests: Readonly<Record<string, number>>;
}

const WRITING = ["BatchWriteItem", "PutItem", "UpdateItem", "DeleteItem"];

/** Requests that write, whatever they write. */
export function writeRequests({ requests }: Counted): number {
  return WRITING.reduce((sum, operation) => sum + (requests[operation] ?? 0), 0);
}

/** Read and write units alike. */
export function allUnits({ readUnits, writeUnits }: Counted): number {
  return readUnits + writeUnits;
}

/** Of on-demand prices a read unit's is a fifth of a write unit's: what the units cost, in write units. */
export function pricedUnits({ readUnits, writeUnits }: Counted): number {
  return readUnits / 5 + writeUnits;
}
