import { once } from "node:events";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { formatError } from "../../functions/model/errors.ts";
import { type LoopbackServer, problemResponse, serveOnLoopback } from "../loopback.ts";
import { note, print } from "../output.ts";
import { type Api, type ApiOptions, openApi } from "../read/api.ts";
import type { Settings } from "../settings.ts";
import { stopSignal } from "../stop.ts";
import { LocalError } from "../usage.ts";
import { createMcpServer, type OpenApi } from "./server.ts";

export interface McpOptions extends ApiOptions {
  /** The port to serve HTTP on; without one, standard input and output are the connection. */
  readonly http?: number;
}

/** Serves the inventory to agents until it is stopped, or its client hangs up. */
export async function serveMcp(options: McpOptions, settings: Settings): Promise<number> {
  const stop = stopSignal();
  const open = await opener(options, settings);
  if (options.http === undefined) {
    await serveStdio(open, stop);
    return 0;
  }
  const server = await serveMcpOverHttp(open, options.http);
  await print(`Serving MCP on ${server.url}/mcp (this machine only). Ctrl-C stops it.\n`);
  if (!stop.aborted) await once(stop, "abort");
  await server.close();
  return 0;
}

/**
 * Opens the API once to see whether the options make sense. An inventory that cannot be read yet is an answer's matter: the client keeps the
 * server for days. A local inventory is opened for each question, since it may be made, or begun again, meanwhile; a deployed one's
 * credentials are kept.
 */
async function opener(options: ApiOptions, settings: Settings): Promise<OpenApi> {
  let deployed: Promise<Api> | undefined;
  const open = async () => {
    if (options.api === undefined) return openApi(options, settings);
    deployed ??= openApi(options, settings);
    deployed.catch(() => {
      deployed = undefined;
    });
    return deployed;
  };
  try {
    await (await open()).close();
  } catch (error) {
    if (!(error instanceof LocalError)) throw error;
    note(formatError(error));
  }
  return open;
}

async function serveStdio(open: OpenApi, stop: AbortSignal): Promise<void> {
  const server = createMcpServer(open);
  const ended = new Promise<void>((resolve) => {
    process.stdin.once("end", resolve);
    process.stdin.once("close", resolve);
    stop.addEventListener("abort", () => resolve(), { once: true });
    server.onclose = resolve;
  });
  await server.connect(new StdioServerTransport());
  await ended;
  // After a client that has only ended its input, what it asked before is still answered.
  if (stop.aborted) await server.close();
}

const PATH = "/mcp";

/** Serves MCP over streamable HTTP, on this machine only. Requests have no session: each is answered by a server of its own. */
export function serveMcpOverHttp(open: OpenApi, port: number): Promise<LoopbackServer> {
  return serveOnLoopback(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== PATH) return problemResponse(404, "No such path", `MCP is served on ${PATH}`);
    if (request.method !== "POST") {
      const denied = problemResponse(
        405,
        "Method not allowed",
        "nothing is sent unasked, and no session is kept: use POST",
      );
      denied.headers.set("allow", "POST");
      return denied;
    }
    const server = createMcpServer(open);
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    try {
      return await transport.handleRequest(request);
    } finally {
      await server.close();
    }
  }, port);
}
