import {
  type CollectionState,
  isPlanStale,
  isScopeStale,
  isSyncing,
  judgeCollection,
  readCollectionState,
  staleAfter,
} from "../../inventory/freshness.ts";
import { compareKeys, partsOf } from "../../model/collection.ts";
import type { PlanState } from "../../model/collection-record.ts";
import type { NodePaths } from "../../model/node.ts";
import type { Outcome, ScopeState } from "../../model/scope-state.ts";
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
    collections: booleanParameter("`false`: the sources only, all of them at once, without their collections."),
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
      const items = wanted.map((metadata) => sourceBody(metadata, [], service.store.now()));
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

/** A collection, and those of its scopes that a page has room for. */
interface ShownCollection {
  readonly state: CollectionState;
  readonly scopes: readonly ScopeState[];
}

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

/** Where documents say what their items are, without where those lie. */
function nodeMembers({ locations: _, ...members }: NodePaths) {
  return { ...members, names: [...members.names] };
}

function collectionBody({ state, scopes: page }: ShownCollection, source: SourceMetadata, now: number) {
  const { record, scopes } = state;
  const { account, region } = partsOf(record.collection);
  const { lastCompleteAt, stale, staleScopes } = judgeCollection(state, source, now);
  const count = (is: (scope: ScopeState) => boolean) => scopes.filter(is).length;
  const endedScopes = count(({ ended }) => ended !== undefined);
  const body = {
    account,
    region,
    items: scopes.reduce((sum, scope) => sum + scope.count, 0),
    ...(lastCompleteAt !== undefined && { lastCompleteAt, completeAt: lastCompleteAt }),
    stale,
    counts: {
      scopes: scopes.length,
      stale: staleScopes.length,
      failed: count(({ outcome, ended }) => outcome === "failed" && !ended),
      unavailable: count(({ outcome, ended }) => outcome === "unavailable" && !ended),
      held: count(({ pending }) => pending !== undefined),
      syncing: count((scope) => isSyncing(scope, now)),
      ended: endedScopes,
      vanished: endedScopes,
    },
  };
  return {
    ...body,
    ...(source.planned && record.plan && { plan: planBody(record.plan, source, now) }),
    scopes: page.map((scope) => scopeBody(scope, source, now)),
  };
}

function attemptFields({ lastCompleteAt, lastAttemptAt, error, unavailableSince }: ScopeState | PlanState) {
  return {
    ...(lastCompleteAt !== undefined && { lastCompleteAt, completeAt: lastCompleteAt }),
    ...(lastAttemptAt !== undefined && { lastAttemptAt, triedAt: lastAttemptAt }),
    ...(error && { error: { code: error.code, message: error.message } }),
    ...(unavailableSince !== undefined && { unavailableSince }),
  };
}

function planBody(plan: PlanState, source: SourceMetadata, now: number) {
  const due = staleAfter(plan, source);
  const outcome: Outcome = plan.unavailableSince ? "unavailable" : plan.error ? "failed" : "complete";
  return {
    ...attemptFields(plan),
    outcome,
    ...(due !== undefined && { staleAfter: due }),
    stale: isPlanStale(plan, source, now),
  };
}

function scopeBody(state: ScopeState, source: SourceMetadata, now: number) {
  const { scope, count, outcome, pending, ended, firstListing } = state;
  const due = ended ? undefined : staleAfter(state, source);
  return {
    id: scope,
    items: count,
    ...attemptFields(state),
    ...(outcome && { outcome }),
    ...(due !== undefined && { staleAfter: due }),
    stale: isScopeStale(state, source, now),
    ...(firstListing !== undefined && { firstListing }),
    ...(pending && { held: { count: pending.count, reason: pending.reason, since: pending.since } }),
    syncing: isSyncing(state, now),
    ...(ended && { ended }),
    vanished: ended !== undefined,
  };
}
