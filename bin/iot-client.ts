import { writeFileSync } from "node:fs";
import { MODELS, type Model, membersOf, type Shape, shapeOf } from "../simulator/model.ts";

/** Writes `functions/aws/iot-managed-integrations/generated.ts` when it is run; a test compares the file with what this makes. */

const model: Model = MODELS["iot-managed-integrations"];

const OPERATIONS = Object.keys(model.operations).sort();
const SENSITIVE = 8;
const TYPES: Readonly<Record<string, { readonly type: string; readonly schema: number }>> = {
  string: { type: "string", schema: 0 },
  integer: { type: "number", schema: 1 },
  timestamp: { type: "Date", schema: 4 },
};

/** The types, schemas and commands of every operation in the service's API model, as TypeScript before it is formatted. */
export function generateClient(): string {
  const shapes = reachable(OPERATIONS.flatMap((name) => [inputOf(name), outputOf(name)]));
  return [
    "// Written by `npm run iot-client` from simulator/aws-models/iot-managed-integrations.json: change the model or bin/iot-client.ts.",
    'import type { MetadataBearer, StaticListSchema, StaticOperationSchema, StaticSimpleSchema, StaticStructureSchema } from "@smithy/types";',
    'import { commandOf, namespace } from "./client.ts";',
    ...shapes.map(typeOf),
    ...shapes.map(schemaOf),
    ...OPERATIONS.map(command),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function inputOf(operation: string): string {
  return model.operations[operation]?.input.shape ?? "";
}

function outputOf(operation: string): string {
  return model.operations[operation]?.output.shape ?? "";
}

/** The shapes and all that they are made of, each after its parts. */
function reachable(names: readonly string[], seen = new Set<string>()): string[] {
  return names.flatMap((name) => {
    if (seen.has(name)) return [];
    seen.add(name);
    const { member } = shapeOf(model, name);
    const parts = [...membersOf(model, name).values(), ...(member ? [member.shape] : [])];
    return [...reachable(parts, seen), name];
  });
}

/** A structure's interface, or an enumeration's union; nothing for other shapes, whose types have no names. */
function typeOf(name: string): string {
  const shape = shapeOf(model, name);
  if (shape.enum) return `export type ${name} = ${shape.enum.map((value) => `"${value}"`).join(" | ")};`;
  if (shape.type !== "structure") return "";
  const [typeName, base] = publicName(name);
  const members = [...membersOf(model, name)].map(([member, target]) => {
    return `${member}${shape.required?.includes(member) ? "" : "?"}: ${referenceTo(target)} | undefined;`;
  });
  return `export interface ${typeName}${base} { ${members.join(" ")} }`;
}

/** Requests and responses are called as in generated clients. */
function publicName(name: string): [name: string, base: string] {
  for (const operation of OPERATIONS) {
    if (name === inputOf(operation)) return [`${operation}CommandInput`, ""];
    if (name === outputOf(operation)) return [`${operation}CommandOutput`, " extends MetadataBearer"];
  }
  return [name, ""];
}

function referenceTo(name: string): string {
  const { type, member, enum: values } = shapeOf(model, name);
  if (type === "list") return `${referenceTo(member?.shape ?? "")}[]`;
  return type === "structure" || values ? name : simple(name).type;
}

function simple(name: string) {
  const { type } = shapeOf(model, name);
  const known = TYPES[type];
  if (known === undefined) throw new Error(`${name} has the type ${type}, which the generator does not know`);
  return known;
}

/**
 * The shape in the notation that the SDK runtime reads: its kind (3 structure, 1 list), namespace, name and traits, then the names and
 * schemas of its members, and how many of them, from the first, are required. Simple shapes are numbers, unless they are not to be logged.
 */
function schemaOf(name: string): string {
  const shape = shapeOf(model, name);
  if (shape.type === "list") {
    return `const ${schemaName(name)}: StaticListSchema = [1, namespace, "${name}", 0, ${schemaReference(shape.member?.shape ?? "")}];`;
  }
  if (shape.type !== "structure") {
    if (!isSensitive(shape)) return "";
    return `const ${schemaName(name)}: StaticSimpleSchema = [0, namespace, "${name}", ${SENSITIVE}, ${simple(name).schema}];`;
  }
  const { required = [] } = shape;
  const members = [...membersOf(model, name)];
  const sorted = [
    ...members.filter(([member]) => required.includes(member)),
    ...members.filter(([member]) => !required.includes(member)),
  ];
  const isInput = OPERATIONS.some((operation) => name === inputOf(operation));
  const references = sorted.map(([member, target]) => {
    return isInput ? `[${schemaReference(target)}, { httpQuery: "${member}" }]` : schemaReference(target);
  });
  const names = sorted.map(([member]) => `"${member}"`);
  const count = required.length > 0 ? `, ${required.length}` : "";
  return `const ${schemaName(name)}: StaticStructureSchema = [3, namespace, "${name}", 0, [${names}], [${references}]${count}];`;
}

function schemaReference(name: string): string {
  const shape = shapeOf(model, name);
  const isNamed = ["structure", "list"].includes(shape.type) || isSensitive(shape);
  return isNamed ? `() => ${schemaName(name)}` : String(simple(name).schema);
}

function schemaName(name: string): string {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}Schema`;
}

function isSensitive(shape: Shape): boolean {
  return shape.sensitive === true;
}

function command(name: string): string {
  const operation = model.operations[name];
  if (operation === undefined) throw new Error(`The model has no operation ${name}`);
  const { method, requestUri, responseCode = 200 } = operation.http;
  const schema = `[9, namespace, "${name}", { http: ["${method}", "${requestUri}", ${responseCode}] }, () => ${schemaName(inputOf(name))}, () => ${schemaName(outputOf(name))}]`;
  return [
    `const ${schemaName(name)}: StaticOperationSchema = ${schema};`,
    `/** \`${method} ${requestUri}\`. */`,
    `export class ${name}Command extends commandOf<${name}CommandInput, ${name}CommandOutput>(${schemaName(name)}) {}`,
  ].join("\n");
}

if (process.argv[1]?.endsWith("iot-client.ts")) {
  writeFileSync(new URL("../functions/aws/iot-managed-integrations/generated.ts", import.meta.url), generateClient());
}
