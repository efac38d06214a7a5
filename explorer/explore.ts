import { once } from "node:events";
import { serveOnLoopback } from "../cli/loopback.ts";
import { readContract } from "../cli/read-contract.ts";
import type { Settings } from "../cli/settings.ts";
import { stopSignal } from "../cli/stop.ts";
import { LocalError } from "../cli/usage.ts";
import { usableCredentials } from "./credentials.ts";
import { deployedApiUrl, signingProxy } from "./proxy.ts";
import { openSite } from "./site.ts";

export interface ExploreOptions {
  /** Where the deployed API is, as deploying printed it. */
  readonly api: string;
  readonly profile?: string;
  readonly region?: string;
}

/** Serves the explorer over a deployed API, whose requests it signs with the caller's credentials, until it is stopped. */
export async function explore(options: ExploreOptions, settings: Pick<Settings, "port">): Promise<number> {
  const { url, region } = deployedApiUrl(options.api, options.region);
  const proxy = signingProxy({ url, region, ...(await usableCredentials(options.profile)) });
  await tryOut(proxy);
  const site = await openSite();
  const stop = stopSignal();
  const docs = await readContract("docs.html");
  const answer = (request: Request) => site.answer(request) ?? docsPage(request, docs) ?? proxy(request);
  const server = await serveOnLoopback(answer, settings.port);
  process.stdout.write(`Exploring ${url.host} on ${server.url} (this machine only). Ctrl-C stops it.\n`);
  if (!stop.aborted) await once(stop, "abort");
  await server.close();
  return 0;
}

/** The reference, which the page links: our own file, since nothing but JSON is taken from the API. */
function docsPage({ method, url }: Request, docs: string): Response | undefined {
  if (!/^(GET|HEAD)$/.test(method) || new URL(url).pathname !== "/v1/docs") return undefined;
  return new Response(docs, { headers: { "content-type": "text/html; charset=utf-8" } });
}

/** Asks the API something small, so that what is wrong is said here and not in the page. */
async function tryOut(proxy: ReturnType<typeof signingProxy>): Promise<void> {
  const answer = await proxy(new Request("http://127.0.0.1/v1/sources?limit=1"));
  if (answer.ok) return;
  const problem = (await answer.json().catch(() => ({}))) as { detail?: unknown; message?: unknown };
  const said = String(problem.detail ?? problem.message ?? `status ${answer.status}`);
  if (answer.status === 401 || answer.status === 403) {
    throw new LocalError(`the API denied the request (${said}): grant execute-api:Invoke on it to these credentials`);
  }
  throw new LocalError(answer.status === 502 ? said : `the API answered with ${answer.status}: ${said}`);
}
