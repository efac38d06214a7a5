import { readCollectionState } from "../../inventory/freshness.ts";
import { addUp, type CollectionSummary } from "../../inventory/summary.ts";
import { compareKeys, partsOf } from "../../model/collection.ts";
import type { NodePaths } from "../../model/node.ts";
import { collectionBody, type ShownCollection } from "../collection-body.ts";
import { readSummaries } from "../collection-summaries.ts";
import type { Position } from "../cursors.ts";
import { cursorOf, endpoint, jsonResponse } from "../endpoint.ts";
import { booleanParameter, collectionParameters, cursorParameter, limitParameter } from "../parameters.ts";
import { openRead, type Read } from "../read.ts";
import type { Entry } from "../schemas/responses.ts";
import type { SourceMetadata } from "../service.ts";

/** GET /v1/sources */
export const sourcesEndpoint = endpoint({
  path: "/v1/sources",
  operationId: "listSources",
  tag: "Freshness",
  summary: "List sources, and how fresh they are",
  description:
    "What is inventoried: each source with its collections, and each collection with its scopes: when each was last complete, " +
    "when last tried, with what outcome, when it counts as stale, and which removals are pending. `limit` counts scopes. Where " +
    "there are more, the next page continues in the same collection and repeats its summary. States are those of the moment of " +
    "the request, not of `asOf`.",
  query: ({ sources }) => ({
    ...collectionParameters(sources),
    collections: booleanParameter(
      "`false`: all sources at once, each with `totals` in the place of its collections; /v1/collections lists those.",
    ),
    limit: limitParameter(1000, 100, "scopes"),
    cursor: cursorParameter(),
  }),
  response: { description: "A page of sources.", schema: "SourceList" },
  problems: ["invalid-cursor", "beyond-retention"],
  handler: async (request, service) => {
    const { source, limit, collections: isFull = true } = request.query;
    const read = await openRead(service, request.query, { cursor: request.cursor });
    const wanted = service.sources.filter(({ id }) => source === undefined || id === source);
    if (!isFull) {
      const summaries = bySource(await readSummaries(service, read));
      const items = wanted.map((metadata) => ({
        ...sourceBody(metadata, [], service.store.now()),
        totals: addUp(summaries.get(metadata.id) ?? []),
      }));
      return jsonResponse<"SourceList">({ items, ...read.instants });
    }
    const { shown, next } = await pageOfScopes(read, request.cursor?.position, limit);
    const inventoried = new Set(read.collections.map((collection) => partsOf(collection).source));
    const items = wanted
      .map((metadata) => sourceBody(metadata, shown, service.store.now()))
      // A source without collections is on the first page.
      .filter(({ id, collections }) => collections.length > 0 || (!inventoried.has(id) && !request.cursor));
    return jsonResponse<"SourceList">({ items, ...read.instants, ...(await cursorOf(request, next, read.instants)) });
  },
});

async function pageOfScopes(
  { snapshot, records }: Read,
  from: Position | undefined,
  limit: number,
): Promise<{ readonly shown: readonly ShownCollection[]; readonly next?: Position }> {
  const shown: ShownCollection[] = [];
  let remaining = limit;
  for (const record of records) {
    const { collection } = record;
    if (from && collection < from.collection) continue;
    if (remaining <= 0) return { shown, next: { collection } };
    const [after] = (collection === from?.collection && from.after) || [];
    const state = await readCollectionState(snapshot.store, record);
    const left = state.scopes.filter(({ scope }) => after === undefined || compareKeys(scope, after) > 0);
    const scopes = left.slice(0, remaining);
    const last = scopes.at(-1);
    shown.push({ state, scopes });
    if (scopes.length < left.length && last) return { shown, next: { collection, after: [last.scope] } };
    // A collection without scopes counts as one, so that a page has an end.
    remaining -= Math.max(scopes.length, 1);
  }
  return { shown };
}

function sourceBody(source: SourceMetadata, shown: readonly ShownCollection[], now: number): Entry<"SourceList"> {
  const { id, operation, intervalMinutes, regions, planned, nodePaths } = source;
  const own = shown.filter(({ state }) => partsOf(state.record.collection).source === id);
  const collections = own.map((each) => collectionBody(each, source, now));
  const node = nodePaths && { node: nodeMembers(nodePaths) };
  return { id, operation, intervalMinutes, everyMinutes: intervalMinutes, regions, planned, ...node, collections };
}

function bySource(summaries: readonly CollectionSummary[]): Map<string, CollectionSummary[]> {
  const grouped = new Map<string, CollectionSummary[]>();
  for (const summary of summaries) {
    const { source } = partsOf(summary.record.collection);
    const known = grouped.get(source);
    if (known) known.push(summary);
    else grouped.set(source, [summary]);
  }
  return grouped;
}

/** Where documents say what their items are, without where those lie. */
function nodeMembers({ locations: _, ...members }: NodePaths) {
  return { ...members, names: [...members.names] };
}
