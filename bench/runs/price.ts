import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** What requests to DynamoDB came to. */
export interface Consumed {
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Records read and written, whatever their size. */
  readonly reads: number;
  readonly writes: number;
}

interface Capacity {
  readonly CapacityUnits?: number;
}

interface Answer {
  readonly ConsumedCapacity?: Capacity | readonly Capacity[];
  readonly Items?: readonly unknown[];
  readonly Item?: unknown;
}

const READS = /^(Query|GetItem|BatchGetItem)Command$/;
const WRITES = /^(BatchWriteItem|PutItem|UpdateItem|DeleteItem)Command$/;

/** Counts what a client's requests consume, by what DynamoDB answers: it has no index, whose writes the answer would leave out. */
export function meter(client: DynamoDBClient): () => Consumed {
  const total = { readUnits: 0, writeUnits: 0, reads: 0, writes: 0 };
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        const input = args.input as { RequestItems?: Record<string, readonly unknown[]> };
        const { output, response } = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
        const answer = output as Answer;
        const units = unitsOf(answer);
        if (WRITES.test(commandName)) {
          total.writeUnits += units;
          total.writes += input.RequestItems ? Object.values(input.RequestItems).flat().length : 1;
        } else if (READS.test(commandName)) {
          total.readUnits += units;
          total.reads += answer.Items?.length ?? 1;
        }
        return { output, response };
      },
    { step: "initialize", name: "meter", priority: "low" },
  );
  return () => ({ ...total });
}

function unitsOf({ ConsumedCapacity: capacity }: Answer): number {
  if (capacity === undefined) return 0;
  const all = Array.isArray(capacity) ? (capacity as readonly Capacity[]) : [capacity as Capacity];
  return all.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}

/** US dollars on demand in us-east-1: a million write units cost 0.625, a million read units 0.125. */
export function dollars({ readUnits, writeUnits }: Consumed): number {
  return (readUnits * 0.125 + writeUnits * 0.625) / 1_000_000;
}
