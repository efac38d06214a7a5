import { type Collection, type KeyRange, partsOf } from "../../model/collection.ts";
import { BEGINNING, type Instant } from "../../model/instant.ts";
import { type Outcome, type Store, type SyncRecord, syncKey } from "../../store/port.ts";
import { concurrently } from "../../sync/concurrently.ts";
import { coveredCollections } from "../coverage.ts";
import { endpoint, listAnswer } from "../endpoint.ts";
import {
  choiceParameter,
  coverageParameters,
  cursorParameter,
  instantParameter,
  limitParameter,
} from "../parameters.ts";
import type { Service } from "../service.ts";
import { type Slice, walk } from "../walk.ts";

const SIFTED_AT_ONCE = 200;

/** GET /v1/syncs */
export function syncsEndpoint(service: Service) {
  return endpoint({
    path: "/v1/syncs",
    operationId: "listSyncs",
    tag: "Freshness",
    summary: "List syncs",
    description:
      "The syncs that have ended, one collection after another and each collection's newest first. `asOf` is when the last of " +
      "all that are covered ended; a sync that ends during a walk may or may not be in it.",
    query: {
      ...coverageParameters(service.sources),
      outcome: choiceParameter(["complete", "held", "failed"], "Only syncs that ended so."),
      since: instantParameter("Only syncs that began at this instant or later."),
      limit: limitParameter(1000, 100, "syncs"),
      cursor: cursorParameter,
    },
    answer: { description: "A page of syncs.", schema: "SyncList" },
    problems: ["invalid-cursor"],
    handle: async (asked) => {
      const { outcome, since, limit } = asked.query;
      const collections = await coveredCollections(service, asked.query);
      const asOf = asked.cursor?.at ?? (await lastTried(service.store, collections));
      const page = await walk({
        collections,
        from: asked.cursor?.position,
        limit,
        read: (...wanted) => readSyncs(service.store, { outcome, since }, ...wanted),
      });
      return listAnswer(asked, page, asOf, { asOf });
    },
  });
}

async function lastTried(store: Store, collections: readonly Collection[]): Promise<Instant> {
  const standings = await concurrently(16, collections, (collection) => store.standings(collection));
  return standings
    .flat()
    .reduce((last, { triedAt }) => (triedAt !== undefined && triedAt > last ? triedAt : last), BEGINNING);
}

interface Sieve {
  readonly outcome: Outcome | undefined;
  readonly since: Instant | undefined;
}

async function readSyncs(
  store: Store,
  { outcome, since }: Sieve,
  collection: Collection,
  after: readonly string[] | undefined,
  room: number,
  sifting: boolean,
): Promise<Slice> {
  const [before] = after ?? [];
  const range = { ...(since !== undefined && { since }), ...(before !== undefined && { before }) };
  const wanted = sifting || outcome !== undefined ? Math.max(room, SIFTED_AT_ONCE) : room;
  const { syncs, end } = await store.syncPage(collection, range, wanted);
  const last = syncs.at(-1);
  return {
    entries: syncs
      .filter((sync) => outcome === undefined || sync.outcome === outcome)
      .map((sync) => ({ text: () => JSON.stringify(syncBody(sync)), after: [syncKey(sync)] })),
    read: syncs.length,
    ...(!end && last && { rest: [syncKey(last)] }),
  };
}

function rangeBody({ from, until }: KeyRange) {
  return { ...(from !== undefined && { from }), ...(until !== undefined && { until }) };
}

function syncBody(record: SyncRecord) {
  const { collection, startedAt, scope, outcome, at, window, remainder, heldReason, error, ...rest } = record;
  const { pages, listed, added, modified, removed, unchanged, held, refused, refusals, retries, durationMs } = rest;
  return {
    ...partsOf(collection),
    scope,
    startedAt,
    outcome,
    ...(at !== undefined && { at }),
    ...(window && { window: rangeBody(window) }),
    ...(remainder && { remainder: rangeBody(remainder) }),
    pages,
    listed,
    added,
    modified,
    removed,
    unchanged,
    held,
    ...(heldReason !== undefined && { heldReason }),
    refused,
    refusals,
    retries,
    durationMs,
    ...(error && { error: { code: error.code, message: error.message } }),
  };
}
