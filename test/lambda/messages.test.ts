import { describe, expect, test } from "vitest";
import { type Message, parseMessage, parseRequest } from "../../functions/lambda/messages.ts";

const source = "workspaces.image-associations";
const target = { account: "111122223333", region: "us-gov-west-1" };
const role = { roleArn: "arn:aws-us-gov:iam::111122223333:role/stocktake/Reader", externalId: "stocktake" };
const scope = { id: "wsi-1", range: { from: "wsi-1#", until: "wsi-1$" } };
const sync: Message = { kind: "sync", source, target, scope };

describe("a message", () => {
  test.each<[string, Message]>([
    ["a plan", { kind: "plan", source, target }],
    ["an incremental plan", { kind: "plan", source, target, incremental: true }],
    ["a plan under a role", { kind: "plan", source, target: { ...target, ...role } }],
    ["a sync", sync],
    ["a sync of an orphaned scope", { ...sync, orphaned: true }],
    ["an incremental sync", { ...sync, incremental: true, scope: { id: "from:x", range: { from: "x" } } }],
    ["a sync of everything", { ...sync, scope: { id: "all", range: {} } }],
  ])("that asks for %s is read as it was written", (_what, message) => {
    expect(parseMessage(JSON.stringify(message), source)).toEqual(message);
  });

  test.each<[string, unknown]>([
    ["Invalid message: kind:", { ...sync, kind: "drop" }],
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
    ["orphaned:", { ...sync, orphaned: "no" }],
    ["incremental:", { ...sync, incremental: 1 }],
    ["Invalid message: it is for workspaces.images", { ...sync, source: "workspaces.images" }],
    ["Invalid message", null],
  ])("is rejected with: %s", (expected, message) => {
    expect(() => parseMessage(JSON.stringify(message), source)).toThrow(expected);
  });

  test("is rejected when it is not JSON", () => {
    expect(() => parseMessage("<xml/>", source)).toThrow("Invalid message: not JSON");
  });
});

describe("a request of a schedule", () => {
  test("to plan names its targets", () => {
    const request = { kind: "plan", targets: [target, { ...target, ...role }] };
    expect(parseRequest(request)).toEqual(request);
    expect(parseRequest({ ...request, incremental: true })).toEqual({ ...request, incremental: true });
  });

  test("to settle needs nothing else", () => {
    expect(parseRequest({ kind: "settle" })).toEqual({ kind: "settle" });
  });

  test.each([undefined, null, [], {}, { kind: "plan", targets: [] }, { kind: "sync", targets: [target] }])(
    "is not %j",
    (input) => {
      expect(() => parseRequest(input)).toThrow("Invalid input");
    },
  );
});
