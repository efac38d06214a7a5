import { type Collection, compareKeys, partsOf } from "../../model/collection.ts";
import { earliest } from "../../model/instant.ts";
import type { HeldRemovals, Standing } from "../../store/port.ts";
import { coveredCollections, openReading, type Reading } from "../coverage.ts";
import type { Position } from "../cursors.ts";
import { endpoint, jsonAnswer } from "../endpoint.ts";
import { coverageParameters, cursorParameter, limitParameter } from "../parameters.ts";
import type { Service, SourceFacts } from "../service.ts";
import { isStale, isSyncing, judged, oldestCompletion, type Standings, staleAfter, tellApart } from "../standing.ts";

/** GET /v1/sources */
export function sourcesEndpoint(service: Service) {
  return endpoint({
    path: "/v1/sources",
    operationId: "listSources",
    tag: "Freshness",
    summary: "List sources, and how fresh they are",
    description:
      "What is inventoried: each source with its collections, and of each collection its scopes: when each was last complete, " +
      "when last tried, with what outcome, when it counts as stale, and what is held. `limit` counts scopes: where there are " +
      "more, the next page goes on in the collection where this one stopped, and repeats its summary. A source that was never " +
      "synced has no collections.",
    query: {
      ...coverageParameters(service.sources),
      limit: limitParameter(1000, 100, "scopes"),
      cursor: cursorParameter,
    },
    answer: { description: "A page of sources.", schema: "SourceList" },
    problems: ["invalid-cursor", "beyond-retention"],
    handle: async (asked) => {
      const { source, limit } = asked.query;
      const collections = await coveredCollections(service, asked.query);
      const reading = await openReading(service, collections, { cursor: asked.cursor });
      const { shown, next } = await pageOfScopes(reading, collections, asked.cursor?.position, limit);
      const known = new Set(collections.map((collection) => partsOf(collection).source));
      const items = service.sources
        .filter(({ id }) => source === undefined || id === source)
        .map((facts) => sourceBody(facts, shown, service.clock.now()))
        // A source without collections stands on the first page.
        .filter(({ id, collections }) => collections.length > 0 || (!known.has(id) && !asked.cursor));
      return jsonAnswer({ items, asOf: reading.at, ...(next && { nextCursor: asked.nextCursor(reading.at, next) }) });
    },
  });
}

/** A collection, and those of its scopes that a page has room for. */
interface Shown {
  readonly collection: Collection;
  readonly standings: Standings;
  readonly scopes: readonly Standing[];
}

async function pageOfScopes(
  reading: Reading,
  collections: readonly Collection[],
  from: Position | undefined,
  limit: number,
): Promise<{ readonly shown: readonly Shown[]; readonly next?: Position }> {
  const shown: Shown[] = [];
  let room = limit;
  for (const collection of collections) {
    if (from && collection < from.collection) continue;
    if (room === 0) return { shown, next: { collection } };
    const [after] = (collection === from?.collection && from.after) || [];
    const standings = tellApart(await reading.standings(collection));
    const rest = standings.scopes.filter(({ scope }) => after === undefined || compareKeys(scope, after) > 0);
    const scopes = rest.slice(0, room);
    const last = scopes.at(-1);
    shown.push({ collection, standings, scopes });
    if (scopes.length < rest.length && last) return { shown, next: { collection, after: [last.scope] } };
    room -= scopes.length;
  }
  return { shown };
}

function sourceBody(source: SourceFacts, shown: readonly Shown[], now: number) {
  const { id, operation, everyMinutes, regions, planned } = source;
  const own = shown.filter(({ collection }) => partsOf(collection).source === id);
  const collections = own.map((each) => collectionBody(each, source, now));
  return { id, operation, everyMinutes, regions, planned, collections };
}

function collectionBody({ collection, standings, scopes: page }: Shown, source: SourceFacts, now: number) {
  const { account, region } = partsOf(collection);
  const { plan, scopes } = standings;
  const expected = judged(standings, source);
  const completeAt = oldestCompletion(expected);
  const count = (is: (standing: Standing) => boolean) => scopes.filter(is).length;
  return {
    account,
    region,
    items: scopes.reduce((sum, { items }) => sum + items, 0),
    ...(completeAt !== undefined && { completeAt }),
    stale: expected.some((standing) => isStale(standing, source, now)),
    counts: {
      scopes: scopes.length,
      stale: count((standing) => isStale(standing, source, now)),
      failed: count(({ outcome, vanished }) => outcome === "failed" && !vanished),
      held: count(({ held }) => held !== undefined),
      syncing: count((standing) => isSyncing(standing, now)),
      vanished: count(({ vanished }) => vanished === true),
    },
    ...(plan && { plan: attemptBody(plan, source, now) }),
    scopes: page.map((standing) => scopeBody(standing, source, now)),
  };
}

function attemptBody(standing: Standing, source: SourceFacts, now: number) {
  const { completeAt, triedAt, outcome, error, vanished } = standing;
  const due = vanished ? undefined : staleAfter(standing, source);
  return {
    ...(completeAt !== undefined && { completeAt }),
    ...(triedAt !== undefined && { triedAt }),
    ...(outcome && { outcome }),
    ...(error && { error: { code: error.code, message: error.message } }),
    ...(due !== undefined && { staleAfter: due }),
    stale: isStale(standing, source, now),
  };
}

/** Not the samples: they are for the engine to tell whether another listing agrees. */
function heldBody(first: HeldRemovals, held: readonly HeldRemovals[]) {
  const count = held.reduce((total, removals) => total + removals.count, 0);
  return { count, reason: first.reason, since: earliest(first.since, ...held.map(({ since }) => since)) };
}

function scopeBody(standing: Standing, source: SourceFacts, now: number) {
  const { scope, items, held, sweep, vanished = false } = standing;
  return {
    id: scope,
    items,
    ...attemptBody(standing, source, now),
    ...(held?.[0] && { held: heldBody(held[0], held) }),
    ...(sweep && { sweepingSince: sweep.since }),
    syncing: isSyncing(standing, now),
    vanished,
  };
}
