import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import { TABLES, type TableId, type TableSchema } from "../functions/store/dynamodb/schema.ts";

export interface TablesProps {
  /** Whether the tables outlive the stack; those that do are also protected from deletion. */
  readonly retained: boolean;
}

/** The five tables, from the declaration that local databases are made from as well. */
export class Tables extends Construct {
  readonly byId: Readonly<Record<TableId, TableV2>>;

  constructor(scope: Construct, id: string, { retained }: TablesProps) {
    super(scope, id);
    this.byId = {
      Versions: newTable(this, "Versions", retained),
      Changes: newTable(this, "Changes", retained),
      Edges: newTable(this, "Edges", retained),
      Scopes: newTable(this, "Scopes", retained),
      Syncs: newTable(this, "Syncs", retained),
    };
  }

  /** Tells a function the tables' names. */
  get environment(): Record<string, string> {
    const entries = Object.entries(this.byId);
    return Object.fromEntries(entries.map(([id, table]) => [`STOCKTAKE_TABLE_${id.toUpperCase()}`, table.tableName]));
  }
}

function newTable(scope: Construct, id: TableId, retained: boolean): TableV2 {
  const { partitionKey, sortKey, expires }: TableSchema = TABLES[id];
  return new TableV2(scope, id, {
    partitionKey: text(partitionKey),
    sortKey: text(sortKey),
    ...(expires && { timeToLiveAttribute: expires }),
    billing: Billing.onDemand(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    // The account's own key for DynamoDB: its use shows in CloudTrail, and there is nothing to lose or to rotate.
    encryption: TableEncryptionV2.awsManagedKey(),
    deletionProtection: retained,
    removalPolicy: retained ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}

function text(name: string) {
  return { name, type: AttributeType.STRING };
}
