import { readCollectionState } from "../../inventory/freshness.ts";
import { addUp, type CollectionSummary, ofState } from "../../inventory/summary.ts";
import { partsOf } from "../../model/collection.ts";
import { CONDITIONS } from "../../model/condition.ts";
import { mapConcurrent } from "../../model/map-concurrent.ts";
import type { ScopeState } from "../../model/scope-state.ts";
import { collectionBody } from "../collection-body.ts";
import { readSummaries } from "../collection-summaries.ts";
import type { Position } from "../cursors.ts";
import { cursorOf, endpoint, jsonResponse } from "../endpoint.ts";
import { choiceParameter, collectionParameters, cursorParameter, limitParameter } from "../parameters.ts";
import { openRead } from "../read.ts";
import type { Entry } from "../schemas/responses.ts";
import type { Service, SourceMetadata } from "../service.ts";

const CONCURRENT_READS = 16;
/** Scopes of a collection that are shown: enough to say what is wrong, and little enough for a page. */
const MAX_SHOWN_SCOPES = 3;

/** GET /v1/collections */
export const collectionsEndpoint = endpoint({
  path: "/v1/collections",
  operationId: "listCollections",
  tag: "Freshness",
  summary: "List collections, what is wrong first",
  description:
    "What each source lists in each account and region: those that fail first, then those with pending removals, that are stale, were never " +
    "listed whole, are unavailable, and at last those that are as they should be. Each has up to three of the scopes that " +
    "are not. `totals` add up all collections that the request covers, whatever `condition` says. They, and the order, are by what " +
    "the last sync of each collection noted at its end; entries are those of the moment of the request. A collection whose condition " +
    "changes during a walk may be missing, or come twice.",
  query: ({ sources }) => ({
    ...collectionParameters(sources),
    condition: choiceParameter(CONDITIONS, "Only collections with which this is the case."),
    limit: limitParameter(1000, 50, "collections"),
    cursor: cursorParameter(),
  }),
  response: { description: "A page of collections.", schema: "CollectionList" },
  problems: ["invalid-cursor", "beyond-retention"],
  handler: async (request, service) => {
    const { condition, limit } = request.query;
    const read = await openRead(service, request.query, { cursor: request.cursor });
    const summaries = await readSummaries(service, read);
    const wanted = summaries.filter((summary) => condition === undefined || summary.condition === condition);
    const { shown, next } = pageOf(wanted, request.cursor?.position, limit);
    const items = await mapConcurrent(CONCURRENT_READS, shown, (summary) => entryOf(service, summary));
    const totals = addUp(summaries);
    return jsonResponse<"CollectionList">({
      ...{ items, totals, ...read.instants },
      ...(await cursorOf(request, next, read.instants)),
    });
  },
});

const rankOf = (condition: string): number => (CONDITIONS as readonly string[]).indexOf(condition);

/** The summaries come in order of collection. */
function pageOf(summaries: readonly CollectionSummary[], from: Position | undefined, limit: number) {
  const [condition = ""] = from?.after ?? [];
  const rank = rankOf(condition);
  const left = summaries
    .map((summary) => ({ summary, own: rankOf(summary.condition) }))
    .filter(({ summary, own }) => !from || own > rank || (own === rank && summary.record.collection > from.collection))
    .sort((a, b) => a.own - b.own)
    .map(({ summary }) => summary);
  const shown = left.slice(0, limit);
  const last = shown.at(-1);
  const next = last && left.length > shown.length && positionOf(last);
  return { shown, ...(next && { next }) };
}

function positionOf({ record, condition }: CollectionSummary): Position {
  return { collection: record.collection, after: [condition] };
}

async function entryOf({ store, sources }: Service, { record }: CollectionSummary): Promise<Entry<"CollectionList">> {
  const parts = partsOf(record.collection);
  const source = sources.find(({ id }) => id === parts.source) as SourceMetadata;
  const state = await readCollectionState(store, record);
  const now = store.now();
  const { condition, pending } = ofState(state, source, now);
  const scopes = worstOf(state.scopes);
  const { id, intervalMinutes } = source;
  return { source: id, intervalMinutes, condition, pending, ...collectionBody({ state, scopes }, source, now) };
}

/** The scopes with which something is the case, failed ones first. */
function worstOf(scopes: readonly ScopeState[]): ScopeState[] {
  const rank = ({ pending, error, outcome }: ScopeState) =>
    error && outcome !== "unavailable" ? 0 : pending ? 1 : error ? 2 : 3;
  return scopes
    .filter((scope) => !scope.ended && rank(scope) < 3)
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MAX_SHOWN_SCOPES);
}
