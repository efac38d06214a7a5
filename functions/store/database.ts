import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import pLimit from "p-limit";
import pRetry from "p-retry";
import { SyncError, serviceError } from "../model/errors.ts";

type Attributes = Record<string, unknown>;
type WriteRequest = { PutRequest: { Item: Attributes } } | { DeleteRequest: { Key: Attributes } };

const BATCH_WRITES = 25;
const BATCH_GETS = 100;
const BATCHES_IN_FLIGHT = 8;

/** DynamoDB as the store uses it: strong reads, whole batches, our errors. */
export interface Database {
  get<Record>(table: string, key: Attributes): Promise<Record | undefined>;
  put(table: string, record: object): Promise<void>;
  /** What ReturnValues asks for, by default the record after the update; `{}` for none, undefined when the condition does not hold. */
  update<Record>(input: UpdateCommandInput): Promise<Record | undefined>;
  query<Record>(input: QueryCommandInput): Promise<{ readonly records: Record[]; readonly end: boolean }>;
  /** All pages of a query, one at a time. */
  queryAll<Record>(input: QueryCommandInput): AsyncIterable<Record[]>;
  /** Of each table the record with its key, if there is one, all in one request. */
  getOneOfEach(keys: Readonly<Record<string, Attributes>>): Promise<Readonly<Record<string, Attributes | undefined>>>;
  /** Every key's record that there is. */
  getAll<Record>(table: string, keys: readonly Attributes[]): Promise<Record[]>;
  /**
   * Writes every record, in batches and several of them at once, those that DynamoDB leaves unprocessed again with
   * growing pauses. Rejects, with part of them perhaps stored, when the signal aborts or DynamoDB has refused for minutes.
   */
  putAll(table: string, records: readonly object[], signal: AbortSignal): Promise<void>;
  deleteAll(table: string, keys: readonly Attributes[], signal: AbortSignal): Promise<void>;
}

