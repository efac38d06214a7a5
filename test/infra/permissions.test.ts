import type { Stack } from "aws-cdk-lib";
import { beforeAll, describe, expect, test } from "vitest";
import { DEPLOYED_SOURCES as SOURCES } from "../../functions/sources/registry.ts";
import { type Deployment, deployment, HOME, OTHER, type Resource, referred, sixthSource } from "./deployment.ts";

/** Every role holds exactly what it needs: the sources' declared actions, and the inventory's own parts. */

const REGISTRY = [...SOURCES, sixthSource()];
const TARGETS = [{}, { account: OTHER, regions: ["eu-west-1"], externalId: "agreed" }];

/** What a role may do, one action on one resource each; a resource of the template by its logical id. */
interface Permission {
  readonly action: string;
  readonly on: string;
}

let own: Deployment;
let both: Deployment;

beforeAll(() => {
  own = deployment({ registry: REGISTRY });
  both = deployment({ registry: REGISTRY, targets: TARGETS });
});

function permissionsOf(role: string, from: Deployment, stack?: Stack): Permission[] {
  const { Policies = [], ManagedPolicyArns = [] } =
    from.resources("AWS::IAM::Role", stack).find(({ id }) => id === role)?.Properties ?? {};
  expect([Policies, ManagedPolicyArns]).toEqual([[], []]);
  return from
    .resources("AWS::IAM::Policy", stack)
    .filter(({ Properties }) => Properties.Roles.map(referred).includes(role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .flatMap((statement): Permission[] => {
      expect(statement.Effect).toBe("Allow");
      const resources = [statement.Resource].flat().map(flat);
      return [statement.Action].flat().flatMap((action: string) => resources.map((on) => ({ action, on })));
    });
}

function flat(resource: string | { "Fn::Join"?: [string, unknown[]] }): string {
  if (typeof resource === "string") return resource;
  const join = resource["Fn::Join"];
  if (!join) return referred(resource);
  return join[1].map((part) => flat(part as string)).join(join[0]);
}

function roleOf({ Properties }: Resource): string {
  return referred(Properties.Role);
}

function syncFunction(source: string, from: Deployment): Resource {
  const found = from
    .resources("AWS::Lambda::Function")
    .find(({ Properties }) => Properties.Environment.Variables.STOCKTAKE_SOURCE === source);
  if (!found) throw new Error(`no function syncs ${source}`);
  return found;
}

function apiFunction(from: Deployment): Resource {
  const found = from
    .resources("AWS::Lambda::Function")
    .find(({ Properties }) => Properties.Environment.Variables.STOCKTAKE_SCHEDULES);
  if (!found) throw new Error("no function answers the API");
  return found;
}

/** Log and traces, which every function writes. */
function observing({ Properties }: Resource): Permission[] {
  const log = referred(Properties.LoggingConfig.LogGroup);
  return [
    { action: "logs:CreateLogStream", on: log },
    { action: "logs:PutLogEvents", on: log },
    { action: "xray:PutTelemetryRecords", on: "*" },
    { action: "xray:PutTraceSegments", on: "*" },
  ];
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

function declared(source: (typeof REGISTRY)[number], account: string): Permission[] {
  return source.grants.flatMap(({ action, resources }) =>
    resources({ account, region: HOME.region, partition: "aws" }).map((on) => ({ action, on })),
  );
}

describe.each(REGISTRY.map(({ id }) => id))("%s", (id) => {
  const source = REGISTRY.find((candidate) => candidate.id === id) as (typeof REGISTRY)[number];

  function syncing(lambda: Resource): Permission[] {
    const { versions, changes, edges, scopes, syncs } = tablesOf(lambda);
    const { Variables } = lambda.Properties.Environment;
    return [
      ...observing(lambda),
      ...each(versions, "dynamodb:BatchWriteItem", "dynamodb:Query"),
      ...each(changes, "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:Query"),
      ...each(edges, "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"),
      ...each(scopes, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"),
      ...each(syncs, "dynamodb:PutItem"),
      ...each(
        referred(Variables.STOCKTAKE_QUEUE_URL),
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
      ),
      ...each(referred(lambda.Properties.DeadLetterConfig.TargetArn), "sqs:SendMessage"),
    ];
  }

  test("its function may list what the source declares, and keep its own records", () => {
    const lambda = syncFunction(id, own);
    const expected = [...declared(source, HOME.account), ...syncing(lambda)];
    expect(sorted(permissionsOf(roleOf(lambda), own))).toEqual(sorted(expected));
  });

  test("in another account it may assume the reader's role, and nothing more", () => {
    const lambda = syncFunction(id, both);
    const expected = [
      ...declared(source, HOME.account),
      ...each(`arn:aws:iam::${OTHER}:role/StocktakeReader`, "sts:AssumeRole"),
      ...syncing(lambda),
    ];
    expect(sorted(permissionsOf(roleOf(lambda), both))).toEqual(sorted(expected));
  });

  test("its schedule may invoke its function and keep what got lost, and nothing else", () => {
    const lambda = syncFunction(id, own);
    const schedules = own
      .resources("AWS::Scheduler::Schedule")
      .map(({ Properties }) => Properties)
      .filter(({ Target }) => referred(Target.Arn) === lambda.id);
    const [role = "", ...others] = new Set(schedules.map(({ Target }) => referred(Target.RoleArn)));
    expect(others).toEqual([]);
    expect(sorted(permissionsOf(role, own))).toEqual(
      sorted([
        ...each(lambda.id, "lambda:InvokeFunction"),
        ...each(referred(lambda.Properties.DeadLetterConfig.TargetArn), "sqs:SendMessage"),
      ]),
    );
    const [trust] = own.resource(role).Properties.AssumeRolePolicyDocument.Statement;
    expect(trust.Principal).toEqual({ Service: "scheduler.amazonaws.com" });
    expect(trust.Condition.StringEquals["aws:SourceAccount"]).toBe(HOME.account);
    const group = own.resource(referred(trust.Condition.StringEquals["aws:SourceArn"]));
    for (const { GroupName } of schedules) expect(GroupName).toBe(group.Properties.Name);
  });
});

test("the API's function may only look", () => {
  const lambda = apiFunction(own);
  const { versions, changes, edges, scopes, syncs } = tablesOf(lambda);
  expect(sorted(permissionsOf(roleOf(lambda), own))).toEqual(
    sorted([
      ...observing(lambda),
      ...each(versions, "dynamodb:Query"),
      ...each(changes, "dynamodb:BatchGetItem", "dynamodb:Query"),
      ...each(edges, "dynamodb:Query"),
      ...each(scopes, "dynamodb:GetItem", "dynamodb:Query"),
      ...each(syncs, "dynamodb:Query"),
    ]),
  );
});

test("no role may do everything of anything, nor to everything but what IAM knows no resource for", () => {
  const withoutResource = new Set([
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
    ...REGISTRY.flatMap(({ grants }) =>
      grants
        .filter(({ resources }) => resources({ ...HOME, partition: "aws" }).includes("*"))
        .map(({ action }) => action),
    ),
  ]);
  for (const stack of [undefined, ...both.readers]) {
    const roles = both.resources("AWS::IAM::Role", stack);
    expect(roles.length).toBeGreaterThan(0);
    for (const { id } of roles) {
      for (const { action, on } of permissionsOf(id, both, stack)) {
        expect(action).not.toContain("*");
        if (on === "*") expect(withoutResource).toContain(action);
      }
    }
  }
});

describe("the reader of another account", () => {
  test("may list what the sources declare there, and nothing else", () => {
    const [reader, ...others] = both.readers;
    expect(others).toEqual([]);
    expect(reader?.account).toBe(OTHER);
    const [role] = both.resources("AWS::IAM::Role", reader);
    expect(role?.Properties.RoleName).toBe("StocktakeReader");
    const expected = REGISTRY.flatMap((source) => declared(source, OTHER));
    expect(sorted(permissionsOf(role?.id ?? "", both, reader))).toEqual(sorted(expected));
  });

  test("is for the inventory's functions that say the external id, and for nobody else", () => {
    const [role] = both.resources("AWS::IAM::Role", both.readers[0]);
    const functions = REGISTRY.map(({ id }) => both.resource(roleOf(syncFunction(id, both))));
    const names = functions.map(({ Properties }) => Properties.RoleName);
    for (const name of names) expect(name).toMatch(/^[\w+=,.@-]{1,64}$/);
    expect(new Set(names).size).toBe(REGISTRY.length);
    expect(role?.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { AWS: `arn:aws:iam::${HOME.account}:root` },
        Condition: {
          ArnEquals: { "aws:PrincipalArn": names.map((name) => `arn:aws:iam::${HOME.account}:role/${name}`) },
          StringEquals: { "sts:ExternalId": ["agreed"] },
        },
      },
    ]);
  });

  test("is the role that the configuration names, for the sources that are read there", () => {
    const roleArn = `arn:aws:iam::${OTHER}:role/audit/Listing`;
    const named = deployment({
      targets: [{ account: OTHER, regions: ["us-east-1"], roleArn, sources: ["sagemaker.associations"] }],
    });
    const [role, ...others] = named.resources("AWS::IAM::Role", named.readers[0]);
    expect(others).toEqual([]);
    expect(role?.Properties).toMatchObject({ RoleName: "Listing", Path: "/audit/" });
    const [trust] = role?.Properties.AssumeRolePolicyDocument.Statement ?? [];
    expect(Object.keys(trust.Condition)).toEqual(["ArnEquals"]);
    expect(trust.Condition.ArnEquals["aws:PrincipalArn"]).toHaveLength(1);
    expect(sorted(permissionsOf(role?.id ?? "", named, named.readers[0]))).toEqual(["sagemaker:ListAssociations on *"]);
    const lambda = syncFunction("sagemaker.associations", named);
    expect(sorted(permissionsOf(roleOf(lambda), named))).toContain(`sts:AssumeRole on ${roleArn}`);
    expect(sorted(permissionsOf(roleOf(lambda), named))).not.toContain("sagemaker:ListAssociations on *");
  });
});
