import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  type TableStatus,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { TABLES, type TableId, type TableNames, type TableSchema } from "../functions/store/schema.ts";

/** Creates those of the four tables that the database lacks, from their one declaration. */
export async function createMissingTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  await Promise.all((Object.keys(TABLES) as TableId[]).map((id) => createIfMissing(client, names[id], TABLES[id])));
}

async function createIfMissing(client: DynamoDBClient, name: string, schema: TableSchema): Promise<void> {
  const status = await statusOf(client, name);
  if (status === "ACTIVE") return;
  try {
    if (status === undefined) await client.send(new CreateTableCommand(creation(name, schema)));
  } catch (error) {
    // Another process is creating it at this moment.
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 0.1, maxDelay: 2 }, { TableName: name });
  if (schema.expires) await expireRecords(client, name, schema.expires);
}

async function statusOf(client: DynamoDBClient, name: string): Promise<TableStatus | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table?.TableStatus;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

function creation(name: string, schema: TableSchema): CreateTableCommandInput {
  const indexAttributes = schema.indexes.flatMap((index) => [index.partitionKey, index.sortKey]);
  const attributes = new Set([schema.partitionKey, schema.sortKey, ...indexAttributes]);
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [...attributes].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    KeySchema: keySchema(schema),
    ...(schema.indexes.length > 0 && {
      GlobalSecondaryIndexes: schema.indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index),
        Projection: { ProjectionType: "KEYS_ONLY" },
      })),
    }),
  };
}

function keySchema(keys: {
  readonly partitionKey: string;
  readonly sortKey: string;
}): CreateTableCommandInput["KeySchema"] {
  return [
    { AttributeName: keys.partitionKey, KeyType: "HASH" },
    { AttributeName: keys.sortKey, KeyType: "RANGE" },
  ];
}

/** Not every local DynamoDB knows expiry; without it records are merely kept longer. */
async function expireRecords(client: DynamoDBClient, name: string, attribute: string): Promise<void> {
  try {
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { AttributeName: attribute, Enabled: true },
      }),
    );
  } catch (error) {
    // Said to whoever asks a second time, as the SDK does when it did not hear the first answer.
    const already = error instanceof Error && /already enabled/i.test(error.message);
    if (!already && !(error instanceof Error && error.name === "UnknownOperationException")) throw error;
  }
}
