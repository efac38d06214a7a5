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
import type { SourceMetadata } from "./service.ts";

/** Every endpoint of the API over these sources. */
export function endpointsOf(sources: readonly SourceMetadata[]): readonly Endpoint[] {
  return [
    sourcesEndpoint(sources),
    itemsEndpoint(sources),
    itemEndpoint(),
    historyEndpoint(),
    changesEndpoint(sources),
    diffEndpoint(sources),
    graphEndpoint(),
    syncsEndpoint(sources),
    healthEndpoint(),
    openApiEndpoint(),
    docsEndpoint(),
  ];
}
