import { ACCOUNT, collectionOf, REGION, SOURCE_ID } from "../functions/model/collection.ts";
import type { Store } from "../functions/store/port.ts";
import { requestSync } from "../functions/sync/claim.ts";
import { problemResponse } from "./loopback.ts";

/*
 * The one thing that a page may change, on this machine only: a person approves the removals that a collection has pending. It is a request
 * for a sync, as `sync --approve-removals` makes one: only what that sync's complete listing lacks is removed.
 */

const PATH = "/local/approvals";
const MAX_BODY_BYTES = 2_000;

/**
 * Answers requests for `/local/approvals`: GET, that approving is possible here; POST of `{"source", "account", "region"}`, that it is done.
 * Undefined for other paths. Who serves it must refuse the pages of other sites.
 */
export function createApprovals(store: Store): (request: Request) => Promise<Response> | undefined {
  return (request) => {
    if (new URL(request.url).pathname !== PATH) return undefined;
    return request.method === "POST" ? approve(store, request) : answerTo(request);
  };
}

async function answerTo({ method }: Request): Promise<Response> {
  if (method === "GET") return json(200, { approve: ["source", "account", "region"] });
  const refusal = problemResponse(405, "Method not allowed", "use GET, or POST with the source, account and region");
  refusal.headers.set("allow", "GET, POST");
  return refusal;
}

async function approve(store: Store, request: Request): Promise<Response> {
  // A page of another site cannot send this type unasked.
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get("content-type") ?? "")) {
    return problemResponse(415, "Unsupported media type", "send application/json");
  }
  const collection = collectionIn(await request.text());
  if (collection === undefined) {
    const detail = 'send {"source": …, "account": …, "region": …} as /v1/sources has them';
    return problemResponse(400, "Invalid request", detail);
  }
  const states = await store.scopeStates(collection);
  const count = states.reduce((sum, { pending }) => sum + (pending?.count ?? 0), 0);
  if (count === 0) {
    return problemResponse(409, "Nothing to approve", `${collection} has no removals pending: see /v1/sources`);
  }
  if (!(await requestSync(store, collection, { approveRemovals: true }))) {
    return problemResponse(409, "Nothing to approve", `${collection} is retired: nothing lists it any more`);
  }
  return json(202, { approved: count });
}

function collectionIn(text: string): string | undefined {
  if (text.length > MAX_BODY_BYTES) return undefined;
  try {
    const { source, account, region } = Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
    if (typeof source !== "string" || typeof account !== "string" || typeof region !== "string") return undefined;
    const isValid = SOURCE_ID.test(source) && ACCOUNT.test(account) && REGION.test(region);
    return isValid ? collectionOf(source, { account, region }) : undefined;
  } catch {
    // What is not JSON names no collection, which the caller says.
    return undefined;
  }
}

function json(status: number, body: unknown): Response {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return new Response(JSON.stringify(body), { status, headers });
}
