import { execFileSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type HttpRequest, HttpResponse } from "@smithy/core/protocols";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { generateClient } from "../../bin/iot-client.ts";
import {
  type AccountAssociationItem,
  IoTManagedIntegrationsClient,
  ListAccountAssociationsCommand,
  ListManagedThingsCommand,
} from "../../functions/aws/iot-managed-integrations/index.ts";

type ClientConfig = ConstructorParameters<typeof IoTManagedIntegrationsClient>[0];
type Seen = { method: string | undefined; url: string; headers: IncomingHttpHeaders };

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret/key", sessionToken: "session+token" };
const cleanups: (() => unknown)[] = [];

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent/config");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server that gives each request the next answer, the last one again and again, and keeps what it was asked. */
async function serve(...answers: [RequestListener, ...RequestListener[]]): Promise<{ endpoint: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)] ?? answers[0];
    seen.push({ method: request.method, url: request.url ?? "", headers: request.headers });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function answer(status: number, body: unknown, headers: Record<string, string> = {}): RequestListener {
  return (_, response) => {
    response.writeHead(status, { "content-type": "application/json", "x-amzn-requestid": "request-1", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

function client(config: ClientConfig): IoTManagedIntegrationsClient {
  const created = new IoTManagedIntegrationsClient(config);
  cleanups.push(() => created.destroy());
  return created;
}

const clientOf = (endpoint: string, config: ClientConfig = {}) =>
  client({ region: "eu-west-1", credentials, endpoint, ...config });

const list = (from: IoTManagedIntegrationsClient) => from.send(new ListAccountAssociationsCommand({}));
const failure = (from: IoTManagedIntegrationsClient) =>
  list(from).then(
    () => expect.unreachable("the request should have failed"),
    (error: unknown) => error,
  );

/** A request handler that answers everything with an empty page and keeps the requests. */
function recorder() {
  const requests: HttpRequest[] = [];
  const body = () => new Blob(["{}"]).stream();
  return {
    requests,
    destroyed: 0,
    async handle(request: HttpRequest) {
      requests.push(request);
      return { response: new HttpResponse({ statusCode: 200, headers: {}, body: body() }) };
    },
    destroy() {
      this.destroyed += 1;
    },
  };
}

/** The signature that AWS Signature Version 4 asks of a request without a body, from what the server received. */
function expectedSignature({ method, url, headers }: Seen, secret: string): string {
  const [, date, region, service, signedHeaders = ""] =
    /Credential=[^/]+\/(\d+)\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+)/.exec(
      headers.authorization ?? "",
    ) ?? [];
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Buffer, text = "") => createHmac("sha256", key).update(text).digest();
  const [path = "", query = ""] = url.split("?");
  const canonicalRequest = [
    method,
    path,
    query.split("&").sort().join("&"),
    ...signedHeaders.split(";").map((name) => `${name}:${String(headers[name]).trim()}`),
    "",
    signedHeaders,
    sha256(""),
  ].join("\n");
  const scope = `${date}/${region}/${service}/aws4_request`;
  const stringToSign = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, sha256(canonicalRequest)].join("\n");
  const key = [date, region, service, "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, stringToSign).toString("hex");
}

const item: AccountAssociationItem = {
  AccountAssociationId: "abc1",
  AssociationState: "ASSOCIATION_SUCCEEDED",
  ErrorMessage: "none",
  ConnectorDestinationId: "dest-1",
  Name: "hub",
  Description: "the hub",
  Arn: "arn:aws:iotmanagedintegrations:eu-west-1:123456789012:account-association/abc1",
};

test("what the client has of the API model is current: if not, run `npm run iot-client`", () => {
  const file = "functions/aws/iot-managed-integrations/generated.ts";
  const formatted = execFileSync("node_modules/.bin/biome", ["format", `--stdin-file-path=${file}`], {
    input: generateClient(),
    encoding: "utf8",
  });
  expect(readFileSync(file, "utf8")).toBe(formatted);
});

test("a request asks for what the input says, signed for the service and the region", async () => {
  const { endpoint, seen } = await serve(answer(200, {}));
  const input = { MaxResults: 7, NextToken: "a=b_-", ConnectorDestinationId: "dest-1" };
  await clientOf(endpoint, { customUserAgent: "stocktake-test" }).send(new ListAccountAssociationsCommand(input));
  await list(clientOf(endpoint));
  const [request, plain] = seen;
  if (!request) return expect.unreachable();
  const url = new URL(request.url, endpoint);
  expect([request.method, url.pathname, plain?.url]).toEqual(["GET", "/account-associations", "/account-associations"]);
  expect(Object.fromEntries(url.searchParams)).toEqual({ ...input, MaxResults: "7" });
  expect(request.headers["user-agent"]).toMatch(/api\/iot-managed-integrations#\S+.* stocktake-test/);
  expect(request.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/iotmanagedintegrations\/aws4_request, /,
  );
  expect(request.headers["x-amz-security-token"]).toBe(credentials.sessionToken);
  const signature = /Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? "")?.[1];
  expect(signature).toBe(expectedSignature(request, credentials.secretAccessKey));
  expect(signature).not.toBe(expectedSignature(request, "another secret"));
});

describe("an answer", () => {
  test("is read member by member, instants as dates, with its metadata", async () => {
    const thing = { Id: "thing1", Owner: "somebody", CreatedAt: 1_700_000_000.5, ActivatedAt: 1_700_000_001 };
    const { endpoint } = await serve(
      answer(200, { Items: [{ ...thing, Unknown: 1 }], NextToken: "next", Unknown: true }),
    );
    expect(await clientOf(endpoint).send(new ListManagedThingsCommand({}))).toEqual({
      Items: [{ ...thing, CreatedAt: new Date(1_700_000_000_500), ActivatedAt: new Date(1_700_000_001_000) }],
      NextToken: "next",
      $metadata: expect.objectContaining({ httpStatusCode: 200, requestId: "request-1", attempts: 1 }),
    });
  });

  test("may hold nothing at all", async () => {
    const { endpoint } = await serve(answer(200, {}));
    const { Items, NextToken } = await list(clientOf(endpoint));
    expect([Items, NextToken]).toEqual([undefined, undefined]);
  });

  test("is logged without what the model calls sensitive", async () => {
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const { endpoint } = await serve(answer(200, { Items: [{ Id: "thing1", SerialNumber: "S-1234" }] }));
    await clientOf(endpoint, { logger }).send(new ListManagedThingsCommand({ OwnerFilter: "somebody" }));
    const logged = JSON.stringify(logger.info.mock.calls);
    expect(logged).toContain("ListManagedThingsCommand");
    expect(logged).not.toMatch(/somebody|S-1234/);
  });
});

test.each([
  ["ValidationException", 400, "client"],
  ["ThrottlingException", 429, "client"],
  ["TeapotException", 418, "client"],
  ["InternalServerException", 500, "server"],
])("an error is known by its name, %s, in header, __type or code", async (name, status, fault) => {
  const { endpoint, seen } = await serve(
    answer(status, { Message: "told" }, { "x-amzn-errortype": `${name}:http://internal.amazon.com/` }),
    answer(status, { __type: `com.amazonaws.iotmanagedintegrations#${name}`, message: "told" }),
    answer(status, { code: name, Message: "told" }),
  );
  for (let request = 0; request < 3; request += 1) {
    const error = await failure(clientOf(endpoint, { maxAttempts: 1 }));
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name, message: "told", $fault: fault });
    expect(error).toMatchObject({ $metadata: { httpStatusCode: status, requestId: "request-1", attempts: 1 } });
  }
  expect(seen).toHaveLength(3);
});

