import { Hono } from "hono";
import { HistoryExpiredError } from "../inventory/errors.ts";
import { SyncError } from "../model/errors.ts";
import { createCursors } from "./cursors.ts";
import type { Endpoint } from "./endpoint.ts";
import { Problem, problemContent, quoted } from "./problems.ts";
import { toResponse } from "./response.ts";
import { changesEndpoint } from "./routes/changes.ts";
import { collectionsEndpoint } from "./routes/collections.ts";
import { docsEndpoint, openApiEndpoint } from "./routes/contract.ts";
import { diffEndpoint } from "./routes/diff.ts";
import { graphEndpoint } from "./routes/graph.ts";
import { healthEndpoint } from "./routes/health.ts";
import { impactEndpoint } from "./routes/impact.ts";
import { historyEndpoint, itemEndpoint } from "./routes/item.ts";
import { itemsEndpoint } from "./routes/items.ts";
import { pathsEndpoint } from "./routes/paths.ts";
import { searchEndpoint } from "./routes/search.ts";
import { sourcesEndpoint } from "./routes/sources.ts";
import { syncsEndpoint } from "./routes/syncs.ts";
import { createService, type ServiceParts } from "./service.ts";

/** Every endpoint of the API. */
export const ENDPOINTS: readonly Endpoint[] = [
  sourcesEndpoint,
  collectionsEndpoint,
  itemsEndpoint,
  itemEndpoint,
  historyEndpoint,
  changesEndpoint,
  diffEndpoint,
  searchEndpoint,
  graphEndpoint,
  pathsEndpoint,
  impactEndpoint,
  syncsEndpoint,
  healthEndpoint,
  openApiEndpoint,
  docsEndpoint,
];

export interface ApiOptions extends ServiceParts {
  /** Receives every error that is not the caller's, with the id that the caller gets for it. */
  readonly onError?: (error: unknown, errorId: string) => void | Promise<void>;
}

/** Creates the HTTP API over a store. It only reads, and runs behind any of Hono's adapters. */
export function createApi(options: ApiOptions): Hono {
  const { onError = (error, errorId) => console.error(errorId, error), ...parts } = options;
  const service = createService(parts);
  const app = new Hono();
  const cursors = createCursors(service.store);
  for (const endpoint of ENDPOINTS) endpoint.serveOn(app, service, cursors);
  app.notFound(({ req }) => {
    const problem = new Problem("not-found", `No route for ${quoted(req.path)}: see /v1/openapi.json`);
    return toResponse(req, problemContent(problem));
  });
  app.onError(async (error, { req }) => toResponse(req, problemContent(await problemOf(error, onError))));
  return app;
}

const RETRY_AFTER = "5";

async function problemOf(error: unknown, onError: NonNullable<ApiOptions["onError"]>): Promise<Problem> {
  if (error instanceof Problem) return error;
  if (error instanceof HistoryExpiredError) {
    return new Problem("beyond-retention", error.message, {
      members: { parameter: "at" },
    });
  }
  const errorId = crypto.randomUUID();
  await onError(error, errorId);
  const code = error instanceof SyncError ? error.code : undefined;
  if (code === "unavailable" || code === "throttled" || code === "denied") {
    return new Problem("store-unavailable", "the store cannot be read at the moment: try again shortly", {
      headers: { "retry-after": RETRY_AFTER },
    });
  }
  if (code === "damaged") {
    const detail = `stored data is damaged: run \`stocktake verify --repair\`; the log has details under ${errorId}`;
    return new Problem("damaged", detail, { members: { errorId } });
  }
  return new Problem("internal", `internal error: the log has details under ${errorId}`, { members: { errorId } });
}
