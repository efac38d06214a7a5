import { execFileSync } from "node:child_process";
import { pbkdf2Sync } from "node:crypto";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LoopbackServer, serveOnLoopback } from "../../cli/loopback.ts";
import { environment, newFolder } from "./cli.ts";
import { startServing } from "./serving.ts";

/** What a server answers to exactly this text: its status, or undefined when it just hangs up. */
function statusOf(port: number, request: string, host = "127.0.0.1"): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, host, () => socket.write(request));
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]) || undefined));
  });
}

const get = (headers: readonly string[], target = "/v1/health") =>
  `GET ${target} HTTP/1.1\r\n${[...headers, "Connection: close"].join("\r\n")}\r\n\r\n`;
const portOf = (url: string) => Number(new URL(url).port);

describe("the local server", () => {
  let server: LoopbackServer;
  let answered: string[];
  beforeEach(async () => {
    answered = [];
    server = await serveOnLoopback((request) => {
      answered.push(request.url);
      // As reading a page from SQLite does, it blocks the process for a while.
      if (request.url.endsWith("/v1/left")) pbkdf2Sync("", "", 10_000, 64, "sha512");
      return new Response("here");
    }, 0);
  });
  afterEach(() => server.close());

  test("answers no request whose client hung up while others were answered", async () => {
    const [hungUp, port] = [200, portOf(server.url)];
    const client = `
      const { connect } = require("node:net");
      let open = ${hungUp};
      for (let n = 0; n < ${hungUp}; n += 1) {
        const socket = connect(${port}, "127.0.0.1", () => socket.end("GET /v1/left HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n", () => {
          socket.destroy();
          if (--open === 0) process.exit();
        }));
      }`;
    // This process does nothing until the clients have come and gone.
    execFileSync(process.execPath, ["-e", client]);
    expect(await statusOf(port, get(["Host: localhost"], "/v1/stays"))).toBe(200);
    expect(answered.filter((url) => url.endsWith("/v1/left")).length).toBeLessThan(hungUp / 4);
  });

  test("answers a client that has only ended its side", async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect({ port: portOf(server.url), host: "127.0.0.1", allowHalfOpen: true });
      socket.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      socket.once("error", reject).once("close", () => resolve(text));
      socket.once("end", () => socket.end()).end(get(["Host: localhost"]));
    });
    expect(answer).toMatch(/^HTTP\/1.1 200/);
  });

  test.each([["127.0.0.1"], ["127.0.0.1:8787"], ["localhost"], ["LOCALHOST:1"], ["[::1]:8787"]])(
    "accepts the host %s with any port",
    async (host) => {
      expect(await statusOf(portOf(server.url), get([`Host: ${host}`]))).toBe(200);
    },
  );

  test.each([
    ["another name", ["Host: evil.example"]],
    ["another name with this server's port", ["Host: evil.example:8787"]],
    ["a name that begins like this machine's", ["Host: 127.0.0.1.evil.example"]],
    ["a name that begins like localhost", ["Host: localhost.evil.example"]],
    ["a name that ends like localhost", ["Host: evil-localhost"]],
    ["this machine as a user of another", ["Host: 127.0.0.1@evil.example"]],
    ["this machine and port as a user of another", ["Host: localhost:8787@evil.example"]],
    ["another as a user of this machine", ["Host: evil.example@127.0.0.1"]],
    ["another after a path", ["Host: evil.example/127.0.0.1"]],
    ["another before a fragment", ["Host: evil.example#127.0.0.1"]],
    ["this machine in other notations", ["Host: 2130706433"]],
    ["all addresses", ["Host: 0.0.0.0"]],
    ["another address of the same network", ["Host: 192.168.0.1"]],
    ["an IPv6 address", ["Host: [::ffff:7f00:1]"]],
    ["nobody", ["Host: "]],
    ["two hosts", ["Host: 127.0.0.1, evil.example"]],
    ["a port that is none", ["Host: 127.0.0.1:80x"]],
  ])("answers nothing for %s", async (_, headers) => {
    expect(await statusOf(portOf(server.url), get(headers))).toSatisfy((status) => status === 421 || status === 400);
    expect(answered).toEqual([]);
  });

  test.each([
    ["without a host", get([]), 400],
    ["with two hosts, the other first", get(["Host: evil.example", "Host: 127.0.0.1"]), 421],
    ["of HTTP/1.0 without a host", "GET /v1/health HTTP/1.0\r\n\r\n", 400],
    ["that names this machine in its first line only", get(["Host: evil.example"], "http://127.0.0.1/v1/health"), 421],
    ["that names another in its first line", get(["Host: 127.0.0.1"], "http://evil.example/v1/health"), 421],
  ])("answers nothing to a request %s", async (_, request, status) => {
    expect(await statusOf(portOf(server.url), request)).toBe(status);
    expect(answered).toEqual([]);
  });

  const HOST = "Host: 127.0.0.1:8787";
  test.each([
    ["of another site", ["Sec-Fetch-Site: cross-site"]],
    ["of another port of this machine", ["Sec-Fetch-Site: same-site"]],
    ["with the origin of another site", ["Sec-Fetch-Site: same-origin", "Origin: https://evil.example"]],
    ["with the origin of another port", ["Origin: http://127.0.0.1:3000"]],
    ["with the origin of another scheme", ["Origin: https://127.0.0.1:8787"]],
    ["in a sandbox", ["Origin: null"]],
    ["that embeds this one", ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"]],
    ["that links to the API", ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"]],
  ])("refuses a page %s", async (_, headers) => {
    expect(await statusOf(portOf(server.url), get([HOST, ...headers]))).toBe(403);
    expect(answered).toEqual([]);
  });

  test.each([
    ["its own page", get([HOST, "Sec-Fetch-Site: same-origin", "Origin: http://127.0.0.1:8787"])],
    ["the address bar", get([HOST, "Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"])],
    [
      "a link to its page",
      get([HOST, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"], "/"),
    ],
  ])("answers %s", async (_, request) => {
    expect(await statusOf(portOf(server.url), request)).toBe(200);
  });

  test("answers the pages of origins that are allowed, which may only read the API", async () => {
    const allowed = "http://localhost:5173";
    const open = await serveOnLoopback(() => new Response("here", { headers: { vary: "accept" } }), 0, [allowed]);
    const ask = (path: string, origin: string, init: RequestInit = {}) =>
      fetch(new URL(path, open.url), { ...init, headers: { origin, ...init.headers } });
    try {
      const answer = await ask("/v1/items", allowed);
      expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, allowed]);
      expect(answer.headers.get("vary")).toBe("accept, origin");
      const preflight = await ask("/v1/items", allowed, {
        method: "OPTIONS",
        headers: { "access-control-request-method": "GET" },
      });
      expect([preflight.status, preflight.headers.get("access-control-allow-methods")]).toEqual([204, "GET, HEAD"]);
      expect((await ask("/v1/items", allowed, { method: "POST" })).status).toBe(403);
      expect((await ask("/", allowed)).status).toBe(403);
      for (const other of ["http://localhost:5174", "https://localhost:5173", "null"]) {
        const refused = await ask("/v1/items", other);
        expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([403, null]);
      }
    } finally {
      await open.close();
    }
    expect((await fetch(server.url, { headers: { origin: allowed } })).status).toBe(403);
  });

  test("sends security headers with every response", async () => {
    const { headers } = await fetch(server.url);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  });

  test("listens on 127.0.0.1 and nowhere else", async () => {
    for (const other of ["127.0.0.2", "::1"]) {
      await expect(statusOf(portOf(server.url), get(["Host: 127.0.0.1"]), other)).rejects.toThrow(
        /ECONNREFUSED|EADDRNOTAVAIL|EAFNOSUPPORT/,
      );
    }
  });
});

describe("stocktake serve", () => {
  test("serves this machine only, and says so", async () => {
    const folder = await newFolder();
    const serving = await startServing(environment(folder.folder));
    expect(serving.output()).toMatch(/on http:\/\/127\.0\.0\.1:\d+ \(this machine only\)/);
    await expect(statusOf(portOf(serving.origin), get(["Host: 127.0.0.1"]), "127.0.0.2")).rejects.toThrow(
      "ECONNREFUSED",
    );
    expect(await statusOf(portOf(serving.origin), get(["Host: evil.example"]))).toBe(421);
    await serving.stop();
    await folder.remove();
  });
});
