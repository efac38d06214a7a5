import { readFileSync } from "node:fs";
import path from "node:path";
import { App } from "aws-cdk-lib";
import { InventoryStack } from "../../infra/inventory-stack.ts";
import { createReaderStack } from "../../infra/reader-stack.ts";
import { onceInARun } from "../once-in-a-run.ts";

export const DEPLOYED = { account: "111122223333", region: "eu-west-1" };
export const READER_ACCOUNT = "444455556666";

/** What is deployed, as CloudFormation would make it: every reference is resolved. */
export interface Assembly {
  readonly functions: readonly AssembledFunction[];
  /** The permissions of the role that reads the reader's account, and what it is called there. */
  readonly reader: { readonly roleArn: string; readonly statements: readonly Statement[] };
}

/** A function as it is uploaded. */
export interface AssembledFunction {
  readonly name: string;
  /** The folder of its bundle. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What its role may do. */
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const { context } = JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8"));

let assembled: Promise<Assembly> | undefined;

/** The default inventory, and a reader stack of another account. Synthesized and bundled once in a run. */
export function assembly(): Promise<Assembly> {
  assembled ??= onceInARun("assembly", synthesize);
  return assembled;
}

function synthesize(outdir: string): Assembly {
  const app = new App({ outdir, context, builtinCloudFormationValidation: false });
  const stack = new InventoryStack(app, "Stocktake", {
    env: DEPLOYED,
    inventory: { targets: [{ regions: [DEPLOYED.region] }, { account: READER_ACCOUNT, regions: [DEPLOYED.region] }] },
  });
  const reader = createReaderStack(app, stack.inventory);
  app.synth();
  const template = (artifact: string): Template =>
    JSON.parse(readFileSync(path.join(outdir, `${artifact}.template.json`), "utf8"));
  const resources = template(stack.artifactId).Resources;
  const functions = Object.values(resources)
    .filter(({ Type }) => Type === "AWS::Lambda::Function")
    .map(({ Properties }) => {
      const resolved = resolve(Properties, resources, DEPLOYED.account) as FunctionProperties;
      const role = Object.values(resources).find((each) => isRole(each, resolved.Role, resources));
      return {
        name: resolved.FunctionName,
        folder: path.join(outdir, `asset.${path.parse(resolved.Code.S3Key).name}`),
        environment: resolved.Environment?.Variables ?? {},
        statements: role ? statementsOf(role, resources, DEPLOYED.account) : [],
      };
    });
  const readerResources = template(reader.artifactId).Resources;
  const role = Object.values(readerResources).find(({ Type }) => Type === "AWS::IAM::Role");
  if (!role) throw new Error("the reader stack has no role");
  return {
    functions,
    reader: {
      roleArn: arnOf(
        "iam",
        `role/${resolve(role.Properties.RoleName, readerResources, READER_ACCOUNT)}`,
        READER_ACCOUNT,
      ),
      statements: statementsOf(role, readerResources, READER_ACCOUNT),
    },
  };
}

interface Template {
  readonly Resources: Resources;
}

interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates have no type
  readonly Properties: any;
}

type Resources = Readonly<Record<string, Resource>>;

interface FunctionProperties {
  readonly FunctionName: string;
  readonly Role: string;
  readonly Code: { readonly S3Key: string };
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
}

function isRole({ Type, Properties }: Resource, arn: string, resources: Resources): boolean {
  if (Type !== "AWS::IAM::Role") return false;
  return arn.endsWith(`:role/${resolve(Properties.RoleName, resources, DEPLOYED.account)}`);
}

function statementsOf({ Properties }: Resource, resources: Resources, account: string): Statement[] {
  const policies = resolve(Properties.Policies ?? [], resources, account) as { PolicyDocument: PolicyDocument }[];
  return policies.flatMap(({ PolicyDocument: { Statement: statements } }) =>
    statements.map(({ Action, Resource }) => ({ actions: [Action].flat(), resources: [Resource].flat() })),
  );
}

interface PolicyDocument {
  readonly Statement: readonly {
    readonly Action: string | readonly string[];
    readonly Resource: string | readonly string[];
  }[];
}

function arnOf(service: string, resource: string, account: string): string {
  return `arn:aws:${service}:${service === "iam" ? "" : DEPLOYED.region}:${account}:${resource}`;
}

/** A value of a template as CloudFormation resolves it. Tables are named as in the template. */
function resolve(value: unknown, resources: Resources, account: string): unknown {
  if (Array.isArray(value)) return value.map((each) => resolve(each, resources, account));
  if (typeof value !== "object" || value === null) return value;
  const [[name, argument] = ["", undefined], ...others] = Object.entries(value);
  if (others.length === 0 && name === "Ref") return referenced(String(argument), resources, account);
  if (others.length === 0 && name === "Fn::GetAtt") return attribute(argument as [string, string], resources, account);
  if (others.length === 0 && name === "Fn::Join") {
    const [separator, parts] = resolve(argument, resources, account) as [string, string[]];
    return parts.join(separator);
  }
  if (name.startsWith("Fn::")) return JSON.stringify(value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(each, resources, account)]));
}

function referenced(id: string, resources: Resources, account: string): unknown {
  const pseudo: Record<string, string> = {
    "AWS::Partition": "aws",
    "AWS::AccountId": account,
    "AWS::Region": DEPLOYED.region,
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "Stocktake",
  };
  const { Type = "", Properties = {} } = resources[id] ?? {};
  const { FunctionName, RoleName, Name = id } = Properties;
  const name = FunctionName ?? RoleName ?? (Type === "AWS::Events::EventBus" ? Name : id);
  return pseudo[id] ?? resolve(name, resources, account);
}

function attribute([id, name]: [string, string], resources: Resources, account: string): string {
  const { Type = "", Properties = {} } = resources[id] ?? {};
  if (name !== "Arn") return `${id}.${name}`;
  if (Type.startsWith("AWS::DynamoDB::")) return arnOf("dynamodb", `table/${id}`, account);
  if (Type === "AWS::Events::EventBus")
    return arnOf("events", `event-bus/${resolve(Properties.Name, resources, account)}`, account);
  if (Type === "AWS::IAM::Role")
    return arnOf("iam", `role/${resolve(Properties.RoleName, resources, account)}`, account);
  return arnOf("x", id, account);
}
