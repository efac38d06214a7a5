import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
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
import pRetry, { type Options as RetryOptions } from "p-retry";
import { compareKeys } from "../../model/collection.ts";
import { SyncError, serviceError } from "../../model/errors.ts";
import { mapConcurrent } from "../../model/map-concurrent.ts";
import { OTHER_VERSION, TABLES, type TableId, type TableNames } from "./schema.ts";

export type Attributes = Readonly<Record<string, unknown>>;

/** One write of a batch: of a record, or of the deletion of what has this key. */
export type BatchWrite =
  | { readonly table: TableId; readonly put: Attributes }
  | { readonly table: TableId; readonly delete: Attributes };

/** Bounds of a sort key, both inclusive. */
export interface Bounds {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

type QueryOptions = Pick<QueryCommandInput, "ConsistentRead" | "ExclusiveStartKey" | "Limit" | "ScanIndexForward">;
export type Update = Omit<UpdateCommandInput, "TableName">;
type Condition = Pick<
  PutCommandInput,
  "ConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
>;
type RequestItems = NonNullable<BatchWriteCommandInput["RequestItems"]>;

/** Some seconds, for single records and pages: a reader of the API does not wait for much longer. */
const SHORT_RETRY: RetryOptions = { retries: 10, maxTimeout: 1_000 };
/** Some minutes, for batches. */
const LONG_RETRY: RetryOptions = { retries: 40, maxTimeout: 5_000 };

const BATCH_WRITES = 25;
const BATCH_GETS = 100;
const BATCHES_IN_FLIGHT = 8;

/** DynamoDB as the store uses it: strong reads unless it says otherwise, whole batches, our errors. */
export type Requests = ReturnType<typeof createRequests>;

/** The requests of a client to the tables of these names. */
export function createRequests(client: DynamoDBClient, tables: TableNames) {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  // It copies every answer, without what is sensitive in it, for a log that nobody keeps.
  documents.middlewareStack.remove("loggerMiddleware");

  /**
   * Sends again, with growing pauses, what DynamoDB refuses for want of capacity. The SDK retries too, but no longer once much has been
   * refused of late.
   */
  const request = <T>(what: string, send: () => Promise<T>, retry = SHORT_RETRY): Promise<T> => {
    const translated = async () => {
      try {
        return await send();
      } catch (error) {
        throw databaseError(`DynamoDB ${what}`, error);
      }
    };
    const isThrottled = (error: unknown) => error instanceof SyncError && error.code === "throttled";
    const pauses = { minTimeout: 25, factor: 2, randomize: true };
    return pRetry(translated, { ...pauses, shouldRetry: ({ error }) => isThrottled(error), ...retry });
  };
  /** Sends items, and those that DynamoDB leaves unprocessed again. */
  const batch = <Items extends object>(
    what: string,
    items: Items,
    send: (rest: Items) => Promise<Items | undefined>,
    signal?: AbortSignal,
  ) => {
    let rest = items;
    const sendRest = async () => {
      signal?.throwIfAborted();
      rest = (await send(rest)) ?? ({} as Items);
      const left = Object.keys(rest);
      if (left.length > 0) throw new SyncError("throttled", `DynamoDB left a part of ${what} ${left} unprocessed`);
    };
    return request(`${what} ${Object.keys(items).join(" and ")}`, sendRest, {
      ...LONG_RETRY,
      ...(signal && { signal }),
    });
  };

  /** One page of a partition, or of a range of it. `last` is the key that the next one starts after. */
  const query = (table: TableId, partition: string, bounds: Bounds, options: QueryOptions = {}) =>
    request(`Query of ${tables[table]}`, async () => {
      const range = rangeOf(table, partition, bounds);
      if (!range) return { records: [] };
      const command = new QueryCommand({ ConsistentRead: true, ...range, ...options, TableName: tables[table] });
      const { Items: records = [], LastEvaluatedKey: last } = await documents.send(command);
      return { records, ...(last && { last }) } as { records: Attributes[]; last?: Attributes };
    });

  /** All pages, one at a time. */
  async function* pages(table: TableId, partition: string, bounds: Bounds, options: QueryOptions = {}) {
    let page = await query(table, partition, bounds, options);
    yield page.records;
    while (page.last) {
      page = await query(table, partition, bounds, { ...options, ExclusiveStartKey: page.last });
      yield page.records;
    }
  }

  return {
    query,
    pages,
    /** The records of all pages. */
    async queryAll(table: TableId, partition: string, bounds: Bounds = {}, options: QueryOptions = {}) {
      const records: Attributes[] = [];
      for await (const page of pages(table, partition, bounds, options)) records.push(...page);
      return records;
    },
    get: (table: TableId, key: Attributes) =>
      request(`GetItem from ${tables[table]}`, async () => {
        const command = new GetCommand({ TableName: tables[table], Key: key, ConsistentRead: true });
        return (await documents.send(command)).Item as Attributes | undefined;
      }),
    /** Whether the condition held. */
    put: (table: TableId, record: Attributes, condition: Condition = {}) =>
      request(`PutItem to ${tables[table]}`, async () => {
        const command = new PutCommand({ TableName: tables[table], Item: record, ...condition });
        return (await ifConditionHolds(documents.send(command))) !== undefined;
      }),
    /** What ReturnValues asks for; undefined when the condition did not hold. */
    update: (table: TableId, update: Update) =>
      request(`UpdateItem of ${tables[table]}`, async () => {
        const command = new UpdateCommand({ ...update, TableName: tables[table] });
        return (await ifConditionHolds(documents.send(command)))?.Attributes as Attributes | undefined;
      }),
    /** Every key's record that there is. */
    async getAll(table: TableId, keys: readonly Attributes[]) {
      const records: Attributes[] = [];
      await mapConcurrent(BATCHES_IN_FLIGHT, chunksOf(keys, BATCH_GETS), (Keys) =>
        batch("BatchGetItem from", { [tables[table]]: { Keys: [...Keys], ConsistentRead: true } }, async (rest) => {
          const { Responses, UnprocessedKeys } = await documents.send(new BatchGetCommand({ RequestItems: rest }));
          records.push(...(Responses?.[tables[table]] ?? []));
          return UnprocessedKeys as typeof rest | undefined;
        }),
      );
      return records;
    },
    /**
     * Carries out every write, in batches and several of them at once, in no particular order. Rejects, with any of them perhaps carried
     * out, when the signal aborts or DynamoDB has refused for minutes; none is under way then.
     */
    async writeAll(writes: readonly BatchWrite[], signal: AbortSignal) {
      const failures: unknown[] = [];
      await mapConcurrent(BATCHES_IN_FLIGHT, chunksOf(distinct(writes), BATCH_WRITES), async (some) => {
        if (failures.length > 0) return;
        const send = async (rest: RequestItems) => {
          const command = new BatchWriteCommand({ RequestItems: rest });
          return (await documents.send(command, { abortSignal: signal })).UnprocessedItems as RequestItems | undefined;
        };
        await batch("BatchWriteItem to", requestItems(some, tables), send, signal).catch((error: unknown) =>
          failures.push(error),
        );
      });
      signal.throwIfAborted();
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** The last of the writes of each record: DynamoDB refuses batches with two. */
function distinct(writes: readonly BatchWrite[]): BatchWrite[] {
  const nameOf = (write: BatchWrite) => {
    const { partitionKey, sortKey } = TABLES[write.table];
    const record = "put" in write ? write.put : write.delete;
    return `${write.table}\n${record[partitionKey]}\n${record[sortKey]}`;
  };
  return [...new Map(writes.map((write) => [nameOf(write), write])).values()];
}

function requestItems(writes: readonly BatchWrite[], tables: TableNames): RequestItems {
  const items: RequestItems = {};
  for (const write of writes) {
    items[tables[write.table]] ??= [];
    items[tables[write.table]]?.push(
      "put" in write ? { PutRequest: { Item: write.put } } : { DeleteRequest: { Key: write.delete } },
    );
  }
  return items;
}

async function ifConditionHolds<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && error.name === "ConditionalCheckFailedException") return undefined;
    throw error;
  }
}

function chunksOf<T>(values: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let from = 0; from < values.length; from += size) chunks.push(values.slice(from, from + size));
  return chunks;
}

