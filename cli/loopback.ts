import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextRound } from "node:timers/promises";
import { createAdaptorServer, type Http2Bindings, type HttpBindings } from "@hono/node-server";
import { LocalError } from "./usage.ts";

export interface LoopbackServer {
  /** `http://127.0.0.1:8787` */
  readonly url: string;
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";
/** By default Node closes a connection that rests for five seconds, even one whose client is only slow to read. */
const KEEP_ALIVE_MS = 60_000;

/** What a response says unless it has its own: browsers neither guess its type, nor run it, nor show it to other sites. */
const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * Serves on this machine only: it listens on 127.0.0.1 and refuses requests that name another host, so that no web page
 * can reach it under a name of its own (DNS rebinding), and requests that a page of another site makes, unless its origin is allowed: then
 * it may read the API.
 */
export async function serveOnLoopback(
  answer: (request: Request) => Response | Promise<Response>,
  port: number,
  allowedOrigins: readonly string[] = [],
): Promise<LoopbackServer> {
  const takeTurn = createTurns();
  const server = createAdaptorServer({
    fetch: async (request: Request, { incoming }: HttpBindings | Http2Bindings) => {
      const origin = allowedOrigin(request, allowedOrigins);
      const denial = origin === undefined ? refusal(request) : undefined;
      if (denial) return denial;
      const isBusy = await takeTurn();
      // What a client asked that has hung up takes time from the others. One that is alone may only have ended its side.
      if (isBusy && incoming.socket.readableEnded) return new Response(null, { status: 499 });
      return origin === undefined ? answer(request) : answerTo(origin, request, answer);
    },
  }) as Server;
  server.prependListener("request", (_request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // By default Node hangs up on a client that has ended its side, before it is answered.
  Object.assign(server, { httpAllowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
    server.listen(port, LOOPBACK, resolve);
  });
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
      });
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 1_000).unref();
      await closed;
    },
  };
}

/**
 * Lets requests begin one after another, with a round of the event loop between two: answering from SQLite blocks the process, and only in
 * a round of its own it hears that a client has hung up. Answers whether the request had to wait.
 */
function createTurns(): () => Promise<boolean> {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const begin = async () => {
    // The rest of the round in which the request begins, and a whole one.
    await nextRound();
    await nextRound();
    waiting -= 1;
  };
  return async () => {
    waiting += 1;
    const turn = waiting > 1 ? last : undefined;
    last = turn ? turn.then(begin) : begin();
    await turn;
    return turn !== undefined;
  };
}

/** Throws the error that serving on the port would throw now. */
export async function assertPortFree(port: number): Promise<void> {
  const server = await serveOnLoopback(() => new Response(), port);
  await server.close();
}

function listenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === "EADDRINUSE") {
    return new LocalError(`port ${port} is in use: end what uses it, or set PORT to another`, { cause: error });
  }
  if (error.code === "EACCES") {
    return new LocalError(`port ${port} may not be used: set PORT to one above 1023`, { cause: error });
  }
  return error;
}

function refusal(request: Request): Response | undefined {
  if (!isForThisMachine(request)) return foreignHost(request);
  if (isCrossSite(request)) {
    const detail = "this server does not answer the pages of other sites: open it in the browser, or ask it with curl";
    return problemResponse(403, "Cross-site request", detail);
  }
  return undefined;
}

/** The origin of a page of another site, if it may read the API and asks for that. */
function allowedOrigin(request: Request, allowed: readonly string[]): string | undefined {
  const origin = request.headers.get("origin");
  if (origin === null || !allowed.includes(origin) || !isForThisMachine(request)) return undefined;
  const isReading = /^(GET|HEAD|OPTIONS)$/.test(request.method);
  return isReading && new URL(request.url).pathname.startsWith("/v1/") ? origin : undefined;
}

/** Answers the page of an allowed origin (CORS), or the preflight that its browser sends. */
async function answerTo(
  origin: string,
  request: Request,
  answer: (request: Request) => Response | Promise<Response>,
): Promise<Response> {
  const allowing = { "access-control-allow-origin": origin, vary: "origin" };
  if (request.method === "OPTIONS" && request.headers.has("access-control-request-method")) {
    return new Response(null, { status: 204, headers: { ...allowing, ...PREFLIGHT } });
  }
  const { status, headers, body } = await answer(request);
  const allowed = new Headers(headers);
  for (const [name, value] of Object.entries(allowing)) allowed.append(name, value);
  allowed.set("access-control-expose-headers", "as-of, etag, link, retry-after");
  return new Response(body, { status, headers: allowed });
}

/** Browsers ask once more before a page reaches into a private network. */
const PREFLIGHT = {
  "access-control-allow-methods": "GET, HEAD",
  "access-control-allow-headers": "accept, if-none-match",
  "access-control-allow-private-network": "true",
  "access-control-max-age": "3600",
};

/** Browsers say where a request comes from. A link to the page itself may come from anywhere. */
function isCrossSite({ method, url, headers }: Request): boolean {
  const origin = headers.get("origin");
  if (origin !== null && origin !== `http://${headers.get("host")}`) return true;
  const site = headers.get("sec-fetch-site") ?? "none";
  if (site === "same-origin" || site === "none") return false;
  const opensPage = headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") === "document";
  return !(method === "GET" && opensPage && new URL(url).pathname === "/");
}

/** The host may also stand in the request's first line. */
function isForThisMachine(request: Request): boolean {
  return isOwnHost(request.headers.get("host")) && isOwnHost(new URL(request.url).host);
}

function isOwnHost(host: string | null): boolean {
  return host !== null && /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host);
}

function foreignHost(request: Request): Response {
  const host = request.headers.get("host") ?? "none";
  const detail = `this server answers for 127.0.0.1 and localhost only, not for "${host.slice(0, 200)}"`;
  return problemResponse(421, "Misdirected Request", detail);
}

/** A problem document (RFC 9457) of this server's own. */
export function problemResponse(status: number, title: string, detail: string): Response {
  return new Response(JSON.stringify({ type: "about:blank", title, status, detail }), {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  });
}
