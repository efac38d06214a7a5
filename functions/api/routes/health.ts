import {
  type CollectionFreshness,
  type CollectionState,
  isRecordFresh,
  judgeCollection,
  readCollectionState,
} from "../../inventory/freshness.ts";
import { partsOf } from "../../model/collection.ts";
import type { CollectionRecord } from "../../model/collection-record.ts";
import { EPOCH, earliest, type Instant } from "../../model/instant.ts";
import { mapConcurrent } from "../../model/map-concurrent.ts";
import { oldestCompletion } from "../../model/scope-state.ts";
import type { Store } from "../../store/port.ts";
import { endpoint, jsonResponse } from "../endpoint.ts";
import { Problem } from "../problems.ts";
import { openRead } from "../read.ts";
import type { SourceMetadata } from "../service.ts";

const MAX_NAMED = 100;
const MAX_CONCURRENT_READS = 16;

/** GET /v1/health */
export const healthEndpoint = endpoint({
  path: "/v1/health",
  operationId: "getHealth",
  tag: "Freshness",
  summary: "Check that everything is fresh",
  description:
    "200 while every scope, and every plan, was complete within three of its source's intervals. Otherwise 503 with the " +
    "collections that were not, and also when nothing has been synced yet. Scopes whose parent is gone and targets that are no " +
    "longer inventoried do not count, nor does what is unavailable, nor a scope that a plan has just named while its first sync runs.",
  query: () => ({}),
  response: { description: "Everything is fresh.", schema: "Health" },
  problems: ["unhealthy"],
  handler: async (_request, service) => {
    const { records, instants } = await openRead(service, {});
    const now = service.store.now();
    const sources = new Map(service.sources.map((source) => [source.id, source]));
    const active = records.flatMap((record) => {
      const source = sources.get(partsOf(record.collection).source);
      return source && record.status === "active" ? [{ record, source }] : [];
    });
    const judged = await mapConcurrent(MAX_CONCURRENT_READS, active, (each) => judge(service.store, each, now));
    const stale = judged.flatMap(({ late }) => late ?? []);
    const lastCompleteAt = oldestCompletion(judged.filter(({ lastCompleteAt }) => lastCompleteAt !== undefined));
    if (stale.length > 0 || lastCompleteAt === undefined) {
      const detail =
        lastCompleteAt === undefined
          ? "nothing has been synced yet: run a sync, or wait for the first"
          : `${stale.length} of ${active.length} collections are older than their schedule allows: see /v1/sources`;
      throw new Problem("unhealthy", detail, { members: { ...instants, collections: stale.slice(0, MAX_NAMED) } });
    }
    return jsonResponse<"Health">({
      status: "ok",
      ...instants,
      collections: active.length,
      lastCompleteAt,
      completeAt: lastCompleteAt,
    });
  },
});

interface Judged {
  /** When what waits longest in the collection was last complete. */
  readonly lastCompleteAt?: Instant;
  /** What is late in it. */
  readonly late?: ReturnType<typeof lateBody>;
}

/** The record may be older than the scopes. Where it shows nothing wrong, they need not be read. */
async function judge(
  store: Store,
  { record, source }: { readonly record: CollectionRecord; readonly source: SourceMetadata },
  now: number,
): Promise<Judged> {
  if (isRecordFresh(record, source, now)) {
    const plan = source.planned ? record.plan?.lastCompleteAt : undefined;
    return { lastCompleteAt: earliest(record.freshAt ?? EPOCH, plan) };
  }
  const state = await readCollectionState(store, record);
  const freshness = judgeCollection(state, source, now);
  const { lastCompleteAt, stale } = freshness;
  return {
    ...(lastCompleteAt !== undefined && { lastCompleteAt }),
    ...(stale && { late: lateBody(state, freshness, source) }),
  };
}

function lateBody({ record }: CollectionState, freshness: CollectionFreshness, source: SourceMetadata) {
  const { planStale, staleScopes } = freshness;
  const lastCompleteAt = oldestCompletion([...staleScopes, ...(planStale && record.plan ? [record.plan] : [])]);
  const parts = [planStale && "its plan", staleScopes.length > 0 && `${staleScopes.length} of its scopes`];
  const what = parts.filter(Boolean).join(" and ") || "nothing of it";
  const reason =
    lastCompleteAt === undefined
      ? `${what} not complete in time, some never`
      : `${what} not complete since ${lastCompleteAt}, with an interval of ${source.intervalMinutes} minutes`;
  return {
    ...partsOf(record.collection),
    reason,
    scopes: staleScopes.length,
    ...(lastCompleteAt !== undefined && { lastCompleteAt, completeAt: lastCompleteAt }),
  };
}
