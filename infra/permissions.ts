import { Stack, Validations } from "aws-cdk-lib";
import { PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import type { Source } from "../functions/model/source.ts";
import { TABLES, type TableId } from "../functions/store/dynamodb/schema.ts";
import type { Tables } from "./tables.ts";
import type { TargetAccess } from "./targets.ts";

type Operations = Readonly<Record<TableId, readonly string[]>>;

/** What the store asks of each table while syncs run, and to verify and repair what is stored; and nothing else. */
export const SYNC_OPERATIONS: Operations = {
  Versions: ["BatchWriteItem", "Query"],
  Changes: ["BatchGetItem", "BatchWriteItem", "Query"],
  Edges: ["BatchGetItem", "BatchWriteItem"],
  Scopes: ["GetItem", "PutItem", "Query", "UpdateItem"],
  Syncs: ["PutItem"],
};

/** What the store asks of each table to answer a reader. */
export const READ_OPERATIONS: Operations = {
  Versions: ["Query"],
  Changes: ["BatchGetItem", "Query"],
  Edges: ["Query"],
  Scopes: ["GetItem", "Query"],
  Syncs: ["Query"],
};

/** What a source's function may do with the tables. */
export function syncStatements(tables: Tables): PolicyStatement[] {
  return tableStatements(tables, SYNC_OPERATIONS);
}

/** What a reader may do with the tables: look. */
export function readStatements(tables: Tables): PolicyStatement[] {
  return tableStatements(tables, READ_OPERATIONS);
}

function tableStatements({ byId }: Tables, operations: Operations): PolicyStatement[] {
  return (Object.keys(TABLES) as TableId[]).map(
    (id) =>
      new PolicyStatement({
        actions: operations[id].map((operation) => `dynamodb:${operation}`),
        resources: [byId[id].tableArn],
      }),
  );
}

/** The permissions that listing a source in some targets needs, exactly as the source declares them. */
export function sourceStatements(
  source: Source,
  targets: readonly TargetAccess[],
  partition: string,
): PolicyStatement[] {
  if (targets.length === 0) return [];
  return source.grants.map(({ action, resources }) => {
    const arns = new Set(targets.flatMap((target) => resources({ ...target, partition })));
    return new PolicyStatement({ actions: [action], resources: arns.has("*") ? ["*"] : [...arns] });
  });
}

/** Gives the reason for each `*` in the resources of a source's statements, and for the actions in `more`, which are on `*` too. */
export function acknowledgeWildcards(
  role: Role,
  statements: readonly PolicyStatement[],
  more: readonly string[] = [],
): void {
  const byResource = new Map<string, string[]>(more.length > 0 ? [["*", [...more]]] : []);
  for (const { actions, resources } of statements) {
    for (const resource of resources.filter((arn) => arn.includes("*"))) {
      byResource.set(resource, [...(byResource.get(resource) ?? []), ...actions]);
    }
  }
  for (const [resource, actions] of byResource) {
    const named = actions.join(", ");
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${flat(Stack.of(role).resolve(resource))}]`,
      reason:
        resource === "*"
          ? `IAM knows no resource for ${named}.`
          : `${named} applies to every resource that a listing finds, whatever its name.`,
    });
  }
}

/** A resolved ARN as cdk-nag writes it, with `<Ref>` for values that are known only when it is deployed. */
function flat(arn: string | { readonly "Fn::Join": [string, (string | { readonly Ref: string })[]] }): string {
  if (typeof arn === "string") return arn;
  return arn["Fn::Join"][1].map((part) => (typeof part === "string" ? part : `<${part.Ref}>`)).join("");
}
