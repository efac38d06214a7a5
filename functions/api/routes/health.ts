import { type Collection, PLAN, partsOf } from "../../model/collection.ts";
import type { Standing } from "../../store/port.ts";
import { coveredCollections, openReading } from "../coverage.ts";
import { endpoint, jsonAnswer } from "../endpoint.ts";
import { Problem } from "../problems.ts";
import type { Service, SourceFacts } from "../service.ts";
import { isStale, judged, oldestCompletion, tellApart } from "../standing.ts";

const MOST_NAMED = 100;

/** GET /v1/health */
export function healthEndpoint(service: Service) {
  return endpoint({
    path: "/v1/health",
    operationId: "getHealth",
    tag: "Freshness",
    summary: "Tell whether everything is fresh",
    description:
      "200 while every scope, and every plan, was complete within three of its source's intervals; 503 with the collections " +
      "that are not, and also when nothing has been synced yet. Scopes that vanished do not count, nor does one that a plan " +
      "has just named while its first sync runs.",
    query: {},
    answer: { description: "Everything is fresh.", schema: "Health" },
    problems: ["unhealthy"],
    handle: async () => {
      const collections = await coveredCollections(service, {});
      const reading = await openReading(service, collections, {});
      const now = service.clock.now();
      const all: Standing[] = [];
      const stale = [];
      for (const collection of collections) {
        const source = service.sources.find(({ id }) => id === partsOf(collection).source);
        if (!source) continue;
        const expected = judged(tellApart(await reading.standings(collection)), source);
        all.push(...expected);
        const late = expected.filter((standing) => isStale(standing, source, now));
        if (late.length > 0) stale.push(staleBody(collection, source, late));
      }
      const completeAt = oldestCompletion(all.filter((standing) => standing.completeAt !== undefined));
      if (stale.length > 0 || completeAt === undefined) {
        const detail =
          stale.length > 0
            ? `${stale.length} of ${collections.length} collections are older than their schedule allows: see /v1/sources`
            : "nothing has been synced yet: run a sync, or wait for the first";
        const members = { asOf: reading.at, collections: stale.slice(0, MOST_NAMED) };
        throw new Problem("unhealthy", detail, { members });
      }
      return jsonAnswer({ status: "ok", asOf: reading.at, collections: collections.length, completeAt });
    },
  });
}

function staleBody(collection: Collection, source: SourceFacts, late: readonly Standing[]) {
  const completeAt = oldestCompletion(late);
  const plan = late.some(({ scope }) => scope === PLAN);
  const scopes = late.filter(({ scope }) => scope !== PLAN).length;
  const what = [plan && "its plan", scopes > 0 && `${scopes} of its scopes`].filter(Boolean).join(" and ");
  const reason =
    completeAt === undefined
      ? `${what} not complete in time, some never`
      : `${what} not complete since ${completeAt}, with an interval of ${source.everyMinutes} minutes`;
  return {
    ...partsOf(collection),
    reason,
    scopes,
    ...(completeAt !== undefined && { completeAt }),
  };
}
