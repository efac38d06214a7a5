import { readFileSync } from "node:fs";
import type { Shape } from "../../simulator/model.ts";

export interface ModelOperation {
  readonly name: string;
  readonly http: { readonly requestUri: string };
  readonly input: { readonly shape: string };
  readonly output: { readonly shape: string };
  readonly errors?: readonly { readonly shape: string }[];
}

export interface Model {
  readonly metadata: { readonly protocol: string; readonly signingName?: string; readonly endpointPrefix: string };
  readonly operations: Readonly<Record<string, ModelOperation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

export type ModelName = "sagemaker" | "cleanrooms" | "iot-managed-integrations" | "workspaces";

/** The API model of a service, that the simulator answers by. */
export function loadModel(name: ModelName): Model {
  return JSON.parse(readFileSync(new URL(`../../simulator/aws-models/${name}.json`, import.meta.url), "utf8"));
}

/** The shape of that name. Throws when the model has none. */
export function shapeOf(model: Model, name: string): Shape {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`The model has no shape ${name}`);
  return shape;
}

/** The operation of that name. Throws when the model has none. */
export function operationOf(model: Model, name: string): ModelOperation {
  const operation = model.operations[name];
  if (operation === undefined) throw new Error(`The model has no operation ${name}`);
  return operation;
}

/** Everything about a value on the wire that its shape does not allow; a member that the shape lacks is such a thing. */
export function problemsOf(model: Model, shapeName: string, value: unknown, path = shapeName): string[] {
  const shape = shapeOf(model, shapeName);
  switch (shape.type) {
    case "structure":
      return structureProblems(model, shape, value, path);
    case "list":
      if (!Array.isArray(value)) return [`${path} is not a list`];
      return [
        ...rangeProblems(shape, value.length, path),
        ...value.flatMap((item, index) => problemsOf(model, shape.member?.shape ?? "", item, `${path}[${index}]`)),
      ];
    case "string":
      return typeof value === "string" ? textProblems(shape, value, path) : [`${path} is not a string`];
    case "integer":
      return Number.isInteger(value) ? rangeProblems(shape, Number(value), path) : [`${path} is not an integer`];
    case "boolean":
      return typeof value === "boolean" ? [] : [`${path} is not a boolean`];
    case "timestamp":
      return isSecondsWithMilliseconds(value) ? [] : [`${path} is not a number of seconds`];
    default:
      return [`${path} has the type ${shape.type}, which is not checked`];
  }
}

function structureProblems(model: Model, shape: Shape, value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [`${path} is not a structure`];
  const missing = (shape.required ?? []).filter((name) => !(name in value)).map((name) => `${path}.${name} is missing`);
  const wrong = Object.entries(value).flatMap(([name, member]) => {
    const target = shape.members?.[name];
    return target === undefined
      ? [`${path}.${name} is not in the model`]
      : problemsOf(model, target.shape, member, `${path}.${name}`);
  });
  return [...missing, ...wrong];
}

function textProblems(shape: Shape, value: string, path: string): string[] {
  const problems = rangeProblems(shape, value.length, path);
  if (shape.enum !== undefined && !shape.enum.includes(value)) problems.push(`${path} is ${value}, not of the enum`);
  const pattern = shape.pattern === undefined ? undefined : compile(shape.pattern);
  if (pattern !== undefined && !pattern.test(value)) problems.push(`${path} ${value} does not match ${pattern}`);
  return problems;
}

function rangeProblems(shape: Shape, size: number, path: string): string[] {
  const tooSmall = shape.min !== undefined && size < shape.min;
  const tooLarge = shape.max !== undefined && size > shape.max;
  return tooSmall || tooLarge ? [`${path} has the size ${size}, not ${shape.min} to ${shape.max}`] : [];
}

function isSecondsWithMilliseconds(value: unknown): boolean {
  return typeof value === "number" && value > 1e9 && value < 1e10 && /^\d+(\.\d{1,3})?$/.test(String(value));
}

/** The pattern, matching whole texts; undefined when it is not one that JavaScript has. */
function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`, pattern.includes("\\p{") ? "u" : "");
  } catch {
    return undefined;
  }
}
