import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { type APIGatewayProxyResult, handle } from "hono/aws-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleRequests, exampleWorld } from "./harness/example-world.ts";
import type { World } from "./harness/world.ts";

/*
 * The same requests through the app itself, through Hono's adapter for Lambda behind an HTTP API, and through its adapter
 * for Node over a real socket.
 */

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Headers = Readonly<Record<string, string>>;

let world: World;
let requests: string[];
const server = createServer();

beforeAll(async () => {
  world = await exampleWorld();
  const bad = [
    "/v1/items?limit=0",
    "/v1/nothing",
    "/v1/items/%ff",
    "/v1/items?filter[a%5D=%",
    "/v1/graph?node=%F0%9F%92%A3",
  ];
  const encoded = [
    "/v1/items?filter%5Bstatus%5D=ACTIVE",
    "/v1/items?at=2026-03-01T14:00:00%2B01:00",
    "/v1/items?filter[status]=ACTIVE&filter[status]=REMOVED",
  ];
  requests = [
    ...Object.values(await exampleRequests(world)).flat(),
    "/v1/openapi.json",
    "/v1/docs",
    ...bad,
    ...encoded,
  ];
  server.on("request", getRequestListener(world.app.fetch));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterAll(() => {
  server.close();
});

async function direct(path: string, method: string, headers: Headers): Promise<Answer> {
  const response = await world.get(path, { method, headers });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()).toString("base64"),
  };
}

async function throughLambda(path: string, method: string, headers: Headers): Promise<Answer> {
  const [rawPath = "", ...query] = path.split("?");
  const event = {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString: query.join("?"),
    headers: { host: "api.example", ...headers },
    isBase64Encoded: false,
    requestContext: { http: { method, path: rawPath }, domainName: "api.example" },
  };
  const handler = handle(world.app) as unknown as (event: object, context: object) => Promise<APIGatewayProxyResult>;
  const result = await handler(event, {});
  const body = Buffer.from(result.body, result.isBase64Encoded ? "base64" : "utf8").toString("base64");
  return { status: result.statusCode, headers: result.headers as Record<string, string>, body };
}

function throughNode(path: string, method: string, headers: Headers): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const { date: _date, connection: _connection, "keep-alive": _alive, ...own } = response.headers;
        resolve({
          status: response.statusCode ?? 0,
          headers: own as Record<string, string>,
          body: Buffer.concat(chunks).toString("base64"),
        });
      });
    });
    request.on("error", reject).end();
  });
}

describe("every adapter gives the same response", () => {
  test.each<[string, string, Headers]>([
    ["GET", "plain", {}],
    ["GET", "compressed", { "accept-encoding": "gzip" }],
    ["HEAD", "plain", {}],
    ["HEAD", "compressed", { "accept-encoding": "gzip" }],
    ["GET", "to who has it already", { "if-none-match": "*" }],
    ["POST", "plain", {}],
  ])("to %s, %s", async (method, _how, headers) => {
    for (const path of requests) {
      const answer = await direct(path, method, headers);
      expect(await throughLambda(path, method, headers), path).toEqual(answer);
      expect(await throughNode(path, method, headers), path).toEqual(answer);
    }
    expect(world.errors).toEqual([]);
  });
});
