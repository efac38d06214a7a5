import { Aws, Stack, Validations } from "aws-cdk-lib";
import { ManagedPolicy, PermissionsBoundary, PolicyDocument, PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import type { Source } from "../functions/model/source.ts";
import { TABLES, type TableId } from "../functions/store/dynamodb/schema.ts";
import type { ResolvedSource } from "./sources.ts";
import type { Tables } from "./tables.ts";

/** Permissions that belong together. */
export interface Grants {
  readonly statements: readonly PolicyStatement[];
  /** Why their resources contain a `*`. */
  readonly wildcards?: string;
}

type Operations = Readonly<Record<TableId, readonly string[]>>;

/** What the store asks of each table while syncs run and their changes are published, to verify and repair what is stored, and to retire targets; and nothing else. */
export const SYNC_OPERATIONS: Operations = {
  Versions: ["BatchWriteItem", "Query"],
  Changes: ["BatchGetItem", "BatchWriteItem", "Query"],
  Edges: ["BatchGetItem", "BatchWriteItem"],
  Scopes: ["GetItem", "PutItem", "Query", "UpdateItem"],
  Syncs: ["PutItem", "Query"],
};

/** What the store asks of each table to answer a reader. */
export const READ_OPERATIONS: Operations = {
  Versions: ["Query"],
  Changes: ["BatchGetItem", "Query"],
  Edges: ["Query"],
  Scopes: ["GetItem", "Query"],
  Syncs: ["Query"],
};

/** What the store asks of each table to export the items of an instant. */
export const EXPORT_OPERATIONS: Operations = {
  Versions: ["Query"],
  Changes: ["BatchGetItem"],
  Edges: [],
  Scopes: ["GetItem", "Query"],
  Syncs: [],
};

/** What the store asks of each table to keep targets. */
export const DISCOVERY_OPERATIONS: Operations = {
  Versions: [],
  Changes: [],
  Edges: [],
  Scopes: ["GetItem", "PutItem", "Query"],
  Syncs: [],
};

/** What a function may do with the tables, and with the key that encrypts them. */
export function tableGrants({ byId, encryptionKey }: Tables, operations: Operations): Grants {
  const statements = (Object.keys(TABLES) as TableId[])
    .filter((id) => operations[id].length > 0)
    .map(
      (id) =>
        new PolicyStatement({
          actions: operations[id].map((operation) => `dynamodb:${operation}`),
          resources: [byId[id].tableArn],
        }),
    );
  return { statements: encryptionKey ? [...statements, tableKeyStatement(encryptionKey)] : statements };
}

/** DynamoDB uses the key in the name of who reads or writes a table. */
function tableKeyStatement(key: IKey): PolicyStatement {
  return new PolicyStatement({
    actions: [
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey",
      "kms:ReEncryptFrom",
      "kms:ReEncryptTo",
    ],
    resources: [key.keyArn],
    conditions: { StringEquals: { "kms:ViaService": `dynamodb.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
  });
}

/** What listing some sources needs in the account where the role is, in every region: exactly what the sources declare. */
export function listingGrants(sources: readonly ResolvedSource[]): Grants {
  const grants = sources.flatMap(({ source }) => source.grants);
  return {
    statements: grants.map(
      ({ action, resources }) => new PolicyStatement({ actions: [action], resources: arnsOf(resources) }),
    ),
    wildcards: `IAM knows no resource for some of ${grants.map(({ action }) => action).join(", ")}, and others apply to every resource that a listing finds.`,
  };
}

function arnsOf(resources: Source["grants"][number]["resources"]): string[] {
  const everywhere = { partition: Aws.PARTITION, account: Aws.ACCOUNT_ID, region: "*" };
  return [...new Set(resources(everywhere))];
}

/** What listing the account's enabled regions needs. */
export function regionGrants(): Grants {
  const account = `arn:${Aws.PARTITION}:account::${Aws.ACCOUNT_ID}:account`;
  return { statements: [new PolicyStatement({ actions: ["account:ListRegions"], resources: [account] })] };
}

/** What becoming a reader of any account needs. Whom a reader trusts is for its account to say. */
export function assumeReaderGrants(readerRole: string): Grants {
  const anyAccount = readerRole.replace("{account}", "*");
  return {
    statements: [new PolicyStatement({ actions: ["sts:AssumeRole"], resources: [anyAccount] })],
    wildcards: "Targets are records, not part of the template: the role has this name in every account that trusts it.",
  };
}

/** The policy that grants all of it, with actions on the same resources in one statement. */
export function policyOf(grants: readonly Grants[]): PolicyDocument {
  return new PolicyDocument({ statements: grants.flatMap(({ statements }) => statements), minimize: true });
}

/** Gives every role in a scope the boundary of a managed policy of the same account. */
export function boundRoles(scope: Construct, policyName: string): void {
  PermissionsBoundary.of(scope).apply(ManagedPolicy.fromManagedPolicyName(scope, "Boundary", policyName));
}

/** Gives the reason for each `*` in the resources of a role's statements. */
export function acknowledgeWildcards(role: Role, grants: readonly Grants[]): void {
  const reasons = new Map<string, Set<string>>();
  for (const { statements, wildcards } of grants) {
    const resources = statements.flatMap((statement) => statement.resources).filter((arn) => arn.includes("*"));
    for (const resource of resources) {
      if (wildcards === undefined) throw new Error(`nothing says why a role may use ${resource}`);
      reasons.set(resource, (reasons.get(resource) ?? new Set()).add(wildcards));
    }
  }
  const all = [...new Set([...reasons.values()].flatMap((given) => [...given]))].join(" ");
  if (all !== "") Validations.of(role).acknowledge({ id: "Serverless-LambdaStarPermissions", reason: all });
  for (const [resource, given] of reasons) {
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${flat(Stack.of(role).resolve(resource))}]`,
      reason: [...given].join(" "),
    });
  }
}

type DeployedPart = string | { readonly Ref: string } | { readonly "Fn::GetAtt": readonly [string, string] };

/** A resolved ARN as cdk-nag writes it, with `<Ref>` or `<Resource.Attribute>` for values that are known only when it is deployed. */
function flat(arn: string | { readonly "Fn::Join": [string, DeployedPart[]] }): string {
  if (typeof arn === "string") return arn;
  const textOf = (part: DeployedPart) => {
    if (typeof part === "string") return part;
    return `<${"Ref" in part ? part.Ref : part["Fn::GetAtt"].join(".")}>`;
  };
  return arn["Fn::Join"][1].map(textOf).join("");
}
