import { afterAll, beforeAll, expect, test } from "vitest";
import { serveApi } from "../../cli/api-server.ts";
import type { LoopbackServer } from "../../cli/loopback.ts";
import { collectionOf } from "../../functions/model/collection.ts";
import { MEMBERSHIPS, membership } from "../api/harness/documents.ts";
import { newWorld, RETENTION_DAYS, type World } from "../api/harness/world.ts";

const TARGET = { account: "123456789012", region: "eu-west-1" };
const COLLECTION = collectionOf(MEMBERSHIPS, TARGET);

let world: World;
let server: LoopbackServer;

/** Thirty memberships, of which none is listed any more: their removal is pending. */
beforeAll(async () => {
  world = newWorld();
  await world.sync({ source: MEMBERSHIPS, documents: Array.from({ length: 30 }, (_, n) => membership(n)) });
  await world.sync({ source: MEMBERSHIPS, documents: [] });
  server = await serveApi(world.store, { port: 0, retentionDays: RETENTION_DAYS, allowedOrigins: ["http://allowed"] });
});

afterAll(async () => {
  await server.close();
  await world.close();
});

const requested = async () => (await world.store.collectionRecord(COLLECTION))?.request;

async function post(body: string, headers: Record<string, string> = {}) {
  const answer = await fetch(new URL("/local/approvals", server.url), {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const OWN = JSON.stringify({ source: MEMBERSHIPS, ...TARGET });

test.each<[string, number, string, Record<string, string>]>([
  ["the page of another site", 403, OWN, { origin: "https://evil.example" }],
  ["the page of an origin that may read", 403, OWN, { origin: "http://allowed" }],
  ["a form", 415, OWN, { "content-type": "text/plain" }],
  ["what is not JSON", 400, "{", {}],
  ["what names no collection", 400, JSON.stringify({ source: MEMBERSHIPS, account: "1", region: "eu-west-1" }), {}],
  ["a collection without pending removals", 409, JSON.stringify({ source: "workspaces.images", ...TARGET }), {}],
])("nothing is approved by %s", async (_, status, body, headers) => {
  const answer = await post(body, headers);
  expect(answer).toMatchObject({ status, body: { status, detail: expect.stringMatching(/^[^\n]+$/) } });
  expect(await requested()).toBeUndefined();
});

test("the server's own page approves what is pending, which the next sync removes", async () => {
  const asked = await fetch(new URL("/local/approvals", server.url));
  expect(asked.status).toBe(200);
  expect(await post(OWN, { origin: server.url, "sec-fetch-site": "same-origin" })).toEqual({
    status: 202,
    body: { approved: 30 },
  });
  expect(await requested()).toMatchObject({ approveRemovals: true });
});
