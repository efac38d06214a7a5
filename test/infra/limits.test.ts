import { expect, test } from "vitest";
import { limitProblems } from "../../infra/limits.ts";

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
    /^the template of Stocktake has 1000\d\d\d? bytes, and AWS takes 1000000: /,
  ],
  [
    "more than 500 resources",
    Object.fromEntries(
      Array.from({ length: 501 }, (_, index) => [`Topic${index}`, { Type: "AWS::SNS::Topic", Properties: {} }]),
    ),
    /^the template of Stocktake has 501 resources, and AWS takes 500: /,
  ],
  [
    "a managed policy of 200 accounts",
    { Readers: { Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument: statements(200) } } },
    /^the policy of Readers in Stocktake has \d+ characters, and AWS takes 6144: /,
  ],
  [
    "inline policies that are too large together",
    {
      Reader: role({ Policies: [{ PolicyDocument: statements(60) }], AssumeRolePolicyDocument: {} }),
      More: { Type: "AWS::IAM::Policy", Properties: { Roles: [{ Ref: "Reader" }], PolicyDocument: statements(60) } },
    },
    /^the inline policies of Reader in Stocktake has \d+ characters, and AWS takes 10240: /,
  ],
  [
    "a trust of too many roles",
    { Reader: role({ AssumeRolePolicyDocument: statements(30) }) },
    /^the trust policy of Reader in Stocktake has \d+ characters, and AWS takes 2048: /,
  ],
  [
    "too large an environment",
    {
      Sync: {
        Type: "AWS::Lambda::Function",
        Properties: { Environment: { Variables: { STOCKTAKE_SOURCES: "x".repeat(4_096) } } },
      },
    },
    /^the environment of Sync in Stocktake has \d+ characters, and AWS takes 4096: /,
  ],
  [
    "an event pattern of too many names",
    {
      Hints: {
        Type: "AWS::Events::Rule",
        Properties: { EventPattern: { detail: { eventName: ["x".repeat(2_048)] } } },
      },
    },
    /^the event pattern of Hints in Stocktake has \d+ characters, and AWS takes 2048: /,
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
