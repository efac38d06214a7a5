import { beforeAll, describe, expect, test } from "vitest";
import { TABLES, type TableId, type TableSchema } from "../../functions/store/dynamodb/schema.ts";
import { type Deployment, deployment } from "./deployment.ts";

const IDS = Object.keys(TABLES) as TableId[];
const TYPE = "AWS::DynamoDB::GlobalTable";

let deployed: Deployment;

beforeAll(() => {
  deployed = deployment();
});

function table(id: TableId, from = deployed) {
  const [found, ...others] = from.resources(TYPE).filter((resource) => resource.id.startsWith(`InventoryTables${id}`));
  expect(others).toEqual([]);
  if (!found) throw new Error(`there is no table ${id}`);
  return found;
}

function keys({ partitionKey, sortKey }: { readonly partitionKey: string; readonly sortKey: string }) {
  return [
    { AttributeName: partitionKey, KeyType: "HASH" },
    { AttributeName: sortKey, KeyType: "RANGE" },
  ];
}

test("there are as many as are declared", () => {
  expect(deployed.resources(TYPE)).toHaveLength(IDS.length);
});

describe.each(IDS)("%s", (id) => {
  const schema: TableSchema = TABLES[id];

  test("has the keys and the expiry that are declared, and no index", () => {
    const { Properties } = table(id);
    expect(Properties.KeySchema).toEqual(keys(schema));
    expect(Properties.GlobalSecondaryIndexes ?? []).toEqual([]);
    expect(Properties.LocalSecondaryIndexes).toBeUndefined();
    expect(Properties.TimeToLiveSpecification).toEqual(
      schema.expires && { AttributeName: schema.expires, Enabled: true },
    );
    for (const { AttributeType } of Properties.AttributeDefinitions) expect(AttributeType).toBe("S");
  });

  test("outlives the stack, is protected, recoverable, encrypted, and paid by use", () => {
    const { Properties, DeletionPolicy, UpdateReplacePolicy } = table(id);
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
    expect(Properties.BillingMode).toBe("PAY_PER_REQUEST");
    // By a key of DynamoDB's own, which costs nothing.
    expect(Properties.SSESpecification).toEqual({ SSEEnabled: false });
    expect(Properties.Replicas).toHaveLength(1);
    expect(Properties.Replicas[0]).toMatchObject({
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });
});

test("tables that nobody wants to keep go with the stack", () => {
  const passing = deployment({ removalPolicy: "destroy" });
  for (const id of IDS) {
    const { Properties, DeletionPolicy, UpdateReplacePolicy } = table(id, passing);
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Delete", "Delete"]);
    expect(Properties.Replicas[0].DeletionProtectionEnabled).toBe(false);
  }
});
