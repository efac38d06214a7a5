import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deployedApiUrl, signingProxy } from "../../explorer/proxy.ts";
import { environment, finished, newFolder, runCommand, startCommand } from "../cli/cli.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const identity = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET, sessionToken: "session" };

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** The signature that AWS would expect of a request, worked out from what the documentation says and nothing else. */
function expectedSignature(request: IncomingMessage): string {
  const { authorization = "", "x-amz-date": date = "" } = request.headers as Record<string, string>;
  const [, scope = "", names = ""] = /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+)/.exec(authorization) ?? [];
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const headers = names.split(";").map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const sorted = query.split("&").sort().join("&");
  const canonical = [request.method, path, sorted, headers.join(""), names, sha256("")].join("\n");
  const [day = "", region = "", service = "", end = ""] = scope.split("/");
  const key = [region, service, end].reduce<Buffer>(hmac, hmac(`AWS4${SECRET}`, day));
  return hmac(key, ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n")).toString("hex");
}

let api: Server;
let url: string;
let requests: IncomingMessage[] = [];
let status = 200;
let contentType = "application/json";

beforeAll(async () => {
  api = createServer((request, response) => {
    requests.push(request);
    const headers = { "content-type": contentType, etag: '"1"', "set-cookie": "a=b" };
    response.writeHead(status, headers).end(JSON.stringify(status < 400 ? { items: [] } : { message: "Forbidden" }));
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
});
afterAll(() => api.close());
beforeEach(() => {
  requests = [];
  status = 200;
  contentType = "application/json";
});

describe("signing requests to a deployed API", () => {
  const proxy = () =>
    signingProxy({ url: new URL(url), region: "eu-west-1", credentials: async () => ({ ...identity }) });
  const ask = (path: string, init?: RequestInit) => proxy()(new Request(`http://127.0.0.1:8787${path}`, init));

  test.each(["/v1/sources", "/v1/items?filter[Status]=a%20b%2Bc&source=x&filter[Status]=(%27*!)", "/v1/items/YWJj-_"])(
    "%s gets the signature that AWS expects of execute-api",
    async (path) => {
      const answer = await ask(path);
      expect(await answer.json()).toEqual({ items: [] });
      const [request] = requests;
      const authorization = request?.headers.authorization ?? "";
      expect(authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/execute-api\/aws4_request, /,
      );
      expect(request?.headers["x-amz-security-token"]).toBe("session");
      expect(new URL(request?.url ?? "", url).searchParams).toEqual(new URL(path, url).searchParams);
      expect(authorization).toContain(`Signature=${expectedSignature(request as IncomingMessage)}`);
    },
  );

  test("forwards only GET and HEAD requests under /v1/, with ETags but without the server's other headers", async () => {
    expect((await ask("/v1/items", { method: "POST" })).status).toBe(405);
    expect((await ask("/secret")).status).toBe(404);
    expect(requests).toEqual([]);
    const answer = await ask("/v1/items", { headers: { "if-none-match": '"1"', cookie: "c=d", origin: "http://e" } });
    expect(requests[0]?.headers).toMatchObject({ "if-none-match": '"1"' });
    expect(requests[0]?.headers).not.toHaveProperty("cookie");
    expect(requests[0]?.headers).not.toHaveProperty("origin");
    expect(answer.headers.get("etag")).toBe('"1"');
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  test.each([
    "/v1/..%2f..%2fadmin",
    "/v1/%2e%2e%2fadmin",
    "/v1/..%5cadmin",
    "/v1/items/%252e%252e",
    "/v1/items/..%3b/admin",
    "/v1/items//admin",
    "/v1/items/.hidden",
    "/v1/items;x=1",
    "/v1/\u0130tems",
    "/v1/",
    "/v1/../admin",
  ])("%s is not forwarded: another server might read another path in it", async (path) => {
    expect((await ask(path)).status).toBe(404);
    expect(requests).toEqual([]);
  });

  test.each(["text/html", "text/html; x=application/json", "image/svg+xml", "application/jsonx", ""])(
    "a response of type %j becomes a problem",
    async (type) => {
      contentType = type;
      for (const given of [200, 404, 500]) {
        status = given;
        const answer = await ask("/v1/items");
        expect(answer.status).toBe(502);
        expect(answer.headers.get("content-type")).toBe("application/problem+json");
        expect(((await answer.json()) as { detail: string }).detail).toContain("instead of JSON: check that --api");
      }
    },
  );

  test("a browser may not guess the type of a response", async () => {
    contentType = "application/problem+json";
    expect((await ask("/v1/items")).headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("the path of an API's stage is kept", async () => {
    const staged = signingProxy({
      url: new URL(`${url}/prod/`),
      region: "eu-west-1",
      credentials: async () => identity,
    });
    await staged(new Request("http://127.0.0.1/v1/sources"));
    expect(requests[0]?.url).toBe("/prod/v1/sources");
  });

  test("an error becomes a problem document of one line", async () => {
    const unreachable = signingProxy({
      url: new URL("http://127.0.0.1:1"),
      region: "eu-west-1",
      credentials: async () => identity,
    });
    const denied = new Error("the SSO session has expired");
    denied.name = "CredentialsProviderError";
    const lapsed = signingProxy({ url: new URL(url), region: "eu-west-1", credentials: () => Promise.reject(denied) });
    for (const [failing, detail] of [
      [unreachable, /^127\.0\.0\.1:1 cannot be reached: /],
      [lapsed, /^there are no usable credentials: the SSO session has expired$/],
    ] as const) {
      const answer = await failing(new Request("http://127.0.0.1/v1/sources"));
      expect(answer.status).toBe(502);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(((await answer.json()) as { detail: string }).detail).toMatch(detail);
    }
  });
});

describe("the address of a deployed API", () => {
  test.each([
    ["https://abc123.execute-api.eu-west-1.amazonaws.com", undefined, "eu-west-1"],
    ["https://abc123.execute-api.cn-north-1.amazonaws.com.cn/prod", undefined, "cn-north-1"],
    ["https://stocktake.example.com", "us-east-2", "us-east-2"],
    ["http://127.0.0.1:3000", "eu-west-1", "eu-west-1"],
  ])("%s with region %s is signed for %s", (text, given, region) => {
    expect(deployedApiUrl(text, given)).toEqual({ url: new URL(text), region });
  });

  test.each([
    ["abc123", /is not a URL/],
    ["http://abc123.execute-api.eu-west-1.amazonaws.com", /must begin with https/],
    ["https://abc123.execute-api.eu-west-1.amazonaws.com/?a=b", /a host and perhaps a path/],
    ["https://stocktake.example.com", /say which with --region/],
  ])("%s is refused", (text, message) => {
    expect(() => deployedApiUrl(text, undefined)).toThrow(message);
  });
});

describe("npm run explore", () => {
  let folder: Awaited<ReturnType<typeof newFolder>>;
  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(() => folder.remove());

  const credentials = { AWS_ACCESS_KEY_ID: identity.accessKeyId, AWS_SECRET_ACCESS_KEY: SECRET, PORT: "0" };
  const toApi = () => ["explore", "--api", url, "--region", "eu-west-1"];

  test("serves the page and the proxied API on this machine only", async () => {
    const child = startCommand(toApi(), environment(folder.folder, credentials));
    const ended = finished(child);
    const own = await new Promise<string>((resolve, reject) => {
      child.stdout?.on("data", (chunk: Buffer) => {
        const found = /on (http:\/\/127\.0\.0\.1:\d+)/.exec(chunk.toString())?.[1];
        if (found) resolve(found);
      });
      child.once("close", () => reject(new Error("it ended")));
    });
    expect(await (await fetch(own)).text()).toContain("<title>Stocktake</title>");
    expect(await (await fetch(`${own}/v1/items?source=a.b`)).json()).toEqual({ items: [] });
    expect(requests.at(-1)?.headers.authorization).toContain(
      `Signature=${expectedSignature(requests.at(-1) as IncomingMessage)}`,
    );
    const docs = await fetch(`${own}/v1/docs`);
    expect(docs.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await docs.text()).toContain("<h1>Stocktake: HTTP API");
    const before = requests.length;
    const foreign = await fetch(`${own}/v1/items`, { headers: { origin: "https://evil.example" } });
    expect(foreign.status).toBe(403);
    expect(requests).toHaveLength(before);
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 0, stderr: "" });
  });

  test("reports in one line why it cannot start", async () => {
    const env = environment(folder.folder, credentials);
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...none } = env;
    status = 403;
    const lines = await Promise.all([
      runCommand(["explore", "--api", "nowhere"], env),
      runCommand(["explore", "--api", "http://127.0.0.1:1", "--region", "eu-west-1"], env),
      runCommand(toApi(), none),
      runCommand(toApi(), env),
    ]);
    expect(lines.map(({ code }) => code)).toEqual([2, 1, 1, 1]);
    for (const { stderr } of lines) expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(lines[0]?.stderr).toContain("nowhere is not a URL");
    expect(lines[1]?.stderr).toContain("127.0.0.1:1 cannot be reached");
    expect(lines[2]?.stderr).toContain("there are no credentials");
    expect(lines[3]?.stderr).toContain("grant execute-api:Invoke");
  });
});
