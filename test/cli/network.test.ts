import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer as createHttpServer, request as forward, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { directHosts, networkFrom } from "../../cli/network.ts";
import { FIVE_SOURCES, runCommand, TARGET_ARGUMENTS } from "./cli.ts";
import { useWorld } from "./world.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const CA = fixture("ca.pem");
const world = useWorld({ associations: 5, images: 2 }, { once: true });

/** The services behind a certificate of a private authority, and a proxy that leads to them whatever host is asked for. */
let services: { port: number; server: Server; close(): void };
let proxy: { url: string; asked: string[]; close(): void };

beforeAll(async () => {
  const [key, cert] = await Promise.all([readFile(fixture("server.key")), readFile(fixture("server.pem"))]);
  const tls = createTlsServer({ key, cert }, (asked, response) => {
    if (asked.url === "/held") return;
    if (asked.headers.host?.includes("execute-api")) {
      response.writeHead(200, { "content-type": "application/json" }).end('{"items":[]}');
      return;
    }
    const { method, headers, url = "/" } = asked;
    asked.pipe(
      forward(new URL(url, world().simulator.url), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  await new Promise<void>((resolve) => tls.listen(0, resolve));
  const { port } = tls.address() as AddressInfo;
  services = { port, server: tls, close: () => tls.close() };
  const asked: string[] = [];
  const server = createHttpServer().on("connect", ({ url = "" }, client: Socket) => {
    asked.push(url);
    const upstream = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => server.close(),
  };
});
afterAll(() => {
  services.close();
  proxy.close();
});

const run = (env: Record<string, string>, ...args: string[]) => {
  proxy.asked.length = 0;
  const { AWS_ENDPOINT_URL: _simulator, AWS_ENDPOINT_URL_STS: _none, ...rest } = world().env;
  return runCommand(args, { ...rest, ...env });
};

describe("a network with a proxy and a private authority", () => {
  test("is what all services, STS too, are reached through", async () => {
    const env = { HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: CA };
    const synced = await run(env, "sync", ...TARGET_ARGUMENTS, ...FIVE_SOURCES);
    expect(synced.stderr).not.toContain("failed");
    expect(synced.code).toBe(0);
    expect(new Set(proxy.asked)).toEqual(
      new Set([
        "sts.eu-west-1.amazonaws.com:443",
        // The simulator is without STS, so that the region that every account has is asked as well.
        "sts.us-east-1.amazonaws.com:443",
        "api.sagemaker.eu-west-1.amazonaws.com:443",
        "cleanrooms.eu-west-1.amazonaws.com:443",
        "api.iotmanagedintegrations.eu-west-1.api.aws:443",
        "workspaces.eu-west-1.amazonaws.com:443",
      ]),
    );
  });
  test.each([true, false])(
    "has one agent for all clients: one that ends leaves the requests of the others (proxy: %s)",
    async (proxied) => {
      const network = networkFrom({ ...(proxied && { HTTPS_PROXY: proxy.url }), AWS_CA_BUNDLE: CA });
      const held = once(services.server, "request");
      const answered = network.fetch(`https://localhost:${services.port}/held`);
      const [, response] = (await held) as [unknown, ServerResponse];
      network.httpsAgent?.destroy();
      response.end("whole");
      expect(await (await answered).text()).toBe("whole");
    },
  );
  test("is what a deployed API is reached through", async () => {
    const api = "https://abc.execute-api.eu-west-1.amazonaws.com";
    const read = await run({ https_proxy: proxy.url, NODE_EXTRA_CA_CERTS: CA }, "items", "--api", api);
    expect(read).toMatchObject({ code: 0, stderr: "stocktake: No items.\n" });
    expect(proxy.asked).toEqual(["abc.execute-api.eu-west-1.amazonaws.com:443"]);
  });
  test("has hosts that are reached directly, over IPv6 too", async () => {
    const env = {
      ...{ HTTPS_PROXY: proxy.url, NO_PROXY: "example.com, ::1", AWS_CA_BUNDLE: CA },
      AWS_ENDPOINT_URL: `https://[::1]:${services.port}`,
    };
    const synced = await run(env, "sync", ...TARGET_ARGUMENTS, "--source", "workspaces.images");
    expect(synced).toMatchObject({ code: 0 });
    expect(proxy.asked).toEqual([]);
  });
  test("says what to set when the authority is not known, and what is wrong with the proxy", async () => {
    const sync = ["sync", ...TARGET_ARGUMENTS, "--source", "workspaces.images"];
    const untrusted = await run({ HTTPS_PROXY: proxy.url }, ...sync);
    expect(untrusted).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("set NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE"),
    });
    const gone = await run({ HTTPS_PROXY: "http://me:secret@127.0.0.1:9" }, ...sync);
    expect(gone).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Check HTTPS_PROXY, NO_PROXY and the proxy"),
    });
    expect(gone.stderr).not.toContain("secret");
    const none = await run({ HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: "/nowhere.pem" }, ...sync);
    expect(none).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("AWS_CA_BUNDLE=/nowhere.pem cannot be read"),
    });
  });
});

test.each<[string, string, number, boolean]>([
  ["*", "a.com", 443, true],
  ["a.com", "a.com", 443, true],
  ["a.com", "B.A.com", 443, true],
  [".a.com", "b.a.com", 443, true],
  ["*.a.com", "b.a.com", 443, true],
  ["a.com", "ba.com", 443, false],
  ["a.com:8443", "a.com", 443, false],
  ["a.com:443", "a.com", 443, true],
  ["10.0.0.0/8", "10.1.2.3", 443, true],
  ["10.0.0.0/8", "11.1.2.3", 443, false],
  ["fd00::/8", "fd12::1", 443, true],
  ["[::1]:443", "::1", 443, true],
  ["x, 127.0.0.1", "127.0.0.1", 443, true],
  ["0.0.1", "127.0.0.1", 443, false],
  ["", "a.com", 443, false],
])("NO_PROXY=%s for %s:%i is %s", (noProxy, host, port, direct) => {
  expect(directHosts(noProxy)(host, port)).toBe(direct);
});
