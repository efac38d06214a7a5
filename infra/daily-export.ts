import { Aws, Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { CfnDatabase, CfnTable } from "aws-cdk-lib/aws-glue";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { COLUMNS } from "../functions/export/columns.ts";
import { type FunctionSettings, NodeFunction } from "./node-function.ts";
import { EXPORT_OPERATIONS, type Grants, tableGrants } from "./permissions.ts";
import { schedule } from "./service-pipeline.ts";
import type { DailyExportSettings } from "./settings.ts";
import type { Tables } from "./tables.ts";

export interface DailyExportProps {
  readonly functions: FunctionSettings;
  readonly tables: Tables;
  readonly settings: DailyExportSettings;
  /** What the API's function is told: the tables, the retention and the sources. */
  readonly environment: Record<string, string>;
  /** For how many days exports are kept, unless the settings say. */
  readonly retentionDays: number;
  /** Whether a bucket of the inventory's own outlives the stack. */
  readonly retained: boolean;
}

/** Exports the inventory of each midnight, UTC, as Parquet into a bucket, and describes it to Athena. */
export class DailyExport extends Construct {
  readonly function: NodeFunction;
  readonly bucket: IBucket;
  /** The name of the Glue database. */
  readonly database: string;

  constructor(scope: Construct, id: string, props: DailyExportProps) {
    super(scope, id);
    const { functions, tables, settings, environment, retentionDays } = props;
    const { prefix = "", keepDays = retentionDays } = settings;
    this.bucket =
      settings.bucket === undefined
        ? this.createBucket(props, keepDays)
        : Bucket.fromBucketName(this, "Given", settings.bucket);
    this.function = new NodeFunction(this, "Export", {
      ...functions,
      program: "export",
      description: "Stocktake: exports the inventory once a day",
      timeout: Duration.minutes(15),
      environment: {
        ...environment,
        STOCKTAKE_EXPORT_BUCKET: this.bucket.bucketName,
        STOCKTAKE_EXPORT_PREFIX: prefix,
      },
      grants: [tableGrants(tables, EXPORT_OPERATIONS), ...this.bucketGrants(functions, prefix)],
    });
    schedule(this, "EveryHour", {
      description: "Stocktake: exports the day's inventory, or goes on with it",
      every: Duration.hours(1),
      function: this.function,
      event: { kind: "export" },
    });
    this.database = functions.names.inventory.toLowerCase().replaceAll("-", "_");
    this.createTables(prefix === "" ? "" : `${prefix}/`, keepDays);
  }

  private createBucket({ functions: { encryptionKey }, retained }: DailyExportProps, keepDays: number): Bucket {
    const bucket = new Bucket(this, "Bucket", {
      ...(encryptionKey
        ? { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(keepDays), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy: retained ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason:
        "Access logs need a bucket of their own: who wants to know who reads exports records data events in CloudTrail.",
    });
    return bucket;
  }

  /** What writing an export needs, and going on with one: nothing is deleted, and nothing beside the prefix is read. */
  private bucketGrants({ encryptionKey }: FunctionSettings, prefix: string): Grants[] {
    const below = prefix === "" ? "*" : `${prefix}/*`;
    const grants: Grants = {
      statements: [
        new PolicyStatement({
          actions: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
          resources: [this.bucket.arnForObjects(below)],
        }),
        // Without it, S3 denies a read of what is not there.
        new PolicyStatement({
          actions: ["s3:ListBucket"],
          resources: [this.bucket.bucketArn],
          conditions: { StringLike: { "s3:prefix": below } },
        }),
      ],
      wildcards: "An export is many objects, named by day, source, account and region.",
    };
    if (!encryptionKey) return [grants];
    const statement = new PolicyStatement({
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: [encryptionKey.keyArn],
      conditions: { StringEquals: { "kms:ViaService": `s3.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
    });
    return [grants, { statements: [statement] }];
  }

  private createTables(root: string, keepDays: number): void {
    const { account } = Stack.of(this);
    const database = new CfnDatabase(this, "Database", {
      catalogId: account,
      databaseInput: { name: this.database, description: "Stocktake: the inventory of each midnight, UTC" },
    });
    const table = (id: string, { folder, description, columns, ...format }: TableFormat) => {
      const location = `s3://${this.bucket.bucketName}/${root}${folder}/`;
      const created = new CfnTable(this, id, {
        catalogId: account,
        databaseName: this.database,
        tableInput: {
          name: folder,
          description,
          tableType: "EXTERNAL_TABLE",
          // Athena finds the days by itself: nothing has to be added to the catalog.
          parameters: {
            EXTERNAL: "TRUE",
            classification: format.classification,
            "projection.enabled": "true",
            "projection.day.type": "date",
            "projection.day.format": "yyyy-MM-dd",
            "projection.day.range": `NOW-${keepDays}DAYS,NOW`,
            "projection.day.interval": "1",
            "projection.day.interval.unit": "DAYS",
            "storage.location.template": `${location}day=\${day}/`,
          },
          partitionKeys: [
            { name: "day", type: "string", comment: "The date whose midnight, UTC, it is the inventory of" },
          ],
          storageDescriptor: {
            columns: [...columns],
            location,
            inputFormat: format.inputFormat,
            outputFormat: format.outputFormat,
            serdeInfo: { serializationLibrary: format.serializationLibrary },
          },
        },
      });
      created.addResourceDependency(database);
    };
    table("Items", {
      folder: "items",
      description:
        "What there was at each midnight, an item a row. Join exports on day and as_of to see finished exports only",
      columns: COLUMNS.map(({ name, type }) => ({ name, type: type === "integer" ? "int" : "string" })),
      classification: "parquet",
      inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
      outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
      serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    });
    table("Exports", {
      folder: "exports",
      description: "The exports that are finished, by their manifests",
      columns: [
        ...["as_of", "fresh_at", "format"].map((name) => ({ name, type: "string" })),
        ...["columns_version", "items", "bytes"].map((name) => ({ name, type: "bigint" })),
        { name: "files", type: `array<struct<${FILE_MEMBERS.join(",")}>>` },
      ],
      classification: "json",
      inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
      outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
      serializationLibrary: "org.openx.data.jsonserde.JsonSerDe",
    });
  }
}

const FILE_MEMBERS = [
  ...["path", "source", "account", "region"].map((name) => `${name}:string`),
  ...["items:bigint", "bytes:bigint", "sha256:string"],
];

/** A table of Athena's, below a folder of its name. */
interface TableFormat {
  readonly folder: string;
  readonly description: string;
  readonly columns: readonly CfnTable.ColumnProperty[];
  readonly classification: string;
  readonly inputFormat: string;
  readonly outputFormat: string;
  readonly serializationLibrary: string;
}
