import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environment, jsonLines, newFolder } from "./cli.ts";
import { runInProcess } from "./in-process.ts";

/** What reading commands ask of a deployed API, and make of its answers. */

let folder: Awaited<ReturnType<typeof newFolder>>;
beforeAll(async () => {
  folder = await newFolder();
});
afterAll(() => folder.remove());

const run = (...args: string[]) => runInProcess(args, environment(folder.folder));

describe("with --api", () => {
  /** Serves an answer, and says what was asked of it. */
  async function serving(status: number, bodies: readonly unknown[]) {
    const asked: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      const body = bodies[asked.length] ?? bodies.at(-1);
      asked.push(request);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/stage`;
    const close = () => new Promise((resolve) => server.close(resolve));
    return { asked, close, options: ["--api", url, "--api-region", "eu-west-1"] };
  }

  test("a deployed API is read page by page with signed requests", async () => {
    const api = await serving(200, [{ items: [{ id: "1" }], nextCursor: "on" }, { items: [{ id: "2" }] }]);
    const read = await run("items", "--filter", "a b=c d", "--region", "us-east-1", "--json", ...api.options);
    await api.close();
    expect({ code: read.code, entries: jsonLines(read) }).toEqual({ code: 0, entries: [{ id: "1" }, { id: "2" }] });
    const [first, second] = api.asked;
    expect(first?.url).toBe("/stage/v1/items?region=us-east-1&filter%5Ba%20b%5D=c%20d&names=true&limit=51");
    expect(first?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=test\/\d+\/eu-west-1\/execute-api\//);
    expect(second?.url).toContain("&limit=50&cursor=on");
  });

  test.each<[string, number, unknown, number, RegExp]>([
    [
      "a refused parameter",
      400,
      { detail: "at must be a date", parameter: "at" },
      2,
      /^stocktake: --at must be a date\n$/,
    ],
    [
      "a denied request",
      403,
      { message: "Forbidden" },
      1,
      /denied the request \(Forbidden\): grant execute-api:Invoke/,
    ],
    ["too many requests", 429, { message: "Too Many Requests" }, 1, /^stocktake: Too Many Requests\n$/],
    [
      "a failure",
      503,
      { detail: "the store cannot be read\nat the moment" },
      1,
      /the store cannot be read at the moment\n$/,
    ],
  ])("%s", async (_name, status, body, expected, message) => {
    const api = await serving(status, [body]);
    const { code, stdout, stderr } = await run("changes", ...api.options);
    await api.close();
    expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test("an API that does not respond is exit code 1", async () => {
    const api = await serving(200, []);
    await api.close();
    const { code, stderr } = await run("graph", "--node", "x", ...api.options);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^stocktake: 127\.0\.0\.1:\d+ cannot be reached: [^\n]+\n$/);
  });
});
