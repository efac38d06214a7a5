import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type App, CloudFormationValidatePlugin, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { describe, expect, test } from "vitest";
import { limitProblems } from "../../infra/limits.ts";
import { type Deployment, deployment, HOME, OTHER } from "./deployment.ts";

/** The templates follow cdk-nag's rules, CloudFormation's schemas, and CloudFormation's limits. */

const deployments: Readonly<Record<string, Deployment>> = {
  "when account and region are known only later": deployment({}, {}),
  "in one account and region": deployment(),
  "with everything configured": deployment({
    targets: [{ regions: ["eu-west-1", "us-east-1"] }, { account: OTHER, regions: ["eu-west-1"] }],
    sources: {
      "sagemaker.associations": { intervalMinutes: 2 },
      "iot.account-associations": { extraRegions: ["us-east-1"] },
    },
    organization: { id: "o-a1b2c3d4e5", units: ["ou-ab12-12345678"], regions: ["eu-west-1", "us-east-1"] },
    externalId: "agreed",
    reservedConcurrency: 5,
    apiReaders: [OTHER],
    dashboard: true,
    tracing: true,
    permissionsBoundary: "Bounded",
    encryptionKey: "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    alarmEmail: "people@example.com",
    notify: [
      { match: { types: ["Item Removed"] }, to: { slackWebhook: "{{resolve:secretsmanager:stocktake/slack}}" } },
      { match: { accounts: [OTHER] }, to: { snsTopic: "arn:aws:sns:eu-west-1:111111111111:oncall" } },
      { match: { regions: ["eu-west-1"] }, to: { queue: "arn:aws:sqs:eu-west-1:111111111111:changes" } },
      { to: { url: "https://example.com/changes" } },
    ],
    explorerUrl: "https://explorer.example.com",
    dailyExport: { keepDays: 30 },
    removalPolicy: "destroy",
  }),
  "with tokens and without hints": deployment({
    api: { jwt: { issuer: "https://login.example.com/", audience: ["stocktake"] } },
    organization: { id: "o-a1b2c3d4e5", roleArn: "arn:aws:iam::444444444444:role/ListAccounts" },
    hints: false,
    dailyExport: { bucket: "exports-of-others", prefix: "stocktake/eu" },
  }),
};

describe.each(Object.entries(deployments))("%s", (_name, deployed) => {
  test.each([
    ["AWS's solutions", AwsSolutionsChecks],
    ["serverless", ServerlessChecks],
  ])("cdk-nag's rules of %s find only what is acknowledged", (_pack, Checks) => {
    const { violations } = new Checks(deployed.app).validateScope(deployed.app);
    const found = violations.map(({ ruleName, violatingResources }) => [
      ruleName,
      ...violatingResources.map(({ constructPath }) => constructPath),
    ]);
    expect(found).toEqual([]);
  });

  test("each acknowledgement is about one resource and gives a reason", () => {
    const all = acknowledgements(deployed.app);
    expect(all.length).toBeGreaterThan(0);
    for (const { resources, reason } of all) {
      // A role or a queue with its policy, or a function: never a whole construct.
      expect(resources).toBeLessThanOrEqual(2);
      expect(reason).toMatch(/^\S.{30,}\.$/);
    }
  });

  test("CloudFormation's schemas and rules find nothing", () => {
    expect(findings(deployed.templates)).toEqual([]);
  });

  test("templates stay within CloudFormation's limits and refer only to what they contain", () => {
    for (const template of deployed.templates) {
      expect(limitProblems("Stocktake", template)).toEqual([]);
      expect(JSON.stringify(template)).not.toContain("Token[");
      const names = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters ?? {})]);
      for (const name of references(template)) expect(name.startsWith("AWS::") || names.has(name), name).toBe(true);
    }
  });
});

const validator = new CloudFormationValidatePlugin();

test("the schemas find invalid properties", () => {
  const [template] = structuredClone(deployments["in one account and region"]?.templates ?? []);
  for (const { Type, Properties } of Object.values<{ Type: string; Properties: Record<string, unknown> }>(
    template.Resources,
  )) {
    if (Type === "AWS::Lambda::Function") Properties.Timeout = 901;
    if (Type === "AWS::Events::Rule") Properties.State = "PERHAPS";
  }
  const found = findings([template]).join("\n");
  expect(found).toContain("Timeout");
  expect(found).toContain("PERHAPS");
});

/** The findings of the CDK's own validator, which has CloudFormation's schemas. */
function findings(templates: Deployment["templates"]): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), "stocktake-templates-"));
  try {
    const stackTemplates = templates.map((template, index) => {
      const templatePath = path.join(folder, `${index}.template.json`);
      writeFileSync(templatePath, JSON.stringify(template));
      return { stackConstructPath: String(index), templatePath, accountId: HOME.account, region: HOME.region };
    });
    const templatePaths = stackTemplates.map(({ templatePath }) => templatePath);
    const { app } = deployments["in one account and region"] as Deployment;
    const { violations } = validator.validate({
      templatePaths,
      stackTemplates,
      appConstruct: app,
    });
    return violations.map(({ ruleName, description, violatingResources }) => {
      const places = violatingResources.map(({ resourceLogicalId }) => resourceLogicalId).join(", ");
      return `${ruleName}: ${description} (${places})`;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function acknowledgements(app: App) {
  return app.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.values<string>(data))
      .map((reason) => ({
        reason,
        resources: construct.node.findAll().filter((child) => "cfnResourceType" in child).length,
      })),
  );
}

/** Every name in a Ref, a Fn::GetAtt or a DependsOn. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (key === "Ref") return [String(member)];
    if (key === "Fn::GetAtt") return [String(member[0])];
    if (key === "DependsOn") return [member].flat().map(String);
    return references(member);
  });
}
