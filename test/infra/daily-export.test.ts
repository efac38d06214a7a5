import { beforeAll, expect, test } from "vitest";
import { COLUMNS } from "../../functions/export/columns.ts";
import { centsOf, monthlyCost } from "../../infra/monthly-cost.ts";
import { textOf } from "../docs/markdown.ts";
import { type Deployment, deployment, referred } from "./deployment.ts";

/** The daily export of the construct: a bucket that only it and its readers reach, a function that may do no more, and tables for Athena. */

let deployed: Deployment;
beforeAll(() => {
  deployed = deployment({ dailyExport: { prefix: "stocktake", keepDays: 90 } });
});

function only(type: string, is = (_properties: Deployment["templates"][number]) => true) {
  const found = deployed.resources(type).filter(({ Properties }) => is(Properties));
  expect(found).toHaveLength(1);
  return found[0] as (typeof found)[0];
}

const lambda = () =>
  only("AWS::Lambda::Function", ({ Environment }) => Environment.Variables.STOCKTAKE_EXPORT_BUCKET !== undefined);
const bucket = () => only("AWS::S3::Bucket");

test("the bucket is encrypted, closed to the public, kept with the tables, and forgets exports and broken uploads", () => {
  const { Properties, DeletionPolicy } = bucket();
  expect(DeletionPolicy).toBe("Retain");
  expect(Properties).toMatchObject({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
    },
    PublicAccessBlockConfiguration: {
      ...{ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
    LifecycleConfiguration: {
      Rules: [{ Status: "Enabled", ExpirationInDays: 90, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }],
    },
  });
  const [statement, ...others] = only("AWS::S3::BucketPolicy").Properties.PolicyDocument.Statement;
  expect(others).toEqual([]);
  expect(statement).toMatchObject({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } });
});

test("the function runs once an hour, and is told the bucket, the prefix and what the API is told", () => {
  const { id, Properties } = lambda();
  const { Variables } = Properties.Environment;
  expect([Properties.Timeout, Properties.FunctionName]).toEqual([900, "Stocktake-export"]);
  expect([referred(Variables.STOCKTAKE_EXPORT_BUCKET), Variables.STOCKTAKE_EXPORT_PREFIX]).toEqual([
    bucket().id,
    "stocktake",
  ]);
  const api = only("AWS::Lambda::Function", ({ FunctionName }) => FunctionName === "Stocktake-api").Properties;
  expect(Variables).toMatchObject(api.Environment.Variables);
  const rule = only("AWS::Events::Rule", ({ Targets }) =>
    Targets?.some(({ Arn }: { Arn: unknown }) => referred(Arn) === id),
  );
  expect(rule.Properties.ScheduleExpression).toBe("rate(1 hour)");
});

test("the function may read items, and put objects below the prefix, and nothing else", () => {
  const { Properties } = lambda();
  const role = only("AWS::IAM::Role", ({ RoleName }) => RoleName === "Stocktake-eu-west-1-export");
  expect(referred(Properties.Role)).toBe(role.id);
  const statements = role.Properties.Policies[0].PolicyDocument.Statement;
  const actions = statements.flatMap(({ Action }: { Action: string | string[] }) => Action);
  expect(actions.sort()).toEqual([
    ...["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Query"],
    ...["logs:CreateLogStream", "logs:PutLogEvents"],
    ...["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
  ]);
  const arn = { "Fn::GetAtt": [bucket().id, "Arn"] };
  expect(statements).toContainEqual({
    ...{ Action: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], Effect: "Allow" },
    Resource: { "Fn::Join": ["", [arn, "/stocktake/*"]] },
  });
  expect(statements).toContainEqual({
    ...{ Action: "s3:ListBucket", Effect: "Allow", Resource: arn },
    Condition: { StringLike: { "s3:prefix": "stocktake/*" } },
  });
});

test("Athena finds the items and the manifests of each day", () => {
  expect(only("AWS::Glue::Database").Properties.DatabaseInput.Name).toBe("stocktake");
  const tables = deployed.resources("AWS::Glue::Table").map(({ Properties }) => Properties.TableInput);
  expect(tables.map(({ Name }) => Name).sort()).toEqual(["exports", "items"]);
  for (const { Name, Parameters, PartitionKeys } of tables) {
    expect(PartitionKeys.map((key: { Name: string; Type: string }) => [key.Name, key.Type])).toEqual([
      ["day", "string"],
    ]);
    expect(Parameters).toMatchObject({
      ...{ "projection.enabled": "true", "projection.day.type": "date", "projection.day.range": "NOW-90DAYS,NOW" },
      "storage.location.template": {
        "Fn::Join": ["", ["s3://", { Ref: bucket().id }, `/stocktake/${Name}/day=\${day}/`]],
      },
    });
  }
  const items = tables.find(({ Name }) => Name === "items");
  const columns = items.StorageDescriptor.Columns.map((column: { Name: string }) => column.Name);
  expect(columns).toEqual(COLUMNS.map(({ name }) => name));
});

test("a daily export costs at most $0.25 a month, its alarm included", () => {
  const { Resources } = deployed.template.toJSON();
  const without = Object.entries(Resources).filter(([id]) => !/DailyExport|dailyexport/.test(id));
  const cents = (resources: typeof Resources) =>
    monthlyCost({ Resources: resources }).reduce((sum, line) => sum + centsOf(line), 0);
  const added = cents(Resources) - cents(Object.fromEntries(without));
  expect(textOf("docs/cost.md")).toContain(`A daily export of that inventory adds $${(added / 100).toFixed(2)}:`);
  expect(added).toBeLessThanOrEqual(25);
});
