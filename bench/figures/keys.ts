import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { tableNames } from "../../functions/store/schema.ts";
import { TABLE_PREFIX } from "../processes/account.ts";

/** Keys of so many items from all over the collection. */
export async function keysOf(endpoint: string, collection: string, count: number): Promise<string[]> {
  const client = new DynamoDBClient({
    endpoint,
    region: "local",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
  });
  const keys: string[] = [];
  const query = {
    TableName: tableNames(TABLE_PREFIX).Inventory,
    KeyConditionExpression: "#collection = :collection",
    ExpressionAttributeNames: { "#collection": "collection", "#key": "key" },
    ExpressionAttributeValues: { ":collection": collection },
    ProjectionExpression: "#key",
  };
  for await (const { Items = [] } of paginateQuery({ client: DynamoDBDocumentClient.from(client) }, query)) {
    keys.push(...Items.map(({ key }) => String(key)));
  }
  client.destroy();
  const step = Math.max(1, Math.floor(keys.length / count));
  return Array.from({ length: count }, (_, place) => keys[(place * step) % keys.length] ?? "");
}
