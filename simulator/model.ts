import cleanrooms from "./aws-models/cleanrooms.json" with { type: "json" };
import iotManagedIntegrations from "./aws-models/iot-managed-integrations.json" with { type: "json" };
import sagemaker from "./aws-models/sagemaker.json" with { type: "json" };
import workspaces from "./aws-models/workspaces.json" with { type: "json" };

/** A shape of an AWS API model, as far as answering by it needs it. */
export interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly error?: { readonly httpStatusCode: number };
  /** Not to be logged. */
  readonly sensitive?: boolean;
}

interface ModelOperation {
  readonly http: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly input: { readonly shape: string };
  readonly output: { readonly shape: string };
  readonly errors?: readonly { readonly shape: string }[];
}

/** An AWS API model: what a service's operations accept, and what they answer. */
export interface Model {
  readonly metadata: { readonly endpointPrefix: string; readonly targetPrefix?: string };
  readonly operations: Readonly<Record<string, ModelOperation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

export const MODELS = {
  sagemaker,
  cleanrooms,
  "iot-managed-integrations": iotManagedIntegrations,
  workspaces,
} satisfies Record<string, Model>;

/** The shape of that name. Throws when the model has none. */
export function shapeOf(model: Model, name: string): Shape {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`The model has no shape ${name}`);
  return shape;
}

/** The names of a structure's members and of their shapes. */
export function membersOf(model: Model, name: string): ReadonlyMap<string, string> {
  const members = Object.entries(shapeOf(model, name).members ?? {});
  return new Map(members.map(([member, { shape }]) => [member, shape]));
}

/** A stored value as the wire has it: instants in seconds, and no member that the model lacks. */
export function toWire(model: Model, shapeName: string, value: unknown): unknown {
  const shape = shapeOf(model, shapeName);
  if (shape.type === "timestamp") return Number(value) / 1000;
  if (Array.isArray(value)) return value.map((item) => toWire(model, shape.member?.shape ?? "", item));
  if (shape.type !== "structure" || typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, member]) => {
    const target = shape.members?.[name];
    return target === undefined || member === undefined ? [] : [[name, toWire(model, target.shape, member)]];
  });
  return Object.fromEntries(entries);
}
