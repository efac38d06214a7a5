import { createHash, createHmac } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HttpRequest, HttpResponse } from "@smithy/core/protocols";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  AccessDeniedException,
  type AccountAssociationItem,
  InternalServerException,
  IoTManagedIntegrationsClient,
  IoTManagedIntegrationsServiceException,
  ListAccountAssociationsCommand,
  paginateListAccountAssociations,
  ServiceUnavailableException,
  ThrottlingException,
  ValidationException,
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

describe("a request", () => {
  test("asks for what the input says", async () => {
    const { endpoint, seen } = await serve(answer(200, {}));
    await clientOf(endpoint).send(
      new ListAccountAssociationsCommand({ MaxResults: 1000, NextToken: "a=b_-", ConnectorDestinationId: "dest-1" }),
    );
    expect(seen[0]?.method).toBe("GET");
    const url = new URL(seen[0]?.url ?? "", endpoint);
    expect(url.pathname).toBe("/account-associations");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      MaxResults: "1000",
      NextToken: "a=b_-",
      ConnectorDestinationId: "dest-1",
    });
  });

  test("asks for nothing that the input does not say", async () => {
    const { endpoint, seen } = await serve(answer(200, {}));
    await list(clientOf(endpoint));
    expect(seen[0]?.url).toBe("/account-associations");
  });

  test("is signed for the service and the region", async () => {
    const { endpoint, seen } = await serve(answer(200, {}));
    const input = { MaxResults: 7, NextToken: "a=b_-", ConnectorDestinationId: "dest-1" };
    await clientOf(endpoint).send(new ListAccountAssociationsCommand(input));
    const [request] = seen;
    if (!request) return expect.unreachable();
    expect(request.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/iotmanagedintegrations\/aws4_request, /,
    );
    expect(request.headers["x-amz-security-token"]).toBe(credentials.sessionToken);
    const signature = /Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? "")?.[1];
    expect(signature).toBe(expectedSignature(request, credentials.secretAccessKey));
    expect(signature).not.toBe(expectedSignature(request, "another secret"));
  });

  test("names the service in its user agent", async () => {
    const { endpoint, seen } = await serve(answer(200, {}));
    await list(clientOf(endpoint, { customUserAgent: "stocktake-test" }));
    expect(seen[0]?.headers["user-agent"]).toMatch(/api\/iot-managed-integrations#\S+.* stocktake-test/);
  });
});

describe("an answer", () => {
  test("is read member by member, with its metadata", async () => {
    const { endpoint } = await serve(answer(200, { Items: [item], NextToken: "next", Unknown: true }));
    const output = await list(clientOf(endpoint));
    expect(output).toEqual({
      Items: [item],
      NextToken: "next",
      $metadata: expect.objectContaining({ httpStatusCode: 200, requestId: "request-1", attempts: 1 }),
    });
  });

  test("may hold nothing at all", async () => {
    const { endpoint } = await serve(answer(200, {}));
    const output = await list(clientOf(endpoint));
    expect(output.Items).toBeUndefined();
    expect(output.NextToken).toBeUndefined();
  });

  test("that is a page is followed by the next until there is no token, even after an empty one", async () => {
    const { endpoint, seen } = await serve(
      answer(200, { Items: [item], NextToken: "t1" }),
      answer(200, { Items: [], NextToken: "t2" }),
      answer(200, { Items: [{ ...item, AccountAssociationId: "abc2" }] }),
    );
    const ids: (string | undefined)[][] = [];
    const pages = paginateListAccountAssociations(
      { client: clientOf(endpoint), pageSize: 50 },
      { ConnectorDestinationId: "dest-1" },
    );
    for await (const page of pages) ids.push((page.Items ?? []).map((each) => each.AccountAssociationId));
    expect(ids).toEqual([["abc1"], [], ["abc2"]]);
    expect(seen.map(({ url }) => Object.fromEntries(new URL(url, endpoint).searchParams))).toEqual([
      { ConnectorDestinationId: "dest-1", MaxResults: "50" },
      { ConnectorDestinationId: "dest-1", MaxResults: "50", NextToken: "t1" },
      { ConnectorDestinationId: "dest-1", MaxResults: "50", NextToken: "t2" },
    ]);
  });
});

describe("an error", () => {
  const modeled = [
    { type: ValidationException, name: "ValidationException", status: 400, fault: "client" },
    { type: AccessDeniedException, name: "AccessDeniedException", status: 403, fault: "client" },
    { type: ThrottlingException, name: "ThrottlingException", status: 429, fault: "client" },
    { type: InternalServerException, name: "InternalServerException", status: 500, fault: "server" },
    { type: ServiceUnavailableException, name: "ServiceUnavailableException", status: 503, fault: "server" },
  ];

  describe.each(modeled)("that is a $name", ({ type, name, status, fault }) => {
    test.each([
      ["the header", { Message: "told" }, { "x-amzn-errortype": `${name}:http://internal.amazon.com/` }],
      ["__type, with a namespace", { __type: `com.amazonaws.iotmanagedintegrations#${name}`, message: "told" }, {}],
      ["code", { code: name, Message: "told" }, {}],
    ])("is known by %s", async (_, body, headers) => {
      const { endpoint, seen } = await serve(answer(status, body, headers));
      const error = await failure(clientOf(endpoint, { maxAttempts: 1 }));
      expect(error).toBeInstanceOf(type);
      expect(error).toBeInstanceOf(IoTManagedIntegrationsServiceException);
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ name, message: "told", $fault: fault });
      expect(error).toMatchObject({ $metadata: { httpStatusCode: status, requestId: "request-1", attempts: 1 } });
      for (const other of modeled) if (other.type !== type) expect(error).not.toBeInstanceOf(other.type);
      expect(seen).toHaveLength(1);
    });
  });

  test("that the model does not declare is the service's base error, with its own name", async () => {
    const { endpoint } = await serve(answer(401, { message: "who?" }, { "x-amzn-errortype": "UnauthorizedException" }));
    const error = await failure(clientOf(endpoint));
    expect(error).toBeInstanceOf(IoTManagedIntegrationsServiceException);
    expect(error).toMatchObject({ name: "UnauthorizedException", message: "who?", $fault: "client" });
    for (const { type } of modeled) expect(error).not.toBeInstanceOf(type);
  });

  test("of another service is not one of this service's, whatever its name", () => {
    class Foreign extends Error {
      static readonly shapeId = "com.example#ThrottlingException";
      override readonly name = "ThrottlingException";
      readonly $fault = "client";
      readonly $metadata = {};
    }
    expect(new Foreign()).not.toBeInstanceOf(ThrottlingException);
  });
});

