import { beforeAll, describe, expect, test } from "vitest";
import { parseSettings } from "../../infra/parse-settings.ts";
import { inventorySettings } from "../../infra/settings-schema.ts";
import { type Deployment, deployment, type Resource, referred } from "./deployment.ts";

/** Who is notified of what, by the template. test/lambda/pipeline.test.ts sends real events through such a rule. */

const SLACK = "https://hooks.slack.com/services/T/B/x";
const TOPIC = "arn:aws:sns:eu-west-1:111111111111:oncall";
const QUEUE = "arn:aws:sqs:eu-west-1:111111111111:changes";

let deployed: Deployment;
let rules: Resource[];

beforeAll(() => {
  deployed = deployment({
    notify: [
      {
        match: { types: ["Item Removed"], sources: ["cleanrooms.memberships"], accounts: ["111111111111"] },
        to: { slackWebhook: SLACK },
      },
      { match: { types: ["Sync Failed"], detail: { lasting: [true] }, firstListings: true }, to: { snsTopic: TOPIC } },
      { to: { queue: QUEUE } },
      { match: { regions: ["eu-west-1"] }, to: { url: "https://example.com/changes" } },
    ],
  });
  rules = deployed.resources("AWS::Events::Rule").filter(({ Properties }) => Properties.EventPattern?.source);
});

const targetOf = (index: number) => rules[index]?.Properties.Targets[0];

test("a rule matches what it names, and leaves out first listings unless it asks for them", () => {
  expect(rules.map(({ Properties: { EventPattern } }) => EventPattern)).toEqual([
    {
      source: ["stocktake"],
      "detail-type": ["Item Removed"],
      detail: { source: ["cleanrooms.memberships"], account: ["111111111111"], firstListing: [false] },
    },
    { source: ["stocktake"], "detail-type": ["Sync Failed"], detail: { lasting: [true] } },
    { source: ["stocktake"], detail: { firstListing: [false] } },
    { source: ["stocktake"], detail: { region: ["eu-west-1"], firstListing: [false] } },
  ]);
  for (const { Properties } of rules) {
    expect(deployed.resource(referred(Properties.EventBusName)).Properties.Name).toBe("Stocktake-events");
  }
});

test("Slack gets a message, everybody else the event", () => {
  const addresses = deployed
    .resources("AWS::Events::ApiDestination")
    .map(({ Properties }) => Properties.InvocationEndpoint);
  expect(addresses.sort()).toEqual(["https://example.com/changes", SLACK]);
  const { InputPathsMap, InputTemplate } = targetOf(0).InputTransformer;
  expect(Object.values(InputPathsMap)).toEqual(["$.detail.slackText"]);
  // Without quotes around it, EventBridge writes the text as JSON.
  expect(InputTemplate).toBe(`{"text":<${Object.keys(InputPathsMap)[0]}>}`);
  expect([targetOf(1).Arn, targetOf(2).Arn]).toEqual([TOPIC, QUEUE]);
  for (const index of [1, 2, 3]) expect(targetOf(index).InputTransformer).toBeUndefined();
});

test("what cannot be delivered is kept in a queue that an alarm watches", () => {
  const [queue] = deployed.resources("AWS::SQS::Queue");
  for (const index of rules.keys()) expect(referred(targetOf(index).DeadLetterConfig.Arn)).toBe(queue?.id);
  const alarms = deployed.resources("AWS::CloudWatch::Alarm");
  const watching = alarms.filter(({ Properties }) => Properties.Namespace === "AWS/SQS");
  expect(watching.map(({ Properties }) => referred(Properties.Dimensions[0].Value))).toEqual([
    expect.stringContaining("Undelivered"),
  ]);
});

test("without rules there is the bus, and nothing else", () => {
  const quiet = deployment();
  for (const type of ["AWS::SQS::Queue", "AWS::Events::Connection", "AWS::Events::ApiDestination"]) {
    expect(quiet.resources(type)).toEqual([]);
  }
});

describe("invalid rules are refused", () => {
  test.each([
    [[{ to: {} }], 'notify[0].to is {}: give one of "slackWebhook", "snsTopic", "queue" and "url"'],
    [[{ to: { queue: QUEUE, url: SLACK } }], "give one of"],
    [[{ to: { slackWebhook: "http://plain.example.com" } }], "give an https address, or a reference"],
    [
      [{ match: { types: ["Item Lost"] }, to: { queue: QUEUE } }],
      'notify[0].match.types[0] is "Item Lost": choose from',
    ],
    [[{ match: { kinds: [] }, to: { queue: QUEUE } }], 'unknown key "kinds"'],
  ])("%j", (notify, message) => {
    expect(() => parseSettings(inventorySettings, { notify })).toThrow(message);
  });
});
