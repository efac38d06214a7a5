import type { Stack } from "aws-cdk-lib";
import { beforeAll, describe, expect, test } from "vitest";
import { serviceOf } from "../../functions/model/collection.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { type Deployment, deployment, HOME, OTHER, type Resource, referred, sixthSource } from "./deployment.ts";

/** Every role holds exactly what it needs: the sources' declared actions, and the inventory's own parts. */

const REGISTRY = [...SOURCES, sixthSource()];
const SERVICES = [...new Set(REGISTRY.map(({ id }) => serviceOf(id)))];
const ORGANIZATION = { id: "o-a1b2c3d4e5" };
const READERS = "arn:aws:iam::*:role/Stocktake-eu-west-1-reader";

/** What a role may do, one action on one resource each; a resource of the template by its logical id. */
interface Permission {
  readonly action: string;
  readonly on: string;
}

let own: Deployment;
let all: Deployment;

beforeAll(() => {
  own = deployment({ registry: REGISTRY });
  all = deployment({
    registry: REGISTRY,
    organization: ORGANIZATION,
    externalId: "agreed",
    tracing: true,
    apiReaders: [OTHER],
    encryptionKey: "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  });
});

function permissionsOf(role: string, from: Deployment, stack?: Stack): Permission[] {
  const { Policies = [], ManagedPolicyArns = [] } =
    from.resources("AWS::IAM::Role", stack).find(({ id }) => id === role)?.Properties ?? {};
  expect(ManagedPolicyArns).toEqual([]);
  const attached = from
    .resources("AWS::IAM::Policy", stack)
    .filter(({ Properties }) => Properties.Roles.map(referred).includes(role))
    .map(({ Properties }) => Properties);
  return [...Policies, ...attached]
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap((statement): Permission[] => {
      expect(statement.Effect).toBe("Allow");
      const resources = [statement.Resource].flat().map(flat);
      return [statement.Action].flat().flatMap((action: string) => resources.map((on) => ({ action, on })));
    });
}

/** An ARN with the values that pseudo parameters have; another resource by its logical id. */
function flat(resource: string | { Ref?: string; "Fn::Join"?: [string, unknown[]] }): string {
  if (typeof resource === "string") return resource;
  const { Ref, "Fn::Join": join } = resource;
  if (join) return join[1].map((part) => flat(part as string)).join(join[0]);
  if (Ref?.startsWith("AWS::")) return { "AWS::Partition": "aws", "AWS::AccountId": HOME.account }[Ref] ?? Ref;
  return referred(resource);
}

function roleOf({ Properties }: Resource): string {
  return referred(Properties.Role);
}

function functionWith(variable: string, from: Deployment, value?: string): Resource {
  const found = from.resources("AWS::Lambda::Function").find(({ Properties }) => {
    const given = Properties.Environment.Variables[variable];
    return value === undefined ? given !== undefined : given === value;
  });
  if (!found) throw new Error(`no function has ${variable}=${value ?? "..."}`);
  return found;
}

/** The log, which every function writes. */
function logging({ Properties }: Resource): Permission[] {
  return each(referred(Properties.LoggingConfig.LogGroup), "logs:CreateLogStream", "logs:PutLogEvents");
}

function tablesOf({ Properties }: Resource) {
  const { Variables } = Properties.Environment;
  const table = (name: string) => referred(Variables[`STOCKTAKE_TABLE_${name}`]);
  return {
    versions: table("VERSIONS"),
    changes: table("CHANGES"),
    edges: table("EDGES"),
    scopes: table("SCOPES"),
    syncs: table("SYNCS"),
  };
}

function each(on: string, ...actions: string[]): Permission[] {
  return actions.map((action) => ({ action, on }));
}

function sorted(permissions: readonly Permission[]): string[] {
  return [...new Set(permissions.map(({ action, on }) => `${action} on ${on}`))].sort();
}

/** What the sources declare, in every region of the account. */
function declared(sources: readonly (typeof REGISTRY)[number][]): Permission[] {
  return sources.flatMap(({ grants }) =>
    grants.flatMap(({ action, resources }) =>
      resources({ account: HOME.account, region: "*", partition: "aws" }).map((on) => ({ action, on })),
    ),
  );
}

test.each(SERVICES)("the function of %s may list what its sources declare, and keep its own records", (service) => {
  const lambda = functionWith("STOCKTAKE_SERVICE", own, service);
  const { versions, changes, edges, scopes, syncs } = tablesOf(lambda);
  const expected = [
    ...declared(REGISTRY.filter(({ id }) => serviceOf(id) === service)),
    ...logging(lambda),
    ...each(READERS, "sts:AssumeRole"),
    ...each(`arn:aws:lambda:eu-west-1:111111111111:function:Stocktake-${service}`, "lambda:InvokeFunction"),
    ...each(versions, "dynamodb:BatchWriteItem", "dynamodb:Query"),
    ...each(changes, "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:Query"),
    ...each(edges, "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"),
    ...each(scopes, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"),
    ...each(syncs, "dynamodb:PutItem", "dynamodb:Query"),
    ...each(referred(lambda.Properties.Environment.Variables.STOCKTAKE_EVENT_BUS), "events:PutEvents"),
  ];
  expect(sorted(permissionsOf(roleOf(lambda), own))).toEqual(sorted(expected));
});

test("the API's function may only look", () => {
  const lambda = functionWith("STOCKTAKE_SCHEDULES", own);
  const { versions, changes, edges, scopes, syncs } = tablesOf(lambda);
  expect(sorted(permissionsOf(roleOf(lambda), own))).toEqual(
    sorted([
      ...logging(lambda),
      ...each(versions, "dynamodb:Query"),
      ...each(changes, "dynamodb:BatchGetItem", "dynamodb:Query"),
      ...each(edges, "dynamodb:Query"),
      ...each(scopes, "dynamodb:GetItem", "dynamodb:Query"),
      ...each(syncs, "dynamodb:Query"),
    ]),
  );
});

describe("the function that discovers", () => {
  const keeping = (lambda: Resource) => [
    ...logging(lambda),
    ...each("arn:aws:account::111111111111:account", "account:ListRegions"),
    ...each(READERS, "sts:AssumeRole"),
    ...each(tablesOf(lambda).scopes, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
  ];
  const listing = (lambda: Resource, from: Deployment) =>
    permissionsOf(roleOf(lambda), from).filter(({ action }) => !/^(kms|xray):/.test(action));

  const parents = ["organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"];
  const below = (kind: string) => `arn:aws:organizations::*:${kind}/*`;

  test.each([
    ["an organization", {}, each("*", "organizations:ListAccounts")],
    ["units", { units: ["ou-ab12-11111111"] }, each(below("ou"), ...parents)],
    [
      "the root's accounts with a tag",
      { units: ["r-ab12"], tags: { a: "b" } },
      [
        ...[below("ou"), below("root")].flatMap((on) => each(on, ...parents)),
        ...each(below("account"), "organizations:ListTagsForResource"),
      ],
    ],
  ])("may list what is asked of %s and keep targets, and nothing else", (_what, chosen, expected) => {
    const from = deployment({ organization: { ...ORGANIZATION, ...chosen } });
    const lambda = functionWith("STOCKTAKE_ORGANIZATION", from);
    expect(sorted(listing(lambda, from))).toEqual(sorted([...keeping(lambda), ...expected]));
  });

  test("may become the role that lists accounts instead", () => {
    const roleArn = "arn:aws:iam::444444444444:role/ListAccounts";
    const through = deployment({ organization: { ...ORGANIZATION, roleArn } });
    const lambda = functionWith("STOCKTAKE_ORGANIZATION", through);
    expect(sorted(listing(lambda, through))).toEqual(sorted([...keeping(lambda), ...each(roleArn, "sts:AssumeRole")]));
  });
});

test("tracing and a key add exactly their actions to every function", () => {
  for (const { Properties } of all.resources("AWS::Lambda::Function")) {
    const added = permissionsOf(referred(Properties.Role), all).filter(({ action }) => /^(kms|xray):/.test(action));
    expect(added.map(({ action }) => action).sort()).toEqual([
      ...["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom"],
      ...["kms:ReEncryptTo", "xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    ]);
  }
});

test("no role may do everything of anything, nor to everything but what IAM knows no resource for", () => {
  const withoutResource = new Set([
    ...["organizations:ListAccounts", "xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    ...REGISTRY.flatMap(({ grants }) =>
      grants
        .filter(({ resources }) => resources({ ...HOME, partition: "aws" }).includes("*"))
        .map(({ action }) => action),
    ),
  ]);
  for (const stack of [all.stack, all.reader]) {
    const roles = all.resources("AWS::IAM::Role", stack);
    expect(roles.length).toBeGreaterThan(0);
    for (const { id } of roles) {
      for (const { action, on } of permissionsOf(id, all, stack)) {
        expect(action).not.toContain("*");
        if (on === "*") expect(withoutResource).toContain(action);
      }
    }
  }
});

describe("the reader of another account", () => {
  const reader = (from: Deployment) => {
    const [role, ...others] = from.resources("AWS::IAM::Role", from.reader).filter((each) => "Condition" in each);
    expect(others).toEqual([]);
    return role as Resource;
  };

  test("may list what the sources declare there, and the account's regions where they are discovered", () => {
    const role = reader(own);
    expect(role.Properties.RoleName).toBe("Stocktake-eu-west-1-reader");
    expect(own.reader?.environment).toMatch(/unknown-account\/unknown-region/);
    expect(sorted(permissionsOf(role.id, own, own.reader))).toEqual(sorted(declared(REGISTRY)));
    expect(sorted(permissionsOf(reader(all).id, all, all.reader))).toEqual(
      sorted([...declared(REGISTRY), ...each("arn:aws:account::111111111111:account", "account:ListRegions")]),
    );
  });

  test("is for this inventory's functions only, in this organization, with the external id", () => {
    const trusted = (...parts: string[]) =>
      parts.map((part) => `arn:aws:iam::${HOME.account}:role/Stocktake-eu-west-1-${part}`);
    const trust = (from: Deployment) => {
      const [statement, ...others] = reader(from).Properties.AssumeRolePolicyDocument.Statement;
      expect(others).toEqual([]);
      const { ArnEquals, ...required } = statement.Condition;
      return {
        action: statement.Action,
        principal: flat(statement.Principal.AWS),
        roles: ArnEquals["aws:PrincipalArn"].map(flat),
        required,
      };
    };
    const common = { action: "sts:AssumeRole", principal: `arn:aws:iam::${HOME.account}:root` };
    expect(trust(own)).toEqual({ ...common, roles: trusted(...SERVICES), required: {} });
    expect(trust(all)).toEqual({
      ...common,
      roles: trusted(...SERVICES, "discover"),
      required: { StringEquals: { "sts:ExternalId": "agreed", "aws:PrincipalOrgID": ORGANIZATION.id } },
    });
    const roles = own.resources("AWS::IAM::Role").map(({ Properties }) => Properties.RoleName);
    for (const arn of trusted(...SERVICES)) expect(roles).toContain(arn.split("/")[1]);
  });

  test("is made once in an account, in the inventory's region", () => {
    const template = own.templates[1];
    expect((reader(own) as { Condition?: string }).Condition).toBe("InInventoryRegion");
    expect(template.Conditions).toEqual({ InInventoryRegion: { "Fn::Equals": [{ Ref: "AWS::Region" }, HOME.region] } });
  });
});

test("people of the accounts that are named may assume a role that reads the API, and nothing else", () => {
  const [role, ...others] = all
    .resources("AWS::IAM::Role")
    .filter(({ Properties }) => /-api-reader$/.test(Properties.RoleName ?? ""));
  expect(others).toEqual([]);
  const [trust] = role?.Properties.AssumeRolePolicyDocument.Statement ?? [];
  expect(flat(trust.Principal.AWS)).toBe(`arn:aws:iam::${OTHER}:root`);
  for (const { action, on } of permissionsOf(role?.id ?? "", all)) {
    expect(action).toBe("execute-api:Invoke");
    expect(on).toMatch(/^arn:aws:execute-api:eu-west-1:111111111111:\w+\/\*\/(GET|HEAD)\/v1\/\*$/);
  }
});