describe("retries", () => {
  const throttled = answer(429, { Message: "slow down" }, { "x-amzn-errortype": "ThrottlingException" });
  const unavailable = answer(503, { Message: "later" }, { "x-amzn-errortype": "ServiceUnavailableException" });

  test.each(["standard", "adaptive"])(
    "follow a throttled request (%s mode)",
    { timeout: 20_000 },
    async (retryMode) => {
      const { endpoint, seen } = await serve(throttled, answer(200, { Items: [item] }));
      const output = await list(clientOf(endpoint, { retryMode }));
      expect(output.Items).toEqual([item]);
      expect(output.$metadata.attempts).toBe(2);
      expect(seen.map(({ headers }) => headers["amz-sdk-request"])).toEqual(["attempt=1; max=3", "attempt=2; max=3"]);
      expect(new Set(seen.map(({ headers }) => headers["amz-sdk-invocation-id"])).size).toBe(1);
    },
  );

  test("give up after maxAttempts with the service's own error", async () => {
    const { endpoint, seen } = await serve(unavailable);
    const error = await failure(clientOf(endpoint, { maxAttempts: 3 }));
    expect(error).toBeInstanceOf(ServiceUnavailableException);
    expect(error).toMatchObject({ message: "later", $metadata: { attempts: 3, httpStatusCode: 503 } });
    expect(seen).toHaveLength(3);
  });

  test("take their number from AWS_MAX_ATTEMPTS", async () => {
    vi.stubEnv("AWS_MAX_ATTEMPTS", "2");
    const { endpoint, seen } = await serve(unavailable);
    expect(await failure(clientOf(endpoint))).toBeInstanceOf(ServiceUnavailableException);
    expect(seen).toHaveLength(2);
  });

  test("follow a connection that was reset", async () => {
    const { endpoint, seen } = await serve(
      (request) => request.socket.resetAndDestroy(),
      answer(200, { Items: [item] }),
    );
    const output = await list(clientOf(endpoint));
    expect(output.Items).toEqual([item]);
    expect(output.$metadata.attempts).toBe(2);
    expect(seen).toHaveLength(2);
  });

  test("do not follow a request that can never succeed", async () => {
    const { endpoint, seen } = await serve(answer(403, { __type: "AccessDeniedException", Message: "no" }));
    expect(await failure(clientOf(endpoint))).toBeInstanceOf(AccessDeniedException);
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

  test("is read from the shared configuration", async () => {
    await sharedConfig([
      "[default]",
      "services = local",
      "[services local]",
      "iot_managed_integrations =",
      "  endpoint_url = http://127.0.0.1:2",
    ]);
    expect(await hostFor({ region: "eu-west-1" })).toBe("http://127.0.0.1:2");
  });
});

async function sharedConfig(lines: string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "stocktake-aws-config-"));
  cleanups.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "config"), lines.join("\n"));
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "config"));
}

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

  test("takes region and credentials from the profile named", async () => {
    await sharedConfig([
      "[default]",
      "region = us-west-2",
      "[profile other]",
      "region = eu-west-1",
      "aws_access_key_id = AKIDPROFILE",
      "aws_secret_access_key = profile-secret",
    ]);
    const { endpoint, seen } = await serve(answer(200, {}));
    await list(client({ endpoint, profile: "other" }));
    expect(seen[0]?.headers.authorization).toMatch(
      /Credential=AKIDPROFILE\/\d+\/eu-west-1\/iotmanagedintegrations\/aws4_request/,
    );
  });

  test("accepts providers for its settings: the region is asked for each time, lasting credentials only once", async () => {
    const region = vi.fn(async () => "eu-west-1");
    const provider = vi.fn(async () => credentials);
    const { endpoint, seen } = await serve(answer(200, {}));
    const from = clientOf(endpoint, { region, credentials: provider });
    await list(from);
    await list(from);
    expect(seen).toHaveLength(2);
    expect(provider).toHaveBeenCalledTimes(1);
    expect(region).toHaveBeenCalled();
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

  test("takes a logger, which is told of every call", async () => {
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const { endpoint } = await serve(answer(200, {}));
    await list(clientOf(endpoint, { logger }));
    expect(logger.info).toHaveBeenCalledWith(
      expect.objectContaining({
        clientName: "IoTManagedIntegrationsClient",
        commandName: "ListAccountAssociationsCommand",
      }),
    );
  });
});

test("an aborted request ends at once", async () => {
  const { endpoint } = await serve(() => undefined);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  const sent = clientOf(endpoint).send(new ListAccountAssociationsCommand({}), { abortSignal: controller.signal });
  await expect(sent).rejects.toMatchObject({ name: "AbortError" });
});
