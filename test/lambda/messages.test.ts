import { describe, expect, test } from "vitest";
import { type Message, messageOf, planRequestOf } from "../../functions/lambda/messages.ts";

const source = "workspaces.image-associations";
const target = { account: "111122223333", region: "us-gov-west-1" };
const role = { roleArn: "arn:aws-us-gov:iam::111122223333:role/stocktake/Reader", externalId: "stocktake" };
const scope = { id: "wsi-1", range: { from: "wsi-1#", until: "wsi-1$" } };
const sync: Message = { kind: "sync", source, target, scope, vanished: false, plannedAt: "2026-03-01T12:00:00.000Z" };

describe("messages", () => {
  test.each<[string, Message]>([
    ["a plan", { kind: "plan", source, target }],
    ["a plan under a role", { kind: "plan", source, target: { ...target, ...role } }],
    ["a sync", sync],
    ["a sync of a window", { ...sync, tail: true, window: { from: "2026-03-01T12:00:00.000Z" } }],
    ["a sync of everything", { ...sync, scope: { id: "all", range: {} } }],
  ])("%s reads as it was written", (_what, message) => {
    expect(messageOf(JSON.stringify(message), source)).toEqual(message);
  });

  test.each<[string, unknown]>([
    ["the message is not one of this function's: kind:", { ...sync, kind: "drop" }],
    ["target.account: is not twelve digits", { ...sync, target: { ...target, account: "12345678901" } }],
    ["target.region: is not a region", { ...sync, target: { ...target, region: "eu-west-1/../.." } }],
    ["target.roleArn: is not the ARN of a role", { ...sync, target: { ...target, roleArn: "Reader" } }],
    [
      "target.roleArn: is a role of another account",
      { ...sync, target: { ...target, account: "999999999999", ...role } },
    ],
    ["scope.id:", { ...sync, scope: { ...scope, id: "" } }],
    ["scope.id:", { ...sync, scope: { ...scope, id: "plan" } }],
    ["scope.range:", { ...sync, scope: { id: "wsi-1" } }],
    ["vanished:", { ...sync, vanished: "no" }],
    ["plannedAt:", { ...sync, plannedAt: "yesterday" }],
    ["it is for workspaces.images", { ...sync, source: "workspaces.images" }],
    ["the message is not one of this function's", null],
  ])("%s", (expected, message) => {
    expect(() => messageOf(JSON.stringify(message), source)).toThrow(expected);
  });

  test("what is not JSON is not ours", () => {
    expect(() => messageOf("<xml/>", source)).toThrow("the message is not JSON");
  });
});

describe("the schedule's input", () => {
  test("names its targets", () => {
    const request = { kind: "plan", targets: [target, { ...target, ...role }] };
    expect(planRequestOf(request)).toEqual(request);
    expect(planRequestOf({ ...request, tail: true })).toEqual({ ...request, tail: true });
  });

  test.each([undefined, null, [], {}, { kind: "plan", targets: [] }, { kind: "sync", targets: [target] }])(
    "is not %j",
    (input) => {
      expect(() => planRequestOf(input)).toThrow("the input is not one of this function's");
    },
  );
});
