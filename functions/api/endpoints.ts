import type { Endpoint } from "./endpoint.ts";
import { changesEndpoint } from "./routes/changes.ts";
import { docsEndpoint, openApiEndpoint } from "./routes/contract.ts";
import { diffEndpoint } from "./routes/diff.ts";
import { graphEndpoint } from "./routes/graph.ts";
import { healthEndpoint } from "./routes/health.ts";
import { historyEndpoint, itemEndpoint } from "./routes/item.ts";
import { itemsEndpoint } from "./routes/items.ts";
import { sourcesEndpoint } from "./routes/sources.ts";
import { syncsEndpoint } from "./routes/syncs.ts";

/** Every endpoint of the API. */
export const ENDPOINTS: readonly Endpoint[] = [
  sourcesEndpoint,
  itemsEndpoint,
  itemEndpoint,
  historyEndpoint,
  changesEndpoint,
  diffEndpoint,
  graphEndpoint,
  syncsEndpoint,
  healthEndpoint,
  openApiEndpoint,
  docsEndpoint,
];
