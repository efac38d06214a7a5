import { beforeAll, describe, expect, test } from "vitest";
import { serviceOf } from "../../functions/model/collection.ts";
import { DEFAULT_GUARD } from "../../functions/model/guard.ts";
import { parseSourceSettings } from "../../functions/model/source-settings.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { DEFAULT_SETTINGS } from "../../infra/settings-schema.ts";
import { type Deployment, deployment, OTHER, type Resource, referred, sixthSource } from "./deployment.ts";

/** Each service, also one that only this test has, gets one function that keeps its sources up to date. */

const REGISTRY = [...SOURCES, sixthSource()];
const SERVICES = [...new Set(REGISTRY.map(({ id }) => serviceOf(id)))];

let deployed: Deployment;

beforeAll(() => {
  deployed = deployment({ registry: REGISTRY });
});

function functionOf(service: string, from = deployed): Resource {
  const functions = from
    .resources("AWS::Lambda::Function")
    .filter(({ Properties }) => Properties.Environment.Variables.STOCKTAKE_SERVICE === service);
  expect(functions).toHaveLength(1);
  return functions[0] as Resource;
}

/** The rules that send events to a function. */
function rulesOf(service: string): Resource["Properties"][] {
  const { id } = functionOf(service);
  return deployed
    .resources("AWS::Events::Rule")
    .map(({ Properties }) => Properties)
    .filter(({ Targets }) => referred(Targets[0].Arn) === id);
}

test("nothing is deployed besides the services' functions and the API, and nothing for a source or a target", () => {
  expect(deployed.resources("AWS::Lambda::Function")).toHaveLength(SERVICES.length + 1);
  expect(deployed.resources("AWS::SQS::Queue")).toEqual([]);
  const another = sixthSource({ id: "example.other-things" });
  const more = deployment({ registry: [...REGISTRY, another] });
  const counted = ({ template }: Deployment) => Object.keys(template.toJSON().Resources).sort();
  expect(counted(more)).toEqual(counted(deployed));
});

test.each([1, 100, 2_000])("the template is the same with %i accounts", (count) => {
  const targets = Array.from({ length: count }, (_, index) => ({
    account: String(300_000_000_000 + index),
    regions: ["eu-west-1", "us-east-1"],
  }));
  expect(deployment({ registry: REGISTRY, targets }).templates).toEqual(deployed.templates);
});

describe.each(SERVICES)("%s", (service) => {
  test("has a function of its own, with names that follow from the stack's", () => {
    const { Properties } = functionOf(service);
    expect(Properties).toMatchObject({
      FunctionName: `Stocktake-${service}`,
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Handler: "index.handler",
      Timeout: 900,
    });
    expect(Properties.ReservedConcurrentExecutions).toBeUndefined();
    expect(Properties.TracingConfig).toBeUndefined();
    expect(deployed.resource(referred(Properties.Role)).Properties.RoleName).toBe(`Stocktake-eu-west-1-${service}`);
    const log = deployed.resource(referred(Properties.LoggingConfig.LogGroup)).Properties;
    expect(log).toMatchObject({ LogGroupName: `/aws/lambda/Stocktake-${service}`, RetentionInDays: 30 });
  });

  test("is told what to do in its environment", () => {
    const { Variables } = functionOf(service).Properties.Environment;
    expect(Variables).toMatchObject({
      STOCKTAKE_RETENTION_DAYS: String(DEFAULT_SETTINGS.retentionDays),
      STOCKTAKE_WORKERS: String(DEFAULT_SETTINGS.workers),
      STOCKTAKE_ACCOUNT: "111111111111",
      STOCKTAKE_METRICS_NAMESPACE: "Stocktake/Stocktake",
    });
    expect(Variables.STOCKTAKE_EXTERNAL_ID).toBeUndefined();
    expect(Variables.STOCKTAKE_READER_ROLE["Fn::Join"][1].at(-1)).toBe(
      ":iam::{account}:role/Stocktake-eu-west-1-reader",
    );
    expect(Number(Variables.STOCKTAKE_GUARD_ITEMS)).toBe(DEFAULT_GUARD.items);
    expect(Number(Variables.STOCKTAKE_GUARD_SHARE)).toBe(DEFAULT_GUARD.share);
    expect(parseSourceSettings(Variables.STOCKTAKE_SOURCES)).toEqual(
      Object.fromEntries(
        REGISTRY.map(({ id, intervalMinutes, listedByCreation }) => [
          id,
          { intervalMinutes, ...(listedByCreation && { incrementalMinutes: listedByCreation.incrementalMinutes }) },
        ]),
      ),
    );
    for (const table of ["VERSIONS", "CHANGES", "EDGES", "SCOPES", "SYNCS"]) {
      const named = deployed.resource(referred(Variables[`STOCKTAKE_TABLE_${table}`]));
      expect(named.Type).toBe("AWS::DynamoDB::GlobalTable");
      expect(named.id.toUpperCase()).toContain(`TABLES${table}`);
    }
  });

  test("is dispatched once a minute, and no event is sent to it twice", () => {
    const [rule, ...others] = rulesOf(service).filter(({ ScheduleExpression }) => ScheduleExpression);
    expect(others).toEqual([]);
    expect(rule).toMatchObject({
      State: "ENABLED",
      ScheduleExpression: "rate(1 minute)",
      Targets: [{ Input: '{"kind":"dispatch"}', RetryPolicy: { MaximumRetryAttempts: 0 } }],
    });
    const { id } = functionOf(service);
    const invoked = deployed
      .resources("AWS::Lambda::EventInvokeConfig")
      .filter(({ Properties }) => referred(Properties.FunctionName) === id);
    expect(invoked.map(({ Properties }) => Properties.MaximumRetryAttempts)).toEqual([0]);
  });

  test("gets the events that its sources name, as they are, from the inventory's own bus", () => {
    const sources = REGISTRY.filter(({ id }) => serviceOf(id) === service);
    const events = new Set(sources.flatMap((source) => source.events));
    const [rule, ...others] = rulesOf(service).filter(({ EventPattern }) => EventPattern);
    expect(others).toEqual([]);
    expect(rule.EventPattern.detail).toEqual({
      eventSource: [expect.stringMatching(/^[a-z]+\.amazonaws\.com$/)],
      eventName: [...events].sort(),
      errorCode: [{ exists: false }],
    });
    expect(rule.Targets[0].Input).toBeUndefined();
    expect(deployed.resource(referred(rule.EventBusName)).Type).toBe("AWS::Events::EventBus");
  });
});