export function databaseOf(client: DynamoDBClient): Database {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  // It copies every answer, without what is sensitive in it, for a log that nobody keeps.
  documents.middlewareStack.remove("loggerMiddleware");

  const attempt = async <T>(what: string, send: () => Promise<T>): Promise<T> => {
    try {
      return await send();
    } catch (error) {
      throw databaseError(what, error);
    }
  };
  const persist = <T>(what: string, send: () => Promise<T>) => retryThrottled(SOME_SECONDS, () => attempt(what, send));

  const query = <Record>(input: QueryCommandInput) =>
    persist(`DynamoDB Query of ${input.TableName}`, async () => {
      const answer = await documents.send(new QueryCommand({ ConsistentRead: true, ...input }));
      return { records: (answer.Items ?? []) as Record[], last: answer.LastEvaluatedKey };
    });

  const batches = async (table: string, requests: readonly WriteRequest[], signal: AbortSignal) => {
    const limit = pLimit(BATCHES_IN_FLIGHT);
    const written = await Promise.allSettled(
      chunksOf(requests, BATCH_WRITES).map((batch) => limit(() => writeBatch(table, batch, signal))),
    );
    for (const outcome of written) if (outcome.status === "rejected") throw outcome.reason;
  };

  const writeBatch = (table: string, batch: readonly WriteRequest[], signal: AbortSignal) => {
    let rest = [...batch];
    return retryThrottled({ ...SOME_MINUTES, signal }, async () => {
      signal.throwIfAborted();
      const command = new BatchWriteCommand({ RequestItems: { [table]: rest } });
      const answer = await attempt(`DynamoDB BatchWriteItem to ${table}`, () =>
        documents.send(command, { abortSignal: signal }),
      );
      rest = (answer.UnprocessedItems?.[table] ?? []) as WriteRequest[];
      if (rest.length > 0)
        throw new SyncError("throttled", `DynamoDB left ${rest.length} writes to ${table} unprocessed`);
    });
  };

  const getBatch = (keys: Readonly<Record<string, readonly Attributes[]>>, patience: Patience) => {
    const tables = Object.keys(keys);
    const records: Record<string, Attributes[]> = {};
    let rest: BatchGetCommandInput["RequestItems"] = Object.fromEntries(
      tables.map((table) => [table, { Keys: [...(keys[table] ?? [])], ConsistentRead: true }]),
    );
    return retryThrottled(patience, async () => {
      const answer = await attempt(`DynamoDB BatchGetItem from ${tables.join(" and ")}`, () =>
        documents.send(new BatchGetCommand({ RequestItems: rest })),
      );
      for (const table of tables) records[table] = [...(records[table] ?? []), ...(answer.Responses?.[table] ?? [])];
      rest = answer.UnprocessedKeys ?? {};
      const left = Object.entries(rest).map(([table, { Keys = [] }]) => `${Keys.length} reads of ${table}`);
      if (left.length > 0) throw new SyncError("throttled", `DynamoDB left ${left.join(" and ")} unprocessed`);
    }).then(() => records);
  };

  return {
    get: <Record>(table: string, key: Attributes) =>
      persist(`DynamoDB GetItem from ${table}`, async () => {
        const answer = await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
        return answer.Item as Record | undefined;
      }),
    put: (table, record) =>
      persist(`DynamoDB PutItem to ${table}`, async () => {
        await documents.send(new PutCommand({ TableName: table, Item: { ...record } }));
      }),
    update: <Record>(input: UpdateCommandInput) =>
      persist(`DynamoDB UpdateItem of ${input.TableName}`, async () => {
        try {
          const answer = await documents.send(new UpdateCommand({ ReturnValues: "ALL_NEW", ...input }));
          // DynamoDB leaves them out when there are none to return, as after an update that only removes.
          return (answer.Attributes ?? {}) as Record;
        } catch (error) {
          if (error instanceof Error && error.name === "ConditionalCheckFailedException") return undefined;
          throw error;
        }
      }),
    async query<Record>(input: QueryCommandInput) {
      const { records, last } = await query<Record>(input);
      return { records, end: last === undefined };
    },
    async *queryAll<Record>(input: QueryCommandInput) {
      let start: QueryCommandInput["ExclusiveStartKey"];
      do {
        const { records, last } = await query<Record>({ ...input, ExclusiveStartKey: start });
        yield records;
        start = last;
      } while (start);
    },
    async getOneOfEach(keys) {
      const batch = Object.fromEntries(Object.entries(keys).map(([table, key]) => [table, [key]]));
      const records = await getBatch(batch, SOME_SECONDS);
      return Object.fromEntries(Object.keys(keys).map((table) => [table, records[table]?.[0]]));
    },
    async getAll<Record>(table: string, keys: readonly Attributes[]) {
      const limit = pLimit(BATCHES_IN_FLIGHT);
      const found = await Promise.all(
        chunksOf(keys, BATCH_GETS).map((batch) => limit(() => getBatch({ [table]: batch }, SOME_MINUTES))),
      );
      return found.flatMap((records) => records[table] ?? []) as Record[];
    },
    putAll: (table, records, signal) =>
      batches(
        table,
        records.map((record) => ({ PutRequest: { Item: { ...record } } })),
        signal,
      ),
    deleteAll: (table, keys, signal) =>
      batches(
        table,
        keys.map((key) => ({ DeleteRequest: { Key: key } })),
        signal,
      ),
  };
}

interface Patience {
  readonly retries: number;
  readonly maxTimeout: number;
  readonly signal?: AbortSignal;
}

/** Of single records and pages: whoever waits at the other end of the API does not wait for much longer. */
const SOME_SECONDS = { retries: 10, maxTimeout: 1_000 };
const SOME_MINUTES = { retries: 40, maxTimeout: 5_000 };

/**
 * Tries what DynamoDB refuses for want of capacity again, with growing pauses; a signal's reason ends them. The SDK does so too,
 * but no longer once much has been refused of late.
 */
function retryThrottled<T>(patience: Patience, send: () => Promise<T>): Promise<T> {
  return pRetry(send, {
    ...patience,
    minTimeout: 25,
    factor: 2,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof SyncError && error.code === "throttled",
  });
}

function databaseError(what: string, error: unknown): SyncError {
  if (error instanceof Error && error.name === "ResourceNotFoundException") {
    const remedy = "deploy the tables first, or check the region and the table prefix";
    return new SyncError("malformed", `${what} failed: there is no such table; ${remedy}`, { cause: error });
  }
  return serviceError(what, error);
}

function chunksOf<T>(values: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let from = 0; from < values.length; from += size) chunks.push(values.slice(from, from + size));
  return chunks;
}
