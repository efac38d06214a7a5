import * as cleanrooms from "@aws-sdk/client-cleanrooms";
import * as sagemaker from "@aws-sdk/client-sagemaker";
import * as workspaces from "@aws-sdk/client-workspaces";
import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticOperationSchema } from "@smithy/types";
import { describe, expect, test } from "vitest";
import * as iotManagedIntegrations from "../../functions/aws/iot-managed-integrations/index.ts";
import { OPERATIONS } from "../../simulator/operations/registry.ts";
import { loadModel, type Model, type ModelName, operationOf, problemsOf, shapeOf } from "./model.ts";

const CLIENTS: Record<ModelName, object> = {
  sagemaker,
  cleanrooms,
  "iot-managed-integrations": iotManagedIntegrations,
  workspaces,
};

describe.each(Object.keys(CLIENTS) as ModelName[])("%s", (service) => {
  const model = loadModel(service);

  test("is signed for under its own name, and answered in its protocol", () => {
    const { protocol, signingName, endpointPrefix } = model.metadata;
    const served = Object.values(OPERATIONS).filter(({ name }) => name in model.operations);
    expect(served.length).toBeGreaterThan(4);
    for (const operation of served) {
      expect({ json: "json", rest: "rest-json" }[operation.service.protocol]).toBe(protocol);
      expect(operation.service.signingName).toBe(signingName ?? endpointPrefix);
    }
  });

  test.each(Object.keys(model.operations))("%s: the client keeps every member of the model", (name) => {
    const command = Object.entries(CLIENTS[service]).find(([key]) => key === `${name}Command`)?.[1];
    const [, , , , input, output]: StaticOperationSchema = new command({}).schema;
    const operation = operationOf(model, name);
    expect(lost(model, operation.input.shape, NormalizedSchema.of(input))).toEqual([]);
    expect(lost(model, operation.output.shape, NormalizedSchema.of(output))).toEqual([]);
  });
});

describe("the checks against the model", () => {
  const model = loadModel("cleanrooms");

  test("find what is wrong", () => {
    expect(problemsOf(model, "ListMembershipsInput", { maxResults: 101, status: "LEFT", other: 1 })).toEqual([
      "ListMembershipsInput.maxResults has the size 101, not 1 to 100",
      "ListMembershipsInput.status is LEFT, not of the enum",
      "ListMembershipsInput.other is not in the model",
    ]);
    expect(problemsOf(model, "MembershipPaymentConfiguration", { queryCompute: { isResponsible: "no" } })).toEqual([
      "MembershipPaymentConfiguration.queryCompute.isResponsible is not a boolean",
    ]);
    expect(problemsOf(model, "MembershipPaymentConfiguration", {})).toHaveLength(1);
    expect(problemsOf(model, "MembershipArn", "arn:aws:cleanrooms:eu-west-1:1:membership/x")).toHaveLength(1);
    expect(problemsOf(model, "Timestamp", 1_700_000_000_123)).toHaveLength(1);
  });

  test("let through what is right", () => {
    expect(problemsOf(model, "ListMembershipsInput", { maxResults: 100, status: "ACTIVE" })).toEqual([]);
    expect(problemsOf(model, "CollaborationName", "Reach & frequency – spring")).toEqual([]);
    expect(problemsOf(model, "Timestamp", 1_700_000_000.123)).toEqual([]);
  });
});

/** The paths of the model's members that a client's schema lacks or reads as another type. */
function lost(model: Model, shapeName: string, schema: NormalizedSchema, path = shapeName): string[] {
  const shape = shapeOf(model, shapeName);
  if (shape.type === "list") {
    return schema.isListSchema()
      ? lost(model, shape.member?.shape ?? "", schema.getValueSchema(), `${path}[]`)
      : [path];
  }
  if (shape.type === "structure") {
    if (!schema.isStructSchema()) return [path];
    const known = new Map(schema.structIterator());
    return Object.entries(shape.members ?? {}).flatMap(([name, { shape: target }]) => {
      const member = known.get(name);
      return member === undefined ? [`${path}.${name}`] : lost(model, target, member, `${path}.${name}`);
    });
  }
  return readsAs(shape.type, schema) ? [] : [path];
}

function readsAs(type: string, schema: NormalizedSchema): boolean {
  if (type === "timestamp") return schema.isTimestampSchema();
  if (type === "boolean") return schema.isBooleanSchema();
  return type === "integer" ? schema.isNumericSchema() : schema.isStringSchema();
}
