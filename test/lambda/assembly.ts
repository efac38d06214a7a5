import { readFileSync } from "node:fs";
import path from "node:path";
import { App } from "aws-cdk-lib";
import { InventoryStack } from "../../infra/inventory-stack.ts";
import { createReaderStack } from "../../infra/reader-stack.ts";
import { deployment } from "../infra/deployment.ts";
import { onceInARun } from "../once-in-a-run.ts";

export const DEPLOYED = { account: "111122223333", region: "eu-west-1" };
export const READER_ACCOUNT = "444455556666";

/** Two units of the organization, and a tag of the accounts that are discovered in them. */
export const ORGANIZATION = {
  id: "o-a1b2c3d4e5",
  units: ["r-ab12", "ou-ab12-11111111"],
  tags: { inventory: "yes" },
  stackSet: false,
};

/** What is deployed, as CloudFormation would make it: every reference is resolved. */
export interface Assembly {
  readonly functions: readonly AssembledFunction[];
  /** The function that discovers, where it lists the organization otherwise: all of it, or through a role. */
  readonly discoveries: Readonly<Record<"whole" | "throughRole", AssembledFunction>>;
  /** The permissions of the role that reads the reader's account, and what it is called there. */
  readonly reader: { readonly roleArn: string; readonly statements: readonly Statement[] };
  /** The role that people of other accounts read the API through. */
  readonly apiReader: readonly Statement[];
  /** The roles of both templates that EventBridge takes on, and the rules' targets, which are what it calls. */
  readonly forwarding: readonly { readonly statements: readonly Statement[]; readonly targets: readonly string[] }[];
  /** How many roles both templates have. */
  readonly roles: number;
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

/** A role that may list an organization whose accounts this account may not list. */
export const LISTING_ROLE = "arn:aws:iam::999988887777:role/ListAccounts";

const { context } = JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8"));

let assembled: Promise<Assembly> | undefined;

/** The default inventory with an organization, daily exports and readers of the API, and a reader stack of another account. Synthesized and bundled once in a run. */
export function assembly(): Promise<Assembly> {
  assembled ??= onceInARun("assembly", synthesize);
  return assembled;
}

function synthesize(outdir: string): Assembly {
  const app = new App({ outdir, context, builtinCloudFormationValidation: false });
  const stack = new InventoryStack(app, "Stocktake", {
    env: DEPLOYED,
    inventory: {
      targets: [{ regions: [DEPLOYED.region] }, { account: READER_ACCOUNT, regions: [DEPLOYED.region] }],
      organization: ORGANIZATION,
      dailyExport: {},
      apiReaders: [READER_ACCOUNT],
    },
  });
  const reader = createReaderStack(app, stack.inventory);
  app.synth();
  const template = (artifact: string): Template =>
    JSON.parse(readFileSync(path.join(outdir, `${artifact}.template.json`), "utf8"));
  const resources = template(stack.artifactId).Resources;
  const functions = functionsIn(resources, outdir);
  const readerResources = template(reader.artifactId).Resources;
  const named = (from: Resources, name: RegExp) => {
    const found = rolesOf(from).find(({ Properties }) => name.test(Properties.RoleName));
    if (!found) throw new Error(`no role ${name}`);
    return found;
  };
  const role = named(readerResources, /-reader$/);
  const discover = functions.find(isDiscovery);
  const discovering = (organization: object): AssembledFunction => {
    const other = deployment({ organization: { id: ORGANIZATION.id, stackSet: false, ...organization } }, DEPLOYED);
    const found = functionsIn(other.template.toJSON().Resources, outdir).find(isDiscovery);
    if (!discover || !found) throw new Error("nothing discovers");
    return { ...found, folder: discover.folder };
  };
  return {
    functions,
    discoveries: { whole: discovering({}), throughRole: discovering({ roleArn: LISTING_ROLE }) },
    apiReader: statementsOf(named(resources, /-api-reader$/), resources, DEPLOYED.account),
    forwarding: [...forwardingRoles(resources, DEPLOYED.account), ...forwardingRoles(readerResources, READER_ACCOUNT)],
    roles: rolesOf(resources).length + rolesOf(readerResources).length,
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

const isDiscovery = ({ name }: AssembledFunction) => name.endsWith("-discover");

function functionsIn(resources: Resources, outdir: string): AssembledFunction[] {
  return Object.values(resources)
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

function rolesOf(resources: Resources): Resource[] {
  return Object.values(resources).filter(({ Type }) => Type === "AWS::IAM::Role");
}

/** The roles of a template that rules name, with all of the targets of those rules. */
function forwardingRoles(resources: Resources, account: string): Assembly["forwarding"] {
  const targets = Object.values(resources)
    .filter(({ Type }) => Type === "AWS::Events::Rule")
    .flatMap(({ Properties }) => Properties.Targets)
    .filter(({ RoleArn }) => RoleArn !== undefined);
  const ids = [...new Set(targets.map(({ RoleArn }): string => RoleArn["Fn::GetAtt"][0]))];
  return ids.map((id) => ({
    statements: Object.values(resources)
      .filter(
        ({ Type, Properties }) =>
          Type === "AWS::IAM::Policy" && Properties.Roles.some((each: { Ref: string }) => each.Ref === id),
      )
      .flatMap(({ Properties }) => statementsIn([Properties], resources, account)),
    targets: targets
      .filter(({ RoleArn }) => RoleArn["Fn::GetAtt"][0] === id)
      .map(({ Arn }) => String(resolve(Arn, resources, account))),
  }));
}

function statementsOf({ Properties }: Resource, resources: Resources, account: string): Statement[] {
  return statementsIn(Properties.Policies ?? [], resources, account);
}

function statementsIn(policies: readonly unknown[], resources: Resources, account: string): Statement[] {
  const resolved = resolve(policies, resources, account) as { PolicyDocument: PolicyDocument }[];
  return resolved.flatMap(({ PolicyDocument: { Statement: statements } }) =>
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
  if (Type === "AWS::ApiGatewayV2::Api") return "api";
  const name = FunctionName ?? RoleName ?? (Type === "AWS::Events::EventBus" ? Name : id);
  return pseudo[id] ?? resolve(name, resources, account);
}

function attribute([id, name]: [string, string], resources: Resources, account: string): string {
  const { Type = "", Properties = {} } = resources[id] ?? {};
  if (name !== "Arn") return `${id}.${name}`;
  if (Type.startsWith("AWS::DynamoDB::")) return arnOf("dynamodb", `table/${id}`, account);
  if (Type === "AWS::Logs::LogGroup") {
    return arnOf("logs", `log-group:${resolve(Properties.LogGroupName, resources, account)}:*`, account);
  }
  if (Type === "AWS::S3::Bucket") return `arn:aws:s3:::${id}`;
  if (Type === "AWS::Events::EventBus")
    return arnOf("events", `event-bus/${resolve(Properties.Name, resources, account)}`, account);
  if (Type === "AWS::IAM::Role")
    return arnOf("iam", `role/${resolve(Properties.RoleName, resources, account)}`, account);
  return arnOf("x", id, account);
}
