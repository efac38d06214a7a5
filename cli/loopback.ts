import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { LocalError } from "./usage.ts";

export interface LoopbackServer {
  /** `http://127.0.0.1:8787` */
  readonly url: string;
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";
/** By default Node closes a connection that rests for five seconds, even one whose client is only slow to read. */
const KEEP_ALIVE_MS = 60_000;

/**
 * Serves on this machine only: it listens on 127.0.0.1 and refuses requests that name another host, so that no web page
 * can reach it under a name of its own (DNS rebinding).
 */
export async function serveOnLoopback(
  answer: (request: Request) => Response | Promise<Response>,
  port: number,
): Promise<LoopbackServer> {
  const server = createAdaptorServer({
    fetch: (request: Request) => (isForThisMachine(request) ? answer(request) : foreignHost(request)),
  }) as Server;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
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

function listenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === "EADDRINUSE") {
    return new LocalError(`port ${port} is in use: end what uses it, or set PORT to another`, { cause: error });
  }
  if (error.code === "EACCES") {
    return new LocalError(`port ${port} may not be used: set PORT to one above 1023`, { cause: error });
  }
  return error;
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
