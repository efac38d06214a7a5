import { formatError } from "../../functions/model/errors.ts";
import type { Settings } from "../settings.ts";
import { inventoryToRead, nothingStored, openStore } from "../store.ts";
import { LocalError, UsageError } from "../usage.ts";

/** The parameters of a request, in order; one that is undefined is left out. */
export type Query = readonly (readonly [name: string, value: string | undefined])[];

/** The HTTP API, wherever it is. */
export interface Api {
  /** What it answers is of the demo's simulated account. */
  readonly isDemo: boolean;
  /** Where the inventory is, for people: a URL, or a file. */
  readonly location: string;
  /**
   * The body of the response to a path; of an item that was removed, its tombstone. Throws UsageError for what the API refuses, LocalError for
   * what fails.
   */
  get<Body>(path: string, query: Query): Promise<Body>;
  /** Asks for a request's path, wherever the API is: what a client of its own is created with. */
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** Which API to ask: a deployed one, or without a URL the one over this machine's own state. */
export interface ApiOptions {
  /** The demo's state, not that of real accounts. */
  readonly demo?: boolean;
  /** A mirror's file. */
  readonly from?: string;
  readonly api?: string;
  readonly profile?: string;
  readonly apiRegion?: string;
}

/** Opens the API that the options name. */
export async function openApi(options: ApiOptions, settings: Settings): Promise<Api> {
  const { demo, from, api } = options;
  if ([demo || undefined, from, api].filter((given) => given !== undefined).length > 1) {
    throw new UsageError(
      "--demo reads this machine's demo, --from a mirror and --api a deployed API: give one of them",
    );
  }
  if (options.api !== undefined) {
    return deployedApi(options.api, options);
  }
  if (options.profile !== undefined || options.apiRegion !== undefined) {
    throw new UsageError("--profile and --api-region are for signing requests: they need --api");
  }
  return from === undefined ? localApi(settings, demo ?? false) : mirrorApi(from, settings);
}

/** The API over a mirror. It answers for all of the past that the mirror has. */
async function mirrorApi(file: string, settings: Settings): Promise<Api> {
  const [{ openMirrorToRead }, { createLocalApi }] = await Promise.all([
    import("../mirror-file.ts"),
    import("../local-api.ts"),
  ]);
  const { store, retentionDays } = await openMirrorToRead(file);
  let failure: unknown;
  const api = createLocalApi(store, { ...settings, retentionDays }, (error) => {
    failure = error;
  });
  const fetch = async (request: Request) => api.fetch(request);
  const get: Api["get"] = (path, query) => bodyOf(path, query, fetch, () => failure);
  return { isDemo: false, location: file, get, fetch, close: () => store.close() };
}

/** The API that `serve` serves, without a server in between. */
async function localApi(settings: Settings, demo: boolean): Promise<Api> {
  const inventory = inventoryToRead(settings, demo);
  if (inventory === undefined) throw new LocalError(nothingStored(settings, demo));
  // The store begins to open while the rest is loaded.
  const opening = openStore(settings, { inventory, readOnly: true });
  const [local, { createLocalApi }] = await Promise.all([opening, import("../local-api.ts")]);
  let failure: unknown;
  const api = createLocalApi(local.store, settings, (error) => {
    failure = error;
  });
  const fetch: Api["fetch"] = async (request) => api.fetch(request);
  const get: Api["get"] = (path, query) => bodyOf(path, query, fetch, () => failure);
  return { isDemo: inventory === "demo", location: local.location, get, fetch, close: () => local.close() };
}

async function deployedApi(text: string, { profile, apiRegion }: ApiOptions): Promise<Api> {
  const [{ deployedApiUrl, signingProxy }, { usableCredentials }] = await Promise.all([
    import("../../explorer/proxy.ts"),
    import("../../explorer/credentials.ts"),
  ]);
  const { url, region } = deployedApiUrl(text, apiRegion, "--api-region");
  const proxy = signingProxy({ url, region, ...(await usableCredentials(profile)) });
  return {
    isDemo: false,
    location: url.href,
    get: (path, query) => bodyOf(path, query, proxy),
    fetch: proxy,
    close: async () => undefined,
  };
}

/** The body of what is answered to a path, as `Api.get` gives it. `failure` is what the API has told of an error of its own. */
export async function bodyOf<Body>(
  path: string,
  query: Query,
  ask: (request: Request) => Promise<Response>,
  failure?: () => unknown,
): Promise<Body> {
  const url = new URL(path, "http://127.0.0.1");
  for (const [name, value] of query) if (value !== undefined) url.searchParams.append(name, value);
  const answer = await ask(new Request(url));
  const text = await answer.text();
  const body: unknown = parsed(text);
  if (answer.ok && body !== undefined) return body as Body;
  if (answer.status === 410 && hasTombstone(body)) return body.item as Body;
  throw errorOf(answer, body, failure?.());
}

function hasTombstone(body: unknown): body is { readonly item: unknown } {
  return typeof body === "object" && body !== null && "item" in body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is not JSON is not this API's answer, which the caller says.
    return undefined;
  }
}

/** The error for a response that is none, in one line: what is wrong with the request, or what stands in the way. */
function errorOf({ status }: Response, body: unknown, cause: unknown): Error {
  if (cause !== undefined) return new LocalError(formatError(cause), { cause });
  const problem = (typeof body === "object" && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const said = String(problem.detail ?? problem.message ?? `status ${status}`);
  if (status === 401 || status === 403) {
    return new LocalError(`the API denied the request (${said}): grant execute-api:Invoke on it to these credentials`);
  }
  if (body === undefined || status < 400) {
    return new LocalError(`what answered (with ${status}) is not Stocktake's API: check --api`);
  }
  if (status === 429 || status >= 500) return new LocalError(said);
  const { parameter } = problem;
  if (typeof parameter !== "string" || !said.startsWith(`${parameter} `)) return new UsageError(said);
  // Those of `diff`, the only command that has them, are arguments.
  if (parameter === "from") return new UsageError(`<from>${said.slice(parameter.length)}`);
  return new UsageError(parameter === "to" ? `[to]${said.slice(parameter.length)}` : `--${said}`);
}

/**
 * Every entry of a list, page after page, for as long as they are taken. Reads at most `max` and little more. `hear` is told what each page
 * says beside its entries.
 */
export async function* entriesOf<Entry>(
  api: Api,
  path: string,
  query: Query,
  max: number,
  hear?: (facts: PageFacts) => void,
): AsyncGenerator<Entry> {
  let left = max;
  let cursor: string | undefined;
  do {
    const limit = String(Math.min(left, MAX_PAGE));
    const page = await api.get<Page<Entry>>(path, [...query, ["limit", limit], ["cursor", cursor]]);
    hear?.(page);
    yield* page.items;
    left -= page.items.length;
    cursor = page.nextCursor;
  } while (cursor !== undefined && left > 0);
}

const MAX_PAGE = 1_000;

/** What a page says of itself. */
export interface PageFacts {
  readonly asOf: string;
  readonly warnings?: readonly string[];
}

interface Page<Entry> extends PageFacts {
  readonly items: readonly Entry[];
  readonly nextCursor?: string;
}
