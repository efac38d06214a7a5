import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { serveApi } from "../cli/api-server.ts";
import { serveOnLoopback } from "../cli/loopback.ts";
import { parseId } from "../functions/api/ids.ts";
import { dynamoStore } from "../functions/store/dynamodb.ts";
import { tableNames } from "../functions/store/schema.ts";
import { TABLE_PREFIX } from "./processes/account.ts";
import { cpuMs } from "./processes/cpu.ts";
import { serve } from "./processes/serve.ts";
import { wholeCollection } from "./runs/reading.ts";

/** The API over the embedded database, and beside it a server that does the least that could be done instead. */

const RETENTION_DAYS = 400;

const calls = {
  async open(database: string): Promise<{ readonly api: string; readonly least: string }> {
    const tables = tableNames(TABLE_PREFIX);
    const client = new DynamoDBClient({ endpoint: database });
    const store = dynamoStore(client, tables, { days: RETENTION_DAYS });
    const api = await serveApi(store, { port: 0, retentionDays: RETENTION_DAYS });
    const documents = DynamoDBDocumentClient.from(client);
    const least = await serveOnLoopback(async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const collection = searchParams.get("collection");
      if (collection) {
        const start = searchParams.get("cursor");
        const page = await documents.send(
          new QueryCommand({
            ...wholeCollection(collection),
            Limit: 1000,
            ...(start && { ExclusiveStartKey: JSON.parse(start) }),
          }),
        );
        return Response.json({
          items: page.Items,
          ...(page.LastEvaluatedKey && { nextCursor: JSON.stringify(page.LastEvaluatedKey) }),
        });
      }
      const place = parseId(pathname.split("/").at(-1) ?? "");
      if (!place) return new Response(null, { status: 404 });
      const Key = { collection: place.collection, key: place.key };
      const { Item } = await documents.send(new GetCommand({ TableName: tables.Inventory, Key, ConsistentRead: true }));
      return Response.json(Item);
    }, 0);
    return { api: api.url, least: least.url };
  },
  cpuMs,
};

export type ApiCalls = typeof calls;

serve(calls);
