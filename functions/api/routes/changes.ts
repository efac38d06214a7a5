import type { Collection } from "../../model/collection.ts";
import { BEGINNING, type Instant } from "../../model/instant.ts";
import type { Change, ChangeKind } from "../../model/item.ts";
import type { LogPosition } from "../../store/port.ts";
import { coveredCollections, openReading, type Reading } from "../coverage.ts";
import { endpoint, listAnswer } from "../endpoint.ts";
import { changeBody } from "../items.ts";
import {
  choiceParameter,
  coverageParameters,
  cursorParameter,
  instantParameter,
  limitParameter,
  scopeParameter,
} from "../parameters.ts";
import { Problem } from "../problems.ts";
import type { Service } from "../service.ts";
import { type Slice, walk } from "../walk.ts";

const SIFTED_AT_ONCE = 200;

/** GET /v1/changes */
export function changesEndpoint(service: Service) {
  return endpoint({
    path: "/v1/changes",
    operationId: "listChanges",
    tag: "Changes",
    summary: "List changes",
    description:
      "What changed, oldest first, one collection after another. To follow the log, walk to its last page and ask again with " +
      "`since` set to that page's `asOf`: every change is then seen exactly once, and those of a collection in order.",
    query: {
      ...coverageParameters(service.sources),
      scope: scopeParameter,
      kind: choiceParameter(["added", "modified", "removed"], "Only changes of this kind."),
      since: instantParameter("Only changes later than this."),
      until: instantParameter("Only changes no later than this."),
      limit: limitParameter(1000, 100, "changes"),
      cursor: cursorParameter,
    },
    answer: { description: "A page of changes.", schema: "ChangeList" },
    problems: ["invalid-cursor", "beyond-retention"],
    handle: async (asked) => {
      const { since, until, scope, kind, limit } = asked.query;
      const collections = await coveredCollections(service, asked.query);
      if (since !== undefined && until !== undefined && until < since) {
        const detail = `until ${until} is earlier than since ${since}: name the earlier of the two as since`;
        throw new Problem("invalid-parameter", detail, { members: { parameter: "until" } });
      }
      const reading = await openReading(service, collections, {
        cursor: asked.cursor,
        at: { parameter: "until", instant: until },
        // The beginning is what was given out as `asOf` before anything was whole: nothing has expired since then.
        since: { parameter: "since", instant: since === BEGINNING ? undefined : since },
      });
      const sieve = { since, scope, kind };
      const page = await walk({
        collections,
        from: asked.cursor?.position,
        limit,
        read: (...wanted) => readChanges(service, reading, sieve, ...wanted),
      });
      return listAnswer(asked, page, reading.at, { asOf: reading.at });
    },
  });
}

interface Sieve {
  readonly since: Instant | undefined;
  readonly scope: string | undefined;
  readonly kind: ChangeKind | undefined;
}

async function readChanges(
  service: Service,
  reading: Reading,
  sieve: Sieve,
  collection: Collection,
  after: readonly string[] | undefined,
  room: number,
  sifting: boolean,
): Promise<Slice> {
  const instants = await reading.instants(collection);
  const start = positionOf(after) ?? sieve.since;
  const range = { until: reading.at, ...(start !== undefined && { after: start }) };
  const sifts = sieve.kind !== undefined || sieve.scope !== undefined || sifting;
  const { changes, end } = await service.store.changePage(
    collection,
    range,
    sifts ? Math.max(room, SIFTED_AT_ONCE) : room,
  );
  const passes = (change: Change) =>
    change.at <= instants(change.scope) &&
    (sieve.kind === undefined || change.kind === sieve.kind) &&
    (sieve.scope === undefined || change.scope === sieve.scope);
  const last = changes.at(-1);
  return {
    entries: changes
      .filter(passes)
      .map((change) => ({ text: () => JSON.stringify(changeBody(change)), after: [change.at, change.key] })),
    read: changes.length,
    ...(!end && last && { rest: [last.at, last.key] }),
  };
}

/** The place in the log that a cursor carries. */
export function positionOf(after: readonly string[] | undefined): LogPosition | undefined {
  const [at, key] = after ?? [];
  return at !== undefined && key !== undefined ? { at, key } : undefined;
}
