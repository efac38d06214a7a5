import * as cleanrooms from "@aws-sdk/client-cleanrooms";
import * as sagemaker from "@aws-sdk/client-sagemaker";
import * as workspaces from "@aws-sdk/client-workspaces";
import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticOperationSchema } from "@smithy/types";
import * as iot from "../../functions/aws/iot-managed-integrations/index.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { SERVICES } from "../../functions/sources/services.ts";
import { LEFT_OUT } from "./left-out.ts";

/** The clients whose every list operation is accounted for. */
export const CLIENTS: Readonly<Record<string, object>> = { sagemaker, cleanrooms, iot, workspaces };

/** What becomes of a list operation. `unknown`: it has neither source nor reason. */
export interface Covered {
  readonly operation: string;
  readonly source?: string;
  /** The source whose items it is listed for, one at a time. */
  readonly plannedFrom?: string;
  readonly leftOut?: string;
}

/** Every list operation of a service's client, in order of its name. */
export function coverageOf(service: string): Covered[] {
  const { name = "" } = SERVICES[service] ?? {};
  const reasons = new Map(
    (LEFT_OUT[service] ?? []).flatMap(([reason, names]) => names.split(/\s+/).map((each) => [each, reason] as const)),
  );
  return listOperationsOf(CLIENTS[service] ?? {}).map((operation) => {
    const source = SOURCES.find((each) => each.operation === `${name} ${operation}`);
    const leftOut = reasons.get(operation);
    return {
      operation,
      ...(source && { source: source.id }),
      ...(source?.plannedFrom && { plannedFrom: source.plannedFrom.source }),
      ...(leftOut !== undefined && { leftOut }),
    };
  });
}

/** The operations named as left out that the client does not have, or that have a source. */
export function outdatedReasons(service: string): string[] {
  const open = new Set(coverageOf(service).flatMap(({ operation, source }) => (source ? [] : operation)));
  const named = (LEFT_OUT[service] ?? []).flatMap(([, names]) => names.split(/\s+/));
  return named.filter((operation) => !open.has(operation));
}

/** An operation lists when its name says so, when it has pages, or when it reads a list and nothing else. */
function listOperationsOf(client: object): string[] {
  const commands = Object.entries(client).flatMap(([name, value]) => (/^[A-Z]\w+Command$/.test(name) ? [value] : []));
  const schemas: StaticOperationSchema[] = commands.map((command) => new command({}).schema);
  return schemas.flatMap(([, , name, , input, output]) => (lists(name, input, output) ? [name] : [])).sort();
}

function lists(name: string, input: StaticOperationSchema[4], output: StaticOperationSchema[5]): boolean {
  if (name.startsWith("List")) return true;
  if (membersOf(input).some(([member]) => /^nextToken$/i.test(member))) return true;
  if (!/^(Describe|Get)/.test(name)) return false;
  const answered = membersOf(output);
  return answered.length === 1 && answered.every(([, member]) => member.isListSchema());
}

function membersOf(schema: StaticOperationSchema[4]): [string, NormalizedSchema][] {
  const normalized = NormalizedSchema.of(schema);
  return normalized.isStructSchema() ? [...normalized.structIterator()] : [];
}

/** docs/coverage.md. */
export function coveragePage(): string {
  const sections = Object.keys(CLIENTS).map((service) => {
    const rows = coverageOf(service).map(({ operation, source, plannedFrom, leftOut }) => {
      const planned = plannedFrom ? `, one of \`${plannedFrom}\` at a time` : "";
      return `| ${operation} | ${source ? `\`${source}\`${planned}` : "–"} | ${leftOut ?? "–"} |`;
    });
    return [
      `## ${SERVICES[service]?.name}`,
      "",
      "| operation | source | left out because |",
      "| --- | --- | --- |",
      ...rows,
    ].join("\n");
  });
  return `# Coverage

Every list operation of the four services' clients: what is [inventoried](sources.md), and why the rest is left out. \`npm run pages\` writes this
page; a test fails when a new version of the SDK brings an operation that it does not know. The client of IoT Managed Integrations is the
project's own, and has the operations that are inventoried.

${sections.join("\n\n")}
`;
}
