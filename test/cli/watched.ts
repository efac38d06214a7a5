import { Agent, createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that somebody makes of a service. */
export interface WatchedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What is seen of a service, and done about it. What answers false breaks the connection. */
interface Watch {
  /** Before the service sees a request. */
  asked(asked: WatchedRequest): boolean | Promise<boolean>;
  /** When the service has answered, before the client gets the answer. */
  answered(asked: WatchedRequest, answer: { readonly status: number; readonly body: string }): boolean;
}

/** A proxy before a service on this machine, whose address may change. */
export async function startWatching(target: () => string, watch: Watch) {
  const agent = new Agent({ keepAlive: true });
  const server = createServer(async (incoming, response) => {
    const text: Buffer[] = await incoming.toArray().catch(() => []);
    if (!incoming.complete) {
      response.destroy();
      return;
    }
    const { method = "GET", url: path = "/", headers } = incoming;
    const asked = { method, path, headers, body: Buffer.concat(text).toString() };
    if (!(await watch.asked(asked))) {
      response.destroy();
      return;
    }
    const { origin, host } = new URL(target());
    const forwarded = request(`${origin}${path}`, { method, headers: { ...headers, host }, agent }, async (answer) => {
      const chunks: Buffer[] = await answer.toArray().catch(() => []);
      const body = Buffer.concat(chunks);
      const { statusCode: status = 0 } = answer;
      if (!answer.complete || !watch.answered(asked, { status, body: body.toString() })) response.destroy();
      else response.writeHead(status, answer.headers).end(body);
    });
    forwarded.once("error", () => response.destroy());
    forwarded.end(asked.body);
  });
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      agent.destroy();
    },
  };
}