/** How DynamoDB and its local versions refuse keys that are not a table's. */
const OTHER_KEYS = /key element|key schema|required keys|missing the key/i;

/** An error of DynamoDB as one of ours. */
function databaseError(what: string, error: unknown): SyncError {
  const { name, message } = error instanceof Error ? error : new Error();
  if (name === "ResourceNotFoundException") {
    const hint = "Deploy the tables first, or check the region and the table prefix";
    return new SyncError("malformed", `${what} failed: the table does not exist. ${hint}`, { cause: error });
  }
  if (name === "ValidationException" && OTHER_KEYS.test(message)) {
    return new SyncError("malformed", `${what} failed: ${OTHER_VERSION}`, { cause: error });
  }
  return serviceError(what, error);
}

/** No key is empty, and no value in a request may be. */
const FIRST_KEY = "\u0000";

/** The condition for a partition, or for a range of it; undefined when the bounds leave nothing, which DynamoDB refuses to be asked. */
function rangeOf(table: TableId, partition: string, { from, until }: Bounds) {
  const first = from || FIRST_KEY;
  if (partition === "" || (until !== undefined && compareKeys(first, until) > 0)) return undefined;
  const { partitionKey, sortKey } = TABLES[table];
  const range = until === undefined ? "#sort >= :from" : "#sort BETWEEN :from AND :until";
  return {
    KeyConditionExpression: `#partition = :partition AND ${range}`,
    ExpressionAttributeNames: { "#partition": partitionKey, "#sort": sortKey },
    ExpressionAttributeValues: {
      ":partition": partition,
      ":from": first,
      ...(until !== undefined && { ":until": until }),
    },
  };
}