test("both the inventory's region and the readers' send their events to that bus", () => {
  const bus = deployed.resources("AWS::Events::EventBus").find(({ Properties }) => Properties.Name === "Stocktake");
  const forwarding = (from: Resource[]) =>
    from
      .map(({ Properties }) => Properties)
      .filter(({ EventPattern, EventBusName }) => EventPattern && EventBusName === undefined);
  const [own, ...others] = forwarding(deployed.resources("AWS::Events::Rule"));
  const [readers] = forwarding(deployed.resources("AWS::Events::Rule", deployed.reader));
  expect(others).toEqual([]);
  expect(readers.EventPattern).toEqual(own.EventPattern);
  expect(own.EventPattern.detail.eventName).toEqual([...new Set(REGISTRY.flatMap(({ events }) => events))].sort());
  expect(referred(own.Targets[0].Arn)).toBe(bus?.id);
  expect(readers.Targets[0].Arn["Fn::Join"][1].at(-1)).toBe(":events:eu-west-1:111111111111:event-bus/Stocktake");
});

describe("settings", () => {
  test("of one source and of all reach the functions", () => {
    const tuned = deployment({
      sources: {
        "sagemaker.associations": { intervalMinutes: 1440, incrementalMinutes: 30 },
        "cleanrooms.memberships": { extraRegions: ["eu-west-3"] },
        "workspaces.images": { enabled: false },
      },
      workers: 2,
      reservedConcurrency: 5,
      externalId: "agreed",
      readerRole: "Auditor",
      name: "Audit",
      tracing: true,
      retentionDays: 30,
      guard: { items: 3, share: 0.25 },
    });
    const { Properties } = functionOf("sagemaker", tuned);
    expect(Properties).toMatchObject({
      FunctionName: "Audit-sagemaker",
      ReservedConcurrentExecutions: 5,
      TracingConfig: { Mode: "Active" },
    });
    const { Variables } = Properties.Environment;
    expect(Variables).toMatchObject({
      STOCKTAKE_RETENTION_DAYS: "30",
      STOCKTAKE_GUARD_ITEMS: "3",
      STOCKTAKE_GUARD_SHARE: "0.2500",
      STOCKTAKE_WORKERS: "2",
      STOCKTAKE_EXTERNAL_ID: "agreed",
      STOCKTAKE_METRICS_NAMESPACE: "Stocktake/Audit",
    });
    expect(Variables.STOCKTAKE_READER_ROLE["Fn::Join"][1].at(-1)).toBe(":iam::{account}:role/Auditor");
    const told = parseSourceSettings(Variables.STOCKTAKE_SOURCES) ?? {};
    expect(told["sagemaker.associations"]).toEqual({ intervalMinutes: 1440, incrementalMinutes: 30 });
    expect(told["cleanrooms.memberships"]?.extraRegions).toEqual(["eu-west-3"]);
    expect(Object.keys(told)).not.toContain("workspaces.images");
  });

  test("leave out incremental syncs that are no more frequent than full ones", () => {
    const often = deployment({ sources: { "sagemaker.associations": { intervalMinutes: 1 } } });
    const { Variables } = functionOf("sagemaker", often).Properties.Environment;
    expect(parseSourceSettings(Variables.STOCKTAKE_SOURCES)?.["sagemaker.associations"]).toEqual({
      intervalMinutes: 1,
    });
  });

  test("without hints leave out their bus and every rule for them", () => {
    const quiet = deployment({ hints: false });
    const buses = quiet.resources("AWS::Events::EventBus").map(({ Properties }) => Properties.Name);
    expect(buses).toEqual(["Stocktake-events"]);
    for (const { Properties } of quiet.resources("AWS::Events::Rule")) {
      expect(Properties.ScheduleExpression).toBe("rate(1 minute)");
    }
    expect(quiet.resources("AWS::Events::Rule", quiet.reader)).toEqual([]);
  });

  test("of a boundary and a key hold for every role, table and log", () => {
    const encryptionKey = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const strict = deployment({ encryptionKey, permissionsBoundary: "Bounded", organization: { id: "o-a1b2c3d4e5" } });
    for (const stack of [strict.stack, strict.reader]) {
      for (const { Properties } of strict.resources("AWS::IAM::Role", stack)) {
        expect(JSON.stringify(Properties.PermissionsBoundary)).toContain(":policy/Bounded");
      }
    }
    for (const { Properties } of strict.resources("AWS::DynamoDB::GlobalTable")) {
      expect(Properties.Replicas[0].SSESpecification).toEqual({ KMSMasterKeyId: encryptionKey });
    }
    for (const { Properties } of strict.resources("AWS::Logs::LogGroup")) {
      expect(Properties.KmsKeyId).toBe(encryptionKey);
    }
    const [topic] = strict.resources("AWS::SNS::Topic");
    expect(JSON.stringify(topic?.Properties.KmsMasterKeyId)).toContain("1234abcd-12ab-34cd-56ef-1234567890ab");
  });
});

