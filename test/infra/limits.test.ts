import { expect, test } from "vitest";
import { serviceOf } from "../../functions/model/collection.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { limitProblems } from "../../infra/limits.ts";
import { deployment } from "./deployment.ts";

/** What CloudFormation, IAM, Lambda or EventBridge would refuse for its size is refused when the app is synthesized. */

const statements = (count: number) => ({
  Version: "2012-10-17",
  Statement: Array.from({ length: count }, (_, index) => ({
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Resource: { "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, `:iam::${300_000_000_000 + index}:role/Reader`]] },
  })),
});

const role = (Properties: object) => ({ Type: "AWS::IAM::Role", Properties });

test.each<[name: string, resources: Record<string, { Type: string; Properties: object }>, problem: RegExp]>([
  [
    "a template of more than a megabyte",
    { Large: { Type: "AWS::SNS::Topic", Properties: { DisplayName: "x".repeat(1_000_000) } } },
    /^the template of Stocktake has 1000\d\d\d? bytes, and AWS takes 1000000: give fewer rules in notify: /,
  ],
  [
    "more than 500 resources",
    Object.fromEntries(
      Array.from({ length: 501 }, (_, index) => [`Topic${index}`, { Type: "AWS::SNS::Topic", Properties: {} }]),
    ),
    /^the template of Stocktake has 501 resources, and AWS takes 500: give fewer rules in notify: /,
  ],
  [
    "a managed policy of 200 accounts",
    { Readers: { Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument: statements(200) } } },
    /^the policy of Readers in Stocktake has \d+ characters, and AWS takes 6144: disable sources /,
  ],
  [
    "inline policies that are too large together",
    {
      Reader: role({ Policies: [{ PolicyDocument: statements(60) }], AssumeRolePolicyDocument: {} }),
      More: { Type: "AWS::IAM::Policy", Properties: { Roles: [{ Ref: "Reader" }], PolicyDocument: statements(60) } },
    },
    /^the inline policies of Reader in Stocktake has \d+ characters, and AWS takes 10240: disable sources /,
  ],
  [
    "a trust of too many roles",
    { Reader: role({ AssumeRolePolicyDocument: statements(30) }) },
    /^the trust policy of Reader in Stocktake has \d+ characters, and AWS takes 2048: name fewer accounts in apiReaders/,
  ],
  [
    "too large an environment",
    {
      Sync: {
        Type: "AWS::Lambda::Function",
        Properties: {
          Environment: {
            Variables: { STOCKTAKE_SOURCES: "y".repeat(1_000), STOCKTAKE_EXTERNAL_ID: "x".repeat(3_050) },
          },
        },
      },
    },
    /^the environment of Sync in Stocktake has \d+ characters, and AWS takes 4096: STOCKTAKE_EXTERNAL_ID has 3052 of them: shorten externalId$/,
  ],
  [
    "an event pattern of too many names",
    {
      Hints: {
        Type: "AWS::Events::Rule",
        Properties: { EventPattern: { detail: { eventName: ["x".repeat(2_048)] } } },
      },
    },
    /^the event pattern of Hints in Stocktake has \d+ characters, and AWS takes 2048: name fewer /,
  ],
])("%s", (_name, Resources, problem) => {
  expect(limitProblems("Stocktake", { Resources })).toEqual([expect.stringMatching(problem)]);
});

test("references count as what they become", () => {
  const PolicyDocument = statements(45);
  const text = JSON.stringify(PolicyDocument).replaceAll(/\{"Fn::Join":\["",\["arn:",\{[^}]+\},("[^"]+")\]\]\}/g, "$1");
  expect(text.length).toBeLessThan(6_144);
  const Resources = { Readers: { Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument } } };
  expect(JSON.stringify(PolicyDocument).length).toBeGreaterThan(6_144);
  expect(limitProblems("Stocktake", { Resources })).toEqual([]);
});

test("regions that sources are launched in leave room in every environment", () => {
  // Each service in others, so that none shares its list.
  const launched = (n: number) => Array.from({ length: 12 }, (_, region) => `ap-southeast-${10 + 12 * n + region}`);
  const services = [...new Set(SOURCES.map(({ id }) => serviceOf(id)))];
  const sources = Object.fromEntries(services.map((service, n) => [service, { extraRegions: launched(n) }]));
  const { stack, template } = deployment({ sources, externalId: "x".repeat(200) });
  expect(limitProblems(stack.stackName, template.toJSON())).toEqual([]);
});
