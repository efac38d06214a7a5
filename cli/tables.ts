import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { SyncError } from "../functions/model/errors.ts";
import {
  OTHER_VERSION,
  TABLES,
  type TableId,
  type TableNames,
  type TableSchema,
} from "../functions/store/dynamodb/schema.ts";

/** Creates the tables that the database lacks, from their one declaration. */
export async function createMissingTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  await Promise.all((Object.keys(TABLES) as TableId[]).map((id) => createIfMissing(client, names[id], TABLES[id])));
}

async function createIfMissing(client: DynamoDBClient, name: string, schema: TableSchema): Promise<void> {
  const table = await describe(client, name);
  if (table && !hasKeysOf(schema, table)) {
    throw new SyncError("unsupported", `table ${name} cannot be used: ${OTHER_VERSION}`);
  }
  if (table?.TableStatus === "ACTIVE") return;
  try {
    if (!table) await client.send(new CreateTableCommand(creation(name, schema)));
  } catch (error) {
    // Another process is creating it at this moment.
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 0.1, maxDelay: 2 }, { TableName: name });
  if (schema.expires) await expireRecords(client, name, schema.expires);
}

async function describe(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

function hasKeysOf({ partitionKey, sortKey }: TableSchema, { KeySchema = [] }: TableDescription): boolean {
  const [hash, range] = ["HASH", "RANGE"].map((type) => KeySchema.find(({ KeyType }) => KeyType === type));
  return hash?.AttributeName === partitionKey && range?.AttributeName === sortKey;
}

function creation(name: string, { partitionKey, sortKey }: TableSchema): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [partitionKey, sortKey].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    KeySchema: [
      { AttributeName: partitionKey, KeyType: "HASH" },
      { AttributeName: sortKey, KeyType: "RANGE" },
    ],
  };
}

/** Not every local DynamoDB has expiry; without it records are merely kept longer. */
async function expireRecords(client: DynamoDBClient, name: string, attribute: string): Promise<void> {
  try {
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { AttributeName: attribute, Enabled: true },
      }),
    );
  } catch (error) {
    // The answer to a second request, which the SDK makes when the first answer was lost.
    const already = error instanceof Error && /already enabled/i.test(error.message);
    if (!already && !(error instanceof Error && error.name === "UnknownOperationException")) throw error;
  }
}
