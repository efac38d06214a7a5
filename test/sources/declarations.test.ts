import { describe, expect, test } from "vitest";
import { declaredBy, samplesOf } from "../../bin/pages/declared.ts";
import { type ListClient, type ListCommand, readListOperation } from "../../functions/aws/list-operation.ts";
import type { AwsSource } from "../../functions/sources/define-aws-source.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { SERVICES } from "../../functions/sources/services.ts";
import { MODELS, type Model, shapeOf } from "../../simulator/model.ts";

/** Each declaration against the API model of its service. */

const MODEL_OF: Readonly<Record<string, Model & { readonly paginators: Readonly<Record<string, Paginator>> }>> = {
  ...MODELS,
  iot: MODELS["iot-managed-integrations"],
};

interface Paginator {
  readonly input_token: string;
  readonly output_token: string;
  readonly limit_key?: string;
  readonly result_key: string;
}

function modelled(source: AwsSource) {
  const [service = ""] = source.id.split(".");
  const model = MODEL_OF[service];
  const facts = SERVICES[service];
  const name = source.operation.split(" ").at(-1) ?? "";
  const operation = model?.operations[name];
  if (!model || !facts || !operation) throw new Error(`no model of ${source.operation}`);
  const input = shapeOf(model, operation.input.shape);
  const output = shapeOf(model, operation.output.shape);
  const { list } = readListOperation(source.command);
  const element = shapeOf(model, output.members?.[list]?.shape ?? "").member?.shape ?? "";
  return { model, facts, name, input, item: shapeOf(model, element) };
}

/** Every request that a whole listing sends, each answered with an empty list. */
async function requestsOf(source: AwsSource): Promise<Record<string, unknown>[]> {
  const { list } = readListOperation(source.command);
  const requests: Record<string, unknown>[] = [];
  const client: ListClient = {
    send: async ({ input }: InstanceType<ListCommand<Record<string, unknown>, unknown>>) => {
      requests.push(input);
      return { $metadata: {}, [list]: [] };
    },
    destroy: () => undefined,
  };
  for await (const _ of source.listAll(client, new AbortController().signal));
  return requests;
}

/** The document without a member; the member may lie deeper. */
function without(document: unknown, [first = "", ...rest]: readonly string[]): unknown {
  const { [first]: value, ...others } = document as Record<string, unknown>;
  return rest.length === 0 ? others : { ...others, [first]: without(value, rest) };
}

describe.each(SOURCES.map((source) => [source.id, source] as const))("%s", (_, source) => {
  const { model, facts, name, input, item } = modelled(source);
  const documents = { ...samplesOf(source.command), ...(source.adds && { [source.adds]: source.adds }) };

  test("pages as the model's paginator does, by the greatest page that it allows", () => {
    const { list, token, pageSize } = readListOperation(source.command);
    const paginator = MODEL_OF[source.id.split(".")[0] ?? ""]?.paginators[name];
    if (paginator) {
      expect({ request: paginator.input_token, answer: paginator.output_token }).toEqual(token);
      expect([paginator.limit_key, paginator.result_key]).toEqual([pageSize, list]);
    }
    expect(token === undefined).toBe(!Object.keys(input.members ?? {}).some((member) => /^nextToken$/i.test(member)));
    if (pageSize) expect(shapeOf(model, input.members?.[pageSize]?.shape ?? "").max).toBe(facts.maxPageSize);
  });

  test("asks for nothing that narrows what is listed, and for the order of creation where there is one", async () => {
    const requests = await requestsOf(source);
    const { token, pageSize, created, sortable } = readListOperation(source.command);
    const asked = [...new Set(requests.flatMap((request) => Object.keys(request)))];
    const parent = source.plannedFrom ? input.required?.filter((member) => !/Types$/.test(member)) : [];
    for (const member of asked) {
      if ([token?.request, pageSize, ...(parent ?? [])].includes(member)) continue;
      const values = requests.flatMap((request) => request[member] ?? []);
      const shape = shapeOf(model, input.members?.[member]?.shape ?? "");
      const choices = shape.enum ?? shapeOf(model, shape.member?.shape ?? input.members?.[member]?.shape ?? "").enum;
      if (member === "SortBy" || member === "SortOrder") {
        expect(choices).toContain(values[0]);
        expect(new Set(values).size).toBe(1);
      } else if (member === created?.after) {
        expect(values).toEqual([new Date(0)]);
      } else if (choices) {
        const whole = values.includes("Both") || choices.every((choice) => values.includes(choice));
        expect([member, whole]).toEqual([member, true]);
      } else {
        expect(requests.some((request) => request[member] === undefined)).toBe(true);
      }
    }
    expect(asked.includes("SortBy")).toBe(sortable);
    expect(input.required?.filter((member) => !asked.includes(member)) ?? []).toEqual([]);
  });

  test("names members that its items have", () => {
    const members = Object.keys(item.members ?? {});
    const { identity, edges } = declaredBy(source);
    const named = [
      ...identity,
      ...(source.ignoredPaths ?? []),
      ...edges.flatMap(({ between }) => between.split(" → ")).map((path) => path.split("/").at(-1) ?? ""),
      ...Object.values(source.endPaths ?? {}).flat(),
      ...Object.entries(source.nodePaths ?? {}).flatMap(([key, path]) => (key === "type" ? [] : path)),
    ];
    expect(named.filter((path) => !hasPath(model, item, path) && path !== source.adds)).toEqual([]);
    expect(members.includes(source.adds ?? "")).toBe(false);
  });

  test("rejects an item without a member of its identity, and leaves out edges that lack an end", () => {
    const { identity, edges } = declaredBy(source);
    for (const member of identity) expect(source.key(without(documents, member.split(".")))).toBeUndefined();
    for (const end of edges
      .flatMap(({ between }) => between.split(" → "))
      .map((path) => path.split("/").at(-1) ?? "")) {
      expect(source.edges(without(documents, end.split("."))).length).toBeLessThan(edges.length);
    }
    expect(source.edges({})).toEqual([]);
    expect(source.names({})).toEqual([]);
  });

  test("may do what it lists, and nothing else", () => {
    const own = source.grants.at(-1);
    expect(own?.action).toBe(`${facts.iamPrefix}:${name}`);
    const parent = SOURCES.find(({ id }) => id === source.plannedFrom?.source);
    expect(source.grants.slice(0, -1)).toEqual(parent?.grants ?? []);
    const { signingName, endpointPrefix } = model.metadata as { signingName?: string; endpointPrefix: string };
    expect(facts.iamPrefix).toBe(signingName ?? endpointPrefix);
  });
});

function hasPath(model: Model, shape: ReturnType<typeof shapeOf>, path: string): boolean {
  const [first = "", ...rest] = path.split(".");
  const member = shape.members?.[first];
  if (!member) return false;
  return rest.length === 0 || hasPath(model, shapeOf(model, member.shape), rest.join("."));
}

test("the identities of what is listed by creation begin with the instant of creation", () => {
  const byCreation = SOURCES.filter(({ listedByCreation }) => listedByCreation);
  expect(byCreation.map((source) => declaredBy(source).identity[0])).toEqual(byCreation.map(() => "CreationTime"));
  expect(byCreation.every(({ command }) => readListOperation(command).created)).toBe(true);
});
