import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  StaticListSchema,
  StaticMapSchema,
  StaticOperationSchema,
  StaticStructureSchema,
  StaticUnionSchema,
} from "@smithy/types";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commandOf, IoTManagedIntegrationsClient } from "../../functions/aws/iot-managed-integrations/client.ts";
import { keepUnknownMembers } from "../../functions/aws/unknown-members.ts";

const NAMESPACE = "example";

/** A shape that contains itself, in a list, in a map and as a member. */
const part: StaticStructureSchema = [
  3,
  NAMESPACE,
  "Part",
  0,
  ["Name", "At", "Part", "Parts", "ByName", "Either"],
  [[0, { jsonName: "name" }], 4, () => part, () => parts, () => byName, () => either],
];
const parts: StaticListSchema = [1, NAMESPACE, "Parts", 0, () => part];
const byName: StaticMapSchema = [2, NAMESPACE, "ByName", 0, 0, () => part];
const either: StaticUnionSchema = [4, NAMESPACE, "Either", 0, ["One"], [0]];
const input: StaticStructureSchema = [3, NAMESPACE, "ListRequest", 0, [], []];
const output: StaticStructureSchema = [3, NAMESPACE, "ListResponse", 0, ["Items"], [() => parts]];
const operation: StaticOperationSchema = [
  9,
  NAMESPACE,
  "List",
  { http: ["GET", "/parts", 200] },
  () => input,
  () => output,
];
const List = commandOf(operation);

let server: Server;
let answer: { readonly status?: number; readonly text: string };
let client: IoTManagedIntegrationsClient;

beforeEach(async () => {
  server = createServer((_request, response) => {
    response.writeHead(answer.status ?? 200, { "content-type": "application/json" }).end(answer.text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  client = keepUnknownMembers(
    new IoTManagedIntegrationsClient({
      region: "eu-west-1",
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    }),
  );
});
afterEach(() => {
  client.destroy();
  server.close();
  server.closeAllConnections();
});

async function itemsOf(text: string): Promise<unknown> {
  answer = { text };
  const { Items } = (await client.send(new List({}))) as { readonly Items?: unknown };
  return Items;
}

test("members that the client does not know are kept as sent, at any depth, beside those that it reads", async () => {
  const sent = [
    { name: "a", New: { at: 1772323200 }, Part: { name: "b", New: [1, null] }, At: 1772323200 },
    { Parts: [{ New: "in a list" }, { name: "c" }], ByName: { d: { New: "in a map" } } },
  ];
  expect(await itemsOf(JSON.stringify({ Items: sent }))).toEqual([
    { Name: "a", New: { at: 1772323200 }, Part: { Name: "b", New: [1, null] }, At: new Date("2026-03-01T00:00:00Z") },
    { Parts: [{ New: "in a list" }, { Name: "c" }], ByName: { d: { New: "in a map" } } },
  ]);
});

test("a union's unknown member is kept under its name", async () => {
  const sent = [{ Either: { Other: { a: 1 } } }, { Either: { One: "known" } }];
  expect(await itemsOf(JSON.stringify({ Items: sent }))).toEqual(sent);
});

test("an unknown member named like the prototype's changes no prototype", async () => {
  const [item] = (await itemsOf('{"Items":[{"name":"a","__proto__":{"polluted":true}}]}')) as [object];
  expect(Object.getOwnPropertyDescriptor(item, "__proto__")?.value).toEqual({ polluted: true });
  expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
});

test("an answer that lacks the list, or has another thing in its place, is read as before", async () => {
  expect(await itemsOf("{}")).toBeUndefined();
  expect(await itemsOf('{"Items":null,"New":1}')).toBeUndefined();
  expect(await itemsOf('{"Items":[null,{"name":"a"}]}')).toEqual([null, { Name: "a" }]);
});

test("an error, and an answer that is no JSON, are the client's", async () => {
  await expect(itemsOf("<html>")).rejects.toThrow(/JSON/);
  answer = { status: 403, text: '{"__type":"AccessDeniedException","Message":"no","New":1}' };
  await expect(client.send(new List({}))).rejects.toMatchObject({ name: "AccessDeniedException", message: "no" });
});
