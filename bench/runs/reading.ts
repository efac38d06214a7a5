import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, paginateQuery } from "@aws-sdk/lib-dynamodb";
import autocannon from "autocannon";
import { idOf } from "../../functions/api/ids.ts";
import { tableNames } from "../../functions/store/schema.ts";
import { TABLE_PREFIX } from "../processes/account.ts";
import { type Measured, measured } from "./measured.ts";

/** Reading what is stored: by DynamoDB's client alone, and over HTTP. */

const TABLE = tableNames(TABLE_PREFIX).Inventory;

/** Milliseconds that each of so many GetItem requests took, one after another, in the order of the keys given. */
export async function bareGets(database: string, collection: string, keys: readonly string[]): Promise<number[]> {
  return withDocuments(database, async (documents) => {
    const times: number[] = [];
    for (const key of keys) {
      const started = performance.now();
      const { Item } = await documents.send(
        new GetCommand({ TableName: TABLE, Key: { collection, key }, ConsistentRead: true }),
      );
      times.push(performance.now() - started);
      if (!Item) throw new Error(`there is no item ${key}`);
    }
    return times;
  });
}

/** Milliseconds that each of so many GET requests for an item took, one after another. */
export async function itemsOverHttp(url: string, collection: string, keys: readonly string[]): Promise<number[]> {
  const paths = keys.map((key) => `/v1/items/${idOf({ collection, key })}`);
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    const load = autocannon(
      { url, connections: 1, amount: keys.length, requests: paths.map((path) => ({ path })) },
      (error, result) => {
        if (error) reject(error);
        else if (result.non2xx > 0 || result.errors > 0) reject(new Error(`${result.non2xx} answers were not 200`));
        else resolve(times);
      },
    );
    load.on("response", (_client, _status, _bytes, ms) => times.push(ms));
  });
}

/** Walks a collection with the client's own paginator; the result is how many items there were. */
export async function bareWalk(database: string, collection: string): Promise<Measured<number>> {
  return withDocuments(database, (client) =>
    measured(async () => {
      const pages = paginateQuery({ client, pageSize: 1000 }, wholeCollection(collection));
      let items = 0;
      for await (const page of pages) items += page.Items?.length ?? 0;
      return items;
    }),
  );
}

/** Walks it over HTTP, a thousand items a page; `list` is the address that lists it, query and all. */
export async function walkOverHttp(list: string): Promise<Measured<number>> {
  return measured(async () => {
    let items = 0;
    let cursor: string | undefined;
    do {
      const next = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const answer = await fetch(`${list}${next}`);
      if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
      const page = (await answer.json()) as { items: unknown[]; nextCursor?: string };
      items += page.items.length;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return items;
  });
}

/** Keys of so many items from all over the collection. */
export async function keysOf(database: string, collection: string, count: number): Promise<string[]> {
  return withDocuments(database, async (client) => {
    const keys: string[] = [];
    for await (const { Items = [] } of paginateQuery({ client }, wholeCollection(collection))) {
      keys.push(...Items.map(({ key }) => String(key)));
    }
    const step = Math.max(1, Math.floor(keys.length / count));
    return Array.from({ length: count }, (_, place) => keys[(place * step) % keys.length] ?? "");
  });
}

/** The query for all of a collection. */
export function wholeCollection(collection: string) {
  return {
    TableName: TABLE,
    ConsistentRead: true,
    KeyConditionExpression: "#collection = :collection",
    ExpressionAttributeNames: { "#collection": "collection" },
    ExpressionAttributeValues: { ":collection": collection },
  };
}

async function withDocuments<T>(endpoint: string, use: (documents: DynamoDBDocumentClient) => Promise<T>): Promise<T> {
  const client = new DynamoDBClient({ endpoint });
  try {
    return await use(DynamoDBDocumentClient.from(client));
  } finally {
    client.destroy();
  }
}