describe("retries", () => {
  const unavailable = answer(503, { Message: "later" }, { "x-amzn-errortype": "ServiceUnavailableException" });

  test("follow a request that was throttled, and one that was reset", async () => {
    const { endpoint, seen } = await serve(
      answer(429, { Message: "slow down" }, { "x-amzn-errortype": "ThrottlingException" }),
      (request) => request.socket.resetAndDestroy(),
      answer(200, { Items: [item] }),
    );
    const output = await list(clientOf(endpoint, { retryMode: "adaptive" }));
    expect(output.Items).toEqual([item]);
    expect(output.$metadata.attempts).toBe(3);
    expect(new Set(seen.map(({ headers }) => headers["amz-sdk-invocation-id"])).size).toBe(1);
  });

  test("give up after as many attempts as AWS_MAX_ATTEMPTS says, with the service's own error", async () => {
    vi.stubEnv("AWS_MAX_ATTEMPTS", "2");
    const { endpoint, seen } = await serve(unavailable);
    const error = await failure(clientOf(endpoint));
    expect(error).toMatchObject({
      name: "ServiceUnavailableException",
      message: "later",
      $metadata: { attempts: 2, httpStatusCode: 503 },
    });
    expect(seen).toHaveLength(2);
  });

  test("do not follow a request that can never succeed", async () => {
    const { endpoint, seen } = await serve(answer(403, { __type: "AccessDeniedException", Message: "no" }));
    expect(await failure(clientOf(endpoint))).toMatchObject({ name: "AccessDeniedException" });
    expect(seen).toHaveLength(1);
  });
});

