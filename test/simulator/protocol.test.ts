import { ListMembershipsCommand } from "@aws-sdk/client-cleanrooms";
import { ListAssociationsCommand } from "@aws-sdk/client-sagemaker";
import { DescribeImageAssociationsCommand, DescribeWorkspaceImagesCommand } from "@aws-sdk/client-workspaces";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { Wire } from "./wire.ts";

const SIGNED = { authorization: "AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=" };

let simulator: Simulator;
let wire: Wire;

beforeAll(async () => {
  const baseTime = Date.parse("2025-06-01T00:00:00.000Z");
  simulator = await startSimulator({ account: seedAccount({ baseTime, associations: 50 }) });
  wire = new Wire(simulator);
});

afterEach(() => {
  expect(wire.problems.splice(0)).toEqual([]);
});

afterAll(async () => {
  wire.close();
  await simulator.close();
});

async function raw(path: string, init: RequestInit = {}) {
  const response = await fetch(simulator.url + path, init);
  return { status: response.status, code: response.headers.get("x-amzn-errortype"), body: await response.json() };
}

function json(target: string, body: string, headers: Record<string, string> = SIGNED) {
  return raw("/", { method: "POST", body, headers: { ...headers, "x-amz-target": target } });
}

test("listens on the loopback address only", () => {
  expect(simulator.url).toBe(`http://127.0.0.1:${simulator.port}`);
});

describe("a request that is not signed", () => {
  test.each([undefined, "Bearer token", "Basic dXNlcg=="])("with the authorization %s is refused", async (value) => {
    const headers: Record<string, string> = value === undefined ? {} : { authorization: value };
    const code = "MissingAuthenticationTokenException";
    expect(await raw("/memberships", { headers })).toMatchObject({ status: 403, code });
    const answer = await json("SageMaker.ListAssociations", "{}", headers);
    expect(answer).toMatchObject({ status: 400, body: { __type: code, message: "Missing Authentication Token" } });
  });

  test("for this service is refused", async () => {
    const headers = { authorization: "AWS4-HMAC-SHA256 Credential=A/20250101/eu-west-1/iot/aws4_request, Signature=0" };
    const answer = await raw("/account-associations", { headers });
    expect(answer).toMatchObject({ status: 403, code: "InvalidSignatureException" });
  });
});

test.each([
  ["POST", "/", "SageMaker.ListWorkteams"],
  ["POST", "/", undefined],
  ["GET", "/", "SageMaker.ListAssociations"],
  ["GET", "/collaborations/one/schemas", undefined],
  ["POST", "/memberships", undefined],
])("%s %s with the target %s is an unknown operation", async (method, path, target) => {
  const headers = { ...SIGNED, ...(target !== undefined && { "x-amz-target": target }) };
  const code = "UnknownOperationException";
  expect(await raw(path, { method, headers })).toMatchObject({ status: 404, code, body: { __type: code } });
});

test("a body that is not a structure, or has members of other types, is a SerializationException", async () => {
  const code = "SerializationException";
  for (const body of ["{", "[]", '"text"', '{"MaxResults":"10"}', '{"CreatedAfter":"2025-01-01"}', '{"SourceArn":1}']) {
    expect(await json("SageMaker.ListAssociations", body)).toMatchObject({ status: 400, body: { __type: code } });
  }
  const ids = '{"ImageIds":["wsi-000000000",null]}';
  expect(await json("WorkspacesService.DescribeWorkspaceImages", ids)).toMatchObject({ body: { __type: code } });
  expect(await raw("/memberships?maxResults=ten", { headers: SIGNED })).toMatchObject({ status: 400, code });
});

test("unknown and null members are let through", async () => {
  const answer = await json("SageMaker.ListAssociations", '{"Colour":"red","SourceArn":null,"MaxResults":3}');
  expect(answer).toMatchObject({ status: 200, body: { AssociationSummaries: [{}, {}, {}] } });
  expect(await raw("/memberships?colour=red", { headers: SIGNED })).toMatchObject({ status: 200 });
});

describe("a request that breaks a constraint", () => {
  test("of SageMaker's is a ValidationException in AWS's words", async () => {
    const send = (input: object) => wire.sagemaker.send(new ListAssociationsCommand(input));
    await expect(send({ MaxResults: 101 })).rejects.toMatchObject({
      name: "ValidationException",
      $metadata: { httpStatusCode: 400 },
      message:
        "1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
    });
    await expect(send({ MaxResults: 0, SortOrder: "Up" })).rejects.toThrow(
      /^2 validation errors detected: Value 'Up' .*; Value '0' /,
    );
    await expect(send({ SourceArn: "arn:aws:s3:::bucket" })).rejects.toThrow("regular expression pattern");
    await expect(send({ SourceType: "x".repeat(257) })).rejects.toThrow("length less than or equal to 256");
    await expect(send({ AssociationType: "Made" })).rejects.toThrow("enum value set: [ContributedTo, AssociatedWith");
  });

  test("of Clean Rooms' also names the fields", async () => {
    const error = wire.cleanrooms.send(new ListMembershipsCommand({ maxResults: 101 }));
    await expect(error).rejects.toMatchObject({
      name: "ValidationException",
      reason: "FIELD_VALIDATION_FAILED",
      fieldList: [{ name: "maxResults", message: expect.stringContaining("less than or equal to 100") }],
    });
  });

  test("of IoT's is a ValidationException with a capital Message", async () => {
    const reply = await wire.iot({ MaxResults: "1001", ConnectorDestinationId: "no spaces" });
    expect(reply.status).toBe(400);
    expect(reply.headers.get("x-amzn-errortype")).toBe("ValidationException");
    expect(reply.body.Message).toMatch(/^2 validation errors detected: /);
  });

  test("of WorkSpaces' is an InvalidParameterValuesException", async () => {
    const name = "InvalidParameterValuesException";
    const images = (input: object) => wire.workspaces.send(new DescribeWorkspaceImagesCommand(input));
    await expect(images({ MaxResults: 26 })).rejects.toMatchObject({ name });
    await expect(images({ ImageIds: [] })).rejects.toMatchObject({ name });
    await expect(images({ ImageIds: ["ami-1"] })).rejects.toMatchObject({ name });
    const ImageId = simulator.account.images.at(0)?.ImageId;
    for (const input of [
      { ImageId },
      { AssociatedResourceTypes: ["APPLICATION"] },
      { ImageId, AssociatedResourceTypes: [] },
    ]) {
      const answer = await json("WorkspacesService.DescribeImageAssociations", JSON.stringify(input));
      expect(answer).toMatchObject({ status: 400, body: { __type: name } });
    }
  });
});

test("an image that does not exist is a ResourceNotFoundException", async () => {
  const input = { ImageId: "wsi-000000000", AssociatedResourceTypes: ["APPLICATION" as const] };
  await expect(wire.workspaces.send(new DescribeImageAssociationsCommand(input))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    ResourceId: "wsi-000000000",
  });
});

test("requests are counted by operation, whatever becomes of them", async () => {
  const before = { ...simulator.requests };
  await raw("/memberships");
  await wire.iot();
  await wire.iot({ MaxResults: "0" });
  expect(simulator.requests).toEqual({
    ...before,
    ListMemberships: before.ListMemberships + 1,
    ListAccountAssociations: before.ListAccountAssociations + 2,
  });
});
