import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchWriteCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import Database from "libsql";
import { NAIVE_TABLE } from "../processes/account.ts";
import { listing } from "./drain.ts";

/*
 * What a script of forty lines does: upsert everything that is listed, under its identity, as the SDK returns it.
 */

/** Upserts a listing into one SQLite table, one statement a page. Answers how many items there were. */
export async function upsertToSqlite(source: string, service: string, file: string): Promise<number> {
  const database = new Database(file);
  database.exec("PRAGMA journal_mode = WAL");
  database.exec(
    "CREATE TABLE items (collection TEXT, key TEXT, document TEXT, PRIMARY KEY (collection, key)) WITHOUT ROWID",
  );
  let items = 0;
  for await (const page of listing(source, service)) {
    const rows = page.flatMap((document) => [source, keyOf(document), JSON.stringify(document)]);
    const places = page.map(() => "(?, ?, ?)").join(", ");
    database.prepare(`INSERT OR REPLACE INTO items VALUES ${places}`).run(rows);
    items += page.length;
  }
  database.close();
  return items;
}

const BATCH = 25;

/** Upserts a listing into one DynamoDB table, 25 items a request. */
export async function upsertToDynamo(source: string, service: string, client: DynamoDBClient): Promise<number> {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  let items = 0;
  for await (const page of listing(source, service)) {
    const records = page.map((document) => ({ collection: source, key: keyOf(document), document: plain(document) }));
    for (let from = 0; from < records.length; from += BATCH) {
      const requests = records.slice(from, from + BATCH).map((Item) => ({ PutRequest: { Item } }));
      await documents.send(new BatchWriteCommand({ RequestItems: { [NAIVE_TABLE]: requests } }));
    }
    items += page.length;
  }
  return items;
}

/** The SDK stores no Dates. */
function plain(document: object): object {
  return JSON.parse(JSON.stringify(document)) as object;
}

function keyOf(document: object): string {
  const item = plain(document) as Record<string, string | undefined>;
  return item.AccountAssociationId ?? `${item.CreationTime}#${item.SourceArn}#${item.DestinationArn}`;
}
