import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMissingTables } from "../../cli/tables.ts";
import { dynamoStore } from "../../functions/store/dynamodb.ts";
import { tableNames } from "../../functions/store/schema.ts";
import { newTestClock, runSync, thing } from "../sync/engine.ts";
import { openDatabase, type TestDatabase } from "./database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

/** What a sync that finds nothing new asks of DynamoDB, request by request. */
async function requestsOfUnchanged(items: number): Promise<string[]> {
  const client = new DynamoDBClient({
    endpoint: database.url,
    region: "local",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const requests: string[] = [];
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        requests.push(String(commandName));
        return next(args);
      },
    { step: "finalizeRequest", name: "count" },
  );
  const names = tableNames(`Cost${items}`);
  await createMissingTables(client, names);
  const store = dynamoStore(client, names, { days: 30 });
  const clock = newTestClock();
  const things = Array.from({ length: items }, (_, place) => thing(`thing-${place}`));
  await runSync(store, clock, things);
  requests.length = 0;
  expect(await runSync(store, clock, things)).toMatchObject({ outcome: "complete", unchanged: items, added: 0 });
  client.destroy();
  return requests;
}

test("a sync that finds nothing new is four writes and no read, however many items there are", async () => {
  const few = await requestsOfUnchanged(3);
  expect(few).toEqual(["UpdateItemCommand", "UpdateItemCommand", "UpdateItemCommand", "PutItemCommand"]);
  expect(await requestsOfUnchanged(1_500)).toEqual(few);
});
