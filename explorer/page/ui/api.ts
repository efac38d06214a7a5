import type {
  Change,
  CollectionPage,
  GraphAnswer,
  ImpactAnswer,
  Item,
  ItemAsOf,
  ItemSelection,
  ItemVersion,
  List,
  NetChange,
  PathsAnswer,
  SearchHit,
  Source,
  Sync,
} from "./answers.ts";
import { type Params, searchOf } from "./params.ts";

/** The public API, as a browser asks it. */

/** Where the API answers, and with what. */
export interface Endpoint<Answer> {
  readonly path: string;
  /** Never there: it ties the answer's type to the path. */
  readonly answer?: Answer;
}

export const SOURCES: Endpoint<List<Source>> = { path: "/v1/sources" };
export const COLLECTIONS: Endpoint<CollectionPage> = { path: "/v1/collections" };
export const SYNCS: Endpoint<List<Sync>> = { path: "/v1/syncs" };
export const CHANGES: Endpoint<List<Change>> = { path: "/v1/changes" };
export const GRAPH: Endpoint<GraphAnswer> = { path: "/v1/graph" };
export const PATHS: Endpoint<PathsAnswer> = { path: "/v1/paths" };
export const IMPACT: Endpoint<ImpactAnswer> = { path: "/v1/impact" };
export const ITEMS: Endpoint<List<Item>> = { path: "/v1/items" };
/** Items of which only the members that `fields` names are read. */
export const ITEM_SELECTIONS: Endpoint<List<ItemSelection>> = { path: "/v1/items" };
export const SEARCH: Endpoint<List<SearchHit>> = { path: "/v1/search" };
export const DIFF: Endpoint<List<NetChange> & { readonly from: string }> = { path: "/v1/diff" };
export const itemEndpoint = (id: string): Endpoint<ItemAsOf> => ({ path: `/v1/items/${encodeURIComponent(id)}` });
export const historyEndpoint = (id: string): Endpoint<List<ItemVersion>> => ({
  path: `/v1/items/${encodeURIComponent(id)}/history`,
});

/** The members of a problem document that the page reads. */
export interface Problem {
  readonly title?: string;
  readonly detail?: string;
  /** The parameter that is wrong. */
  readonly parameter?: string;
  /** API Gateway's own problems have a message instead. */
  readonly message?: string;
  /** A removed item, as it is now. */
  readonly item?: ItemAsOf;
}

/** What the API, or the way to it, refused: one line in `message`, the problem document in `problem`. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(message: string, status: number, problem: Problem) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
  }
}

const NO_RESPONSE = "The server does not respond. Check that it is running.";
const CUT_OFF = "The connection was lost before the answer was complete.";
const CHECK_SERVER = "Check that Stocktake runs at this address.";

/** Parameters that only make an answer better: an API of an earlier version that does not know them answers without. */
const DISPENSABLE = ["names", "changed"];
/** Those of them, by path, that the API has refused. */
const unknown = new Set<string>();

/** Asks for an answer. */
export async function get<Answer>(
  endpoint: Endpoint<Answer>,
  params: Params = {},
  signal?: AbortSignal,
): Promise<Answer> {
  const { path } = endpoint;
  const known = Object.entries(params).filter(([name]) => !unknown.has(`${path} ${name}`));
  try {
    return await request(endpoint, Object.fromEntries(known), signal);
  } catch (error) {
    const refused = error instanceof ApiError && error.status === 400 ? error.problem.parameter : undefined;
    const isDispensable = refused !== undefined && DISPENSABLE.includes(refused);
    if (!isDispensable || !known.some(([name]) => name === refused)) throw error;
    unknown.add(`${path} ${refused}`);
    return get(endpoint, params, signal);
  }
}

async function request<Answer>(
  { path }: Endpoint<Answer>,
  params: Params,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const query = searchOf(params).toString();
  let response: Response;
  try {
    const headers = { accept: "application/json" };
    response = await fetch(query ? `${path}?${query}` : path, { headers, ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(NO_RESPONSE, 0, {});
  }
  const text = await response.text().catch(() => undefined);
  if (signal?.aborted) throw signal.reason;
  if (text === undefined) throw new ApiError(CUT_OFF, 0, {});
  const body = parsed(text);
  if (typeof body !== "object" || body === null) {
    throw new ApiError(
      `The server answered something else than JSON (status ${response.status}). ${CHECK_SERVER}`,
      0,
      {},
    );
  }
  // Every answer of the API says what it is as of.
  if (response.ok && !("asOf" in body)) throw new ApiError(`The server is not Stocktake's. ${CHECK_SERVER}`, 0, {});
  if (response.ok) return body as Answer;
  const problem = body as Problem;
  const isOlder = response.status === 404 && problem.detail?.startsWith("No route for ");
  if (isOlder) throw new ApiError(`The API does not know ${path} yet: update what is deployed.`, 404, problem);
  const said = problem.detail ?? problem.message ?? problem.title ?? "Unexpected response from server";
  throw new ApiError(`${response.status}: ${said}`, response.status, problem);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A person's word about removals that are pending: only a server on this machine takes it. */
const APPROVALS = "/local/approvals";

/** Whether the server takes approvals. */
export async function offersApprovals(signal: AbortSignal): Promise<boolean> {
  return fetch(APPROVALS, { signal }).then(({ ok }) => ok);
}

/** Approves the removals that are pending in a collection. Throws an ApiError that says why they are not. */
export async function approveRemovals(collection: Readonly<Record<"source" | "account" | "region", string>>) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(APPROVALS, { method: "POST", headers, body: JSON.stringify(collection) }).catch(() => {
    throw new ApiError(NO_RESPONSE, 0, {});
  });
  if (response.ok) return;
  const problem = (await response.json().catch(() => ({}))) as Problem;
  throw new ApiError(problem.detail ?? "Unexpected response from server", response.status, problem);
}

/** Every page of a list, one after another. All of them show the first one's instant. */
export async function* pages<Entry>(
  endpoint: Endpoint<List<Entry>>,
  params: Params,
  signal?: AbortSignal,
): AsyncGenerator<List<Entry>> {
  for (let cursor: string | undefined; ; ) {
    const page = await get(endpoint, { ...params, cursor }, signal);
    yield page;
    if (!page.nextCursor) return;
    cursor = page.nextCursor;
  }
}

/** What `collect` has read. */
export interface Collected<Entry> {
  readonly entries: Entry[];
  readonly asOf: string;
  /** Whether there are more entries than were asked for. */
  readonly more: boolean;
}

export interface CollectOptions {
  readonly max?: number;
  readonly signal?: AbortSignal;
  onProgress?(read: number): void;
}

/** Everything that a list holds, or its first `max` entries. */
export async function collect<Entry>(
  endpoint: Endpoint<List<Entry>>,
  params: Params,
  { max, signal, onProgress }: CollectOptions = {},
): Promise<Collected<Entry>> {
  const entries: Entry[] = [];
  let asOf = "";
  for await (const page of pages(endpoint, { limit: 1000, ...params }, signal)) {
    entries.push(...page.items);
    asOf = page.asOf;
    onProgress?.(entries.length);
    if (max !== undefined && entries.length >= max) return { entries, asOf, more: Boolean(page.nextCursor) };
  }
  return { entries, asOf, more: false };
}

/** Runs `task` for each of the entries, a few at a time. */
export async function each<Entry>(
  entries: readonly Entry[],
  concurrency: number,
  task: (entry: Entry) => Promise<void>,
): Promise<void> {
  const queue = [...entries];
  await Promise.all(
    Array.from({ length: Math.min(concurrency, queue.length) }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await task(next);
    }),
  );
}
