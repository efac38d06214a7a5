import { ListMemberships$ } from "@aws-sdk/client-cleanrooms";
import { ListAssociations$ } from "@aws-sdk/client-sagemaker";
import { DescribeImageAssociations$, DescribeWorkspaceImages$ } from "@aws-sdk/client-workspaces";
import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticOperationSchema } from "@smithy/types";
import { describe, expect, test } from "vitest";
import type { Rule } from "../../simulator/constraints.ts";
import type { OperationName } from "../../simulator/operations/operation.ts";
import { OPERATIONS } from "../../simulator/operations/registry.ts";
import { loadModel, type Model, type ModelName, operationOf, problemsOf, shapeOf } from "./model.ts";

const MODEL_OF: Record<OperationName, ModelName> = {
  ListAssociations: "sagemaker",
  ListMemberships: "cleanrooms",
  ListAccountAssociations: "iot-managed-integrations",
  DescribeWorkspaceImages: "workspaces",
  DescribeImageAssociations: "workspaces",
};

describe.each(OPERATIONS.map((operation) => [operation.name, operation] as const))("%s", (name, operation) => {
  const model = loadModel(MODEL_OF[name]);
  const { input, output } = operationOf(model, name);

  test("accepts exactly what the model accepts", () => {
    const { members = {}, required = [] } = shapeOf(model, input.shape);
    const expected = Object.entries(members).map(([member, { shape }]) => {
      return [member, { ...ruleOf(model, shape), ...(required.includes(member) && { required: true }) }];
    });
    expect(operation.rules).toEqual(Object.fromEntries(expected));
  });

  test("speaks the service's protocol under its names", () => {
    const { protocol, signingName, endpointPrefix } = model.metadata;
    expect({ json: "json", rest: "rest-json" }[operation.service.protocol]).toBe(protocol);
    expect(operation.service.signingName).toBe(signingName ?? endpointPrefix);
    expect(Object.keys(shapeOf(model, output.shape).members ?? {})).toContain(operation.itemsMember);
  });
});

describe("the SDK's clients keep every member of the models", () => {
  const schemas: [OperationName, StaticOperationSchema][] = [
    ["ListAssociations", ListAssociations$],
    ["ListMemberships", ListMemberships$],
    ["DescribeWorkspaceImages", DescribeWorkspaceImages$],
    ["DescribeImageAssociations", DescribeImageAssociations$],
  ];
  test.each(schemas)("of %s", (name, [, , , , input, output]) => {
    const model = loadModel(MODEL_OF[name]);
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

/** The rule that a shape amounts to. */
function ruleOf(model: Model, shapeName: string): Rule {
  const { type, min, max, pattern, enum: oneOf, member } = shapeOf(model, shapeName);
  return JSON.parse(JSON.stringify({ type, min, max, pattern, oneOf, element: member && ruleOf(model, member.shape) }));
}

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