describe("the endpoint", () => {
  const hostFor = async (config: ClientConfig) => {
    const requestHandler = recorder();
    await list(client({ credentials, requestHandler, ...config }));
    const [{ protocol, hostname, port } = { protocol: "", hostname: "", port: undefined }] = requestHandler.requests;
    return `${protocol}//${hostname}${port ? `:${port}` : ""}`;
  };

  test.each([
    ["eu-west-1", false, "https://api.iotmanagedintegrations.eu-west-1.api.aws"],
    ["us-east-1", true, "https://api.iotmanagedintegrations-fips.us-east-1.api.aws"],
    ["cn-north-1", false, "https://api.iotmanagedintegrations.cn-north-1.api.amazonwebservices.com.cn"],
  ])("of %s (FIPS: %s) is %s", async (region, useFipsEndpoint, url) => {
    expect(await hostFor({ region, useFipsEndpoint })).toBe(url);
  });

  test("is the one given", async () => {
    expect(await hostFor({ region: "eu-west-1", endpoint: "http://127.0.0.1:1234" })).toBe("http://127.0.0.1:1234");
  });

  test("given together with FIPS is refused", async () => {
    const config = { region: "eu-west-1", endpoint: "http://127.0.0.1:1234", useFipsEndpoint: true };
    await expect(hostFor(config)).rejects.toThrow("FIPS and custom endpoint are not supported");
  });

  test("is read from the environment, the service's own variable first", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    expect(await hostFor({ region: "eu-west-1" })).toBe("http://127.0.0.1:1");
    const { endpoint, seen } = await serve(answer(200, { Items: [item] }));
    vi.stubEnv("AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS", endpoint);
    const output = await list(client({ region: "eu-west-1", credentials }));
    expect(output.Items).toEqual([item]);
    expect(seen[0]?.headers.authorization).toContain("/eu-west-1/iotmanagedintegrations/aws4_request");
  });
});

describe("the configuration", () => {
  test("takes region and credentials from the environment", async () => {
    vi.stubEnv("AWS_REGION", "ca-central-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDENV");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "env-secret");
    const { endpoint, seen } = await serve(answer(200, {}));
    await list(client({ endpoint }));
    expect(seen[0]?.headers.authorization).toMatch(
      /Credential=AKIDENV\/\d+\/ca-central-1\/iotmanagedintegrations\/aws4_request/,
    );
  });

  test("treats an undefined setting as one that was not given", async () => {
    vi.stubEnv("AWS_REGION", "eu-west-1");
    const { endpoint, seen } = await serve(answer(200, {}));
    await list(
      client({
        endpoint,
        credentials,
        region: undefined,
        maxAttempts: undefined,
        retryMode: undefined,
        logger: undefined,
      }),
    );
    expect(seen[0]?.headers.authorization).toContain("/eu-west-1/");
  });

  test("without a region fails as every SDK client does", async () => {
    await expect(list(client({ credentials }))).rejects.toThrow("Region is missing");
  });

  test("without credentials fails as every SDK client does", async () => {
    const error = await failure(client({ region: "eu-west-1", requestHandler: recorder() }));
    expect(error).toMatchObject({
      name: "CredentialsProviderError",
      message: "Could not load credentials from any providers",
    });
  });

  test("takes options for the request handler", async () => {
    const { endpoint } = await serve(() => undefined);
    const requestHandler = { requestTimeout: 50, throwOnRequestTimeout: true };
    const error = await failure(clientOf(endpoint, { maxAttempts: 1, requestHandler }));
    expect(error).toMatchObject({ name: "TimeoutError" });
  });

  test("takes a request handler, which destroy() destroys", async () => {
    const requestHandler = recorder();
    const from = new IoTManagedIntegrationsClient({ region: "eu-west-1", credentials, requestHandler });
    await list(from);
    expect(requestHandler.requests).toHaveLength(1);
    expect(requestHandler.destroyed).toBe(0);
    from.destroy();
    expect(requestHandler.destroyed).toBe(1);
  });
});

test("an aborted request ends at once", async () => {
  const { endpoint } = await serve(() => undefined);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  const sent = clientOf(endpoint).send(new ListAccountAssociationsCommand({}), { abortSignal: controller.signal });
  await expect(sent).rejects.toMatchObject({ name: "AbortError" });
});