describe("an organization", () => {
  const organization = {
    id: "o-a1b2c3d4e5",
    units: ["ou-ab12-12345678"],
    regions: ["eu-west-1", "us-east-1"],
    tags: { inventory: "yes" },
    exclude: [OTHER],
  };

  test("is discovered daily by a function of its own", () => {
    const found = deployment({ organization });
    const [lambda] = found
      .resources("AWS::Lambda::Function")
      .filter(({ Properties }) => Properties.Environment.Variables.STOCKTAKE_ORGANIZATION);
    const { id: _id, ...asked } = organization;
    expect(JSON.parse(lambda?.Properties.Environment.Variables.STOCKTAKE_ORGANIZATION)).toEqual(asked);
    const [rule] = found
      .resources("AWS::Events::Rule")
      .map(({ Properties }) => Properties)
      .filter(({ Targets }) => referred(Targets[0].Arn) === lambda?.id);
    expect(rule).toMatchObject({ ScheduleExpression: "rate(1 day)", State: "ENABLED" });
    expect(found.template.toJSON().Outputs.DiscoveryFunction.Value).toEqual({ Ref: lambda?.id });
  });

  test("gets the reader by a StackSet, the same template that the reader stack has, in accounts that join as well", () => {
    const found = deployment({ organization, externalId: "agreed", permissionsBoundary: "Bounded" });
    const [set] = found.resources("AWS::CloudFormation::StackSet");
    expect(set?.Properties).toMatchObject({
      StackSetName: "Stocktake-reader",
      PermissionModel: "SERVICE_MANAGED",
      CallAs: "SELF",
      AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
      Capabilities: ["CAPABILITY_NAMED_IAM"],
      StackInstancesGroup: [
        { DeploymentTargets: { OrganizationalUnitIds: organization.units }, Regions: organization.regions },
      ],
    });
    expect(JSON.parse(set?.Properties.TemplateBody)).toEqual(found.templates[1]);
  });

  test("may send hints to the bus, and nobody else may", () => {
    const [policy] = deployment({ organization }).resources("AWS::Events::EventBusPolicy");
    expect(policy?.Properties.Statement).toMatchObject({
      Effect: "Allow",
      Principal: "*",
      Action: "events:PutEvents",
      Condition: { StringEquals: { "aws:PrincipalOrgID": organization.id } },
    });
    expect(deployed.resources("AWS::Events::EventBusPolicy")).toEqual([]);
  });

  test("need be neither discovered nor given a StackSet", () => {
    const plain = deployment({ organization: { ...organization, discovery: false, stackSet: false } });
    expect(plain.resources("AWS::CloudFormation::StackSet")).toEqual([]);
    expect(plain.template.toJSON().Outputs.DiscoveryFunction).toBeUndefined();
    const delegated = deployment({ organization: { ...organization, delegatedAdministrator: true } });
    expect(delegated.resources("AWS::CloudFormation::StackSet")[0]?.Properties.CallAs).toBe("DELEGATED_ADMIN");
  });
});
