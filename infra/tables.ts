import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";
import { TABLES, type TableId, type TableSchema } from "../functions/store/dynamodb/schema.ts";

export interface TablesProps {
  /** Whether the tables outlive the stack; those that do are also protected from deletion. */
  readonly retained: boolean;
  /** Encrypts the tables. Default: a key of DynamoDB's own, which costs nothing. */
  readonly encryptionKey?: IKey;
}

/** The five tables, from the declaration that local databases are made from as well. */
export class Tables extends Construct {
  readonly byId: Readonly<Record<TableId, TableV2>>;
  readonly encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    this.encryptionKey = props.encryptionKey;
    this.byId = {
      Versions: newTable(this, "Versions", props),
      Changes: newTable(this, "Changes", props),
      Edges: newTable(this, "Edges", props),
      Scopes: newTable(this, "Scopes", props),
      Syncs: newTable(this, "Syncs", props),
    };
  }

  /** The tables' names by their ids. */
  get names(): Record<TableId, string> {
    const { Versions, Changes, Edges, Scopes, Syncs } = this.byId;
    return {
      Versions: Versions.tableName,
      Changes: Changes.tableName,
      Edges: Edges.tableName,
      Scopes: Scopes.tableName,
      Syncs: Syncs.tableName,
    };
  }

  /** Tells a function the tables' names. */
  get environment(): Record<string, string> {
    const entries = Object.entries(this.names);
    return Object.fromEntries(entries.map(([id, name]) => [`STOCKTAKE_TABLE_${id.toUpperCase()}`, name]));
  }
}

function newTable(scope: Construct, id: TableId, { retained, encryptionKey }: TablesProps): TableV2 {
  const { partitionKey, sortKey, expires }: TableSchema = TABLES[id];
  return new TableV2(scope, id, {
    partitionKey: text(partitionKey),
    sortKey: text(sortKey),
    ...(expires && { timeToLiveAttribute: expires }),
    billing: Billing.onDemand(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    encryption: encryptionKey
      ? TableEncryptionV2.customerManagedKey(encryptionKey)
      : TableEncryptionV2.dynamoOwnedKey(),
    deletionProtection: retained,
    removalPolicy: retained ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}

function text(name: string) {
  return { name, type: AttributeType.STRING };
}
