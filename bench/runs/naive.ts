import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type BatchWriteCommandOutput,
  DynamoDBDocumentClient,
} from "@aws-sdk/lib-dynamodb";
import pLimit from "p-limit";
import { NAIVE_TABLE } from "../processes/account.ts";
import { type Drained, listing } from "./drain.ts";

const BATCH = 25;
/** As many as Stocktake's store sends. */
const BATCHES_IN_FLIGHT = 8;

/**
 * What the naive script does: everything that is listed is upserted, 25 items a request, as the SDK returns it, into one
 * table without indexes.
 */
export class NaiveTable {
  readonly #client: DynamoDBClient;
  readonly #documents: DynamoDBDocumentClient;

  constructor(endpoint: string) {
    this.#client = new DynamoDBClient({ endpoint, maxAttempts: 8 });
    this.#documents = DynamoDBDocumentClient.from(this.#client, { marshallOptions: { removeUndefinedValues: true } });
  }

  close(): void {
    this.#client.destroy();
  }

  async upsertAll(source: string, service: string, collection: string): Promise<Drained> {
    const limit = pLimit(BATCHES_IN_FLIGHT);
    const writing = new Set<Promise<void>>();
    let pages = 0;
    let items = 0;
    for await (const page of listing(source, service)) {
      pages += 1;
      items += page.length;
      const records = page.map((document) => recordOf(collection, document));
      for (let from = 0; from < records.length; from += BATCH) {
        const batch = limit(() => this.#write(records.slice(from, from + BATCH)));
        writing.add(batch);
        void batch.finally(() => writing.delete(batch));
      }
      // The listing goes on while at most one page's batches wait beside those in flight.
      while (limit.pendingCount > BATCHES_IN_FLIGHT) await Promise.race(writing);
    }
    await Promise.all(writing);
    return { pages, items };
  }

  async #write(records: readonly object[]): Promise<void> {
    let requests: BatchWriteCommandInput["RequestItems"] = {
      [NAIVE_TABLE]: records.map((record) => ({ PutRequest: { Item: { ...record } } })),
    };
    while (requests && Object.keys(requests).length > 0) {
      const answer: BatchWriteCommandOutput = await this.#documents.send(
        new BatchWriteCommand({ RequestItems: requests }),
      );
      requests = answer.UnprocessedItems;
    }
  }
}

/** The key is the item's identity; the document a map, its timestamps as ISO texts, since the SDK stores no Dates. */
function recordOf(collection: string, document: object) {
  const item = Object.fromEntries(
    Object.entries(document).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  );
  const key = item.AccountAssociationId ?? `${item.CreationTime}#${item.SourceArn}#${item.DestinationArn}`;
  return { collection, key, document: item };
}
