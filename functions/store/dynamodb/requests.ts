import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  BatchWriteCommand,
  type BatchWriteCommandInput,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { SyncError } from "../../model/errors.ts";
import { mapConcurrent } from "../../model/map-concurrent.ts";
import { databaseError, LONG_RETRY, SHORT_RETRY, withRetry } from "./retry.ts";
import { TABLES, type TableId, type TableNames } from "./schema.ts";

export type Attributes = Readonly<Record<string, unknown>>;

/** One write of a batch: of a record, or of the deletion of what has this key. */
export type BatchWrite =
  | { readonly table: TableId; readonly put: Attributes }
  | { readonly table: TableId; readonly delete: Attributes };

/** A request's input, its table aside. */
type Without<Input> = Omit<Input, "TableName">;
export type Query = Without<QueryCommandInput>;
export type Update = Without<UpdateCommandInput>;
export type Condition = Pick<
  PutCommandInput,
  "ConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
>;

/** DynamoDB as the store uses it: strong reads unless it says otherwise, whole batches, our errors. */
export interface Requests {
  get(table: TableId, key: Attributes): Promise<Attributes | undefined>;
  /** Whether the condition held. */
  put(table: TableId, record: Attributes, condition?: Condition): Promise<boolean>;
  /** What ReturnValues asks for; undefined when the condition did not hold. */
  update(table: TableId, update: Update): Promise<Attributes | undefined>;
  /** One page. `last` is the key that the next one starts after. */
  query(table: TableId, query: Query): Promise<{ readonly records: Attributes[]; readonly last?: Attributes }>;
  /** All pages, one at a time. */
  queryAll(table: TableId, query: Query): AsyncIterable<Attributes[]>;
  /** Every key's record that there is. */
  getAll(table: TableId, keys: readonly Attributes[]): Promise<Attributes[]>;
  /**
   * Carries out every write, in batches and several of them at once, in no particular order. What DynamoDB leaves unprocessed is sent
   * again with growing pauses. Rejects, with any of them perhaps carried out, when the signal aborts or DynamoDB has refused for minutes;
   * none is under way then.
   */
  writeAll(writes: readonly BatchWrite[], signal: AbortSignal): Promise<void>;
}

const BATCH_WRITES = 25;
const BATCH_GETS = 100;
const BATCHES_IN_FLIGHT = 8;

type RequestItems = NonNullable<BatchWriteCommandInput["RequestItems"]>;

