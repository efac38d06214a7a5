import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tableNames } from "../../functions/store/dynamodb/schema.ts";
import { createDynamoStore } from "../../functions/store/dynamodb/store.ts";
import { openDatabase, type TestDatabase } from "../store/database.ts";
import { MEMBERSHIPS, membership } from "./harness/documents.ts";
import type { ItemBody, Page, ProblemBody } from "./harness/walk.ts";
import { newWorld, type World } from "./harness/world.ts";

/** What lies at, or beyond, the limits of DynamoDB: both stores give the same answer, and never a failure. */

let database: TestDatabase;
let worlds: readonly World[];
beforeAll(async () => {
  database = await openDatabase();
  worlds = [newWorld(), newWorld({ store: await database.newStore() })];
  for (const world of worlds) await world.sync({ source: MEMBERSHIPS, documents: [membership(1), membership(2)] });
});
afterAll(() => database.close());

const idOf = (text: string) => Buffer.from(text).toString("base64url");
const inRegion = (key: string) => idOf(`${MEMBERSHIPS}/123456789012/eu-west-1/${key}`);
const NUL = "\u0000";

describe("DynamoDB's limits", () => {
  test.each([
    ["an id of a source as long as a partition key", idOf(`${"a".repeat(2_030)}/123456789012/eu-west-1/k`), 400],
    ["an id of a region as long", idOf(`a/123456789012/eu-${"w".repeat(2_030)}-1/k`), 400],
    ["an id of a longer key than can be stored", inRegion("k".repeat(999)), 400],
    ["an id of the longest key", inRegion("k".repeat(998)), 404],
    ["an id of a key that is too long once its U+0000 are escaped", inRegion(NUL.repeat(500)), 400],
    ["an id of the longest key of U+0000", inRegion(NUL.repeat(499)), 404],
    ["an id in a region of any partition", idOf(`${MEMBERSHIPS}/123456789012/eusc-de-east-1/k`), 404],
  ])("answer %s alike", async (_what, id, status) => {
    for (const world of worlds) {
      for (const path of [`/v1/items/${id}`, `/v1/items/${id}/history`]) {
        expect((await world.get(path)).status).toBe(status);
      }
      expect(world.errors).toEqual([]);
    }
  });

  test.each([
    ["a scope that is too long", `/v1/items?scope=${"s".repeat(999)}`, 400],
    ["the longest scope", `/v1/items?scope=${"s".repeat(998)}`, 200],
    ["a scope of U+0000", "/v1/items?scope=%00", 200],
    [
      "a region that is too long",
      `/v1/items?source=${MEMBERSHIPS}&account=123456789012&region=eu-${"w".repeat(2_030)}-1`,
      400,
    ],
    ["a node that is too long", `/v1/graph?node=${"n".repeat(1_025)}`, 400],
    ["the longest node", `/v1/graph?node=${"n".repeat(1_024)}`, 200],
    ["the longest id as a node", `/v1/graph?node=${inRegion("k".repeat(998))}`, 404],
    ["a path named like a prototype", "/v1/items?filter[__proto__]=x", 200],
    ["a cursor of 3,000 characters", `/v1/items?cursor=${"A".repeat(3_000)}`, 400],
    ["a cursor of 30,000 characters", `/v1/items?cursor=${"A".repeat(30_000)}`, 400],
  ])("answer %s alike", async (_what, path, status) => {
    for (const world of worlds) {
      const response = await world.get(path);
      expect(response.status).toBe(status);
      if (path.includes("__proto__")) expect((await response.json()) as Page<ItemBody>).toMatchObject({ items: [] });
      expect(world.errors).toEqual([]);
    }
  });
});

describe("a store that cannot be reached", () => {
  test.each([
    ["a closed port", async () => "http://127.0.0.1:1"],
    ["a proxy that answers in its place", () => serving(502, "text/html", "<h1>secret</h1>")],
    ["a host that hangs up", () => serving(0, "", "")],
  ])("is 503, to be tried again, and tells nothing of itself: %s", async (_what, endpointOf) => {
    const settings = { region: "eu-west-1", credentials: { accessKeyId: "a", secretAccessKey: "b" }, maxAttempts: 1 };
    const client = new DynamoDBClient({ ...settings, endpoint: await endpointOf() });
    const world = newWorld({ store: createDynamoStore(client, tableNames("secret-"), { retentionDays: 1 }) });
    for (const path of ["/v1/items", "/v1/sources", "/v1/health", "/v1/graph?node=x", `/v1/items/${inRegion("k")}`]) {
      const response = await world.get(path);
      expect(response.status, path).toBe(503);
      expect(response.headers.get("retry-after")).toBe("5");
      const text = await response.text();
      expect((JSON.parse(text) as ProblemBody).detail).toBe(
        "the store cannot be read at the moment: try again shortly",
      );
      expect(text).not.toContain("secret");
    }
    expect(world.errors).toHaveLength(5);
  });
});

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

/** Answers every request in this way; without a status it hangs up. */
async function serving(status: number, type: string, text: string): Promise<string> {
  const server = createServer((request, response) => {
    if (status === 0) request.socket.destroy();
    else response.writeHead(status, { "content-type": type }).end(text);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