/** The requests of a client to the tables of these names. */
export function createRequests(client: DynamoDBClient, tables: TableNames): Requests {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  // It copies every answer, without what is sensitive in it, for a log that nobody keeps.
  documents.middlewareStack.remove("loggerMiddleware");

  const request = <T>(what: string, send: () => Promise<T>) =>
    withRetry(SHORT_RETRY, () => translateErrors(`DynamoDB ${what}`, send));

  const query: Requests["query"] = (table, input) =>
    request(`Query of ${tables[table]}`, async () => {
      const command = new QueryCommand({ ConsistentRead: true, ...input, TableName: tables[table] });
      const { Items = [], LastEvaluatedKey } = await documents.send(command);
      return { records: Items, ...(LastEvaluatedKey && { last: LastEvaluatedKey }) };
    });

  const writeBatch = (batch: readonly BatchWrite[], signal: AbortSignal) => {
    let rest = requestItems(batch, tables);
    return withRetry({ ...LONG_RETRY, signal }, async () => {
      signal.throwIfAborted();
      const command = new BatchWriteCommand({ RequestItems: rest });
      const answer = await translateErrors(`DynamoDB BatchWriteItem to ${Object.keys(rest).join(" and ")}`, () =>
        documents.send(command, { abortSignal: signal }),
      );
      rest = (answer.UnprocessedItems ?? {}) as RequestItems;
      assertProcessed("writes to", rest, ({ length }) => length);
    });
  };

  const getBatch = async (table: string, keys: readonly Attributes[]) => {
    const records: Attributes[] = [];
    let rest: NonNullable<BatchGetCommandInput["RequestItems"]> = {
      [table]: { Keys: [...keys], ConsistentRead: true },
    };
    await withRetry(LONG_RETRY, async () => {
      const answer = await translateErrors(`DynamoDB BatchGetItem from ${table}`, () =>
        documents.send(new BatchGetCommand({ RequestItems: rest })),
      );
      records.push(...(answer.Responses?.[table] ?? []));
      rest = answer.UnprocessedKeys ?? {};
      assertProcessed("reads of", rest, ({ Keys = [] }) => Keys.length);
    });
    return records;
  };

  return {
    query,
    get: (table, key) =>
      request(`GetItem from ${tables[table]}`, async () => {
        const command = new GetCommand({ TableName: tables[table], Key: { ...key }, ConsistentRead: true });
        return (await documents.send(command)).Item;
      }),
    put: (table, record, condition = {}) =>
      request(`PutItem to ${tables[table]}`, () => {
        const command = new PutCommand({ TableName: tables[table], Item: { ...record }, ...condition });
        return ifConditionHolds(async () => Boolean(await documents.send(command)), false);
      }),
    update: (table, input) =>
      request(`UpdateItem of ${tables[table]}`, () => {
        const command = new UpdateCommand({ ...input, TableName: tables[table] });
        return ifConditionHolds(async () => (await documents.send(command)).Attributes ?? {}, undefined);
      }),
    async *queryAll(table, input) {
      let start: Attributes | undefined;
      do {
        const { records, last } = await query(table, { ...input, ...(start && { ExclusiveStartKey: start }) });
        yield records;
        start = last;
      } while (start);
    },
    async getAll(table, keys) {
      const batches = chunksOf([...keys], BATCH_GETS);
      return (await mapConcurrent(BATCHES_IN_FLIGHT, batches, (batch) => getBatch(tables[table], batch))).flat();
    },
    async writeAll(writes, signal) {
      const failures: unknown[] = [];
      await mapConcurrent(BATCHES_IN_FLIGHT, chunksOf(distinct(writes), BATCH_WRITES), async (batch) => {
        if (failures.length > 0) return;
        await writeBatch(batch, signal).catch((error: unknown) => failures.push(error));
      });
      signal.throwIfAborted();
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** The last of the writes of each record: DynamoDB refuses batches with two. */
function distinct(writes: readonly BatchWrite[]): BatchWrite[] {
  return [
    ...new Map(
      writes.map((write) => {
        const { partitionKey, sortKey } = TABLES[write.table];
        const record = "put" in write ? write.put : write.delete;
        return [`${write.table}\n${record[partitionKey]}\n${record[sortKey]}`, write];
      }),
    ).values(),
  ];
}

function requestItems(batch: readonly BatchWrite[], tables: TableNames): RequestItems {
  const items: RequestItems = {};
  for (const write of batch) {
    const requests = items[tables[write.table]] ?? [];
    items[tables[write.table]] = requests;
    requests.push(
      "put" in write ? { PutRequest: { Item: { ...write.put } } } : { DeleteRequest: { Key: { ...write.delete } } },
    );
  }
  return items;
}

function assertProcessed<T>(what: string, rest: Readonly<Record<string, T>>, countOf: (left: T) => number): void {
  const left = Object.entries(rest).map(([table, requests]) => `${countOf(requests)} ${what} ${table}`);
  if (left.length > 0) throw new SyncError("throttled", `DynamoDB left ${left.join(" and ")} unprocessed`);
}

async function ifConditionHolds<T, Otherwise>(send: () => Promise<T>, otherwise: Otherwise): Promise<T | Otherwise> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof Error && error.name === "ConditionalCheckFailedException") return otherwise;
    throw error;
  }
}

async function translateErrors<T>(what: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw databaseError(what, error);
  }
}

function chunksOf<T>(values: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let from = 0; from < values.length; from += size) chunks.push(values.slice(from, from + size));
  return chunks;
}
