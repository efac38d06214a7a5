import { type NetChange, netChangePage } from "../../inventory/net-changes.ts";
import type { Collection } from "../../model/collection.ts";
import { earliest, type Instant } from "../../model/instant.ts";
import type { ItemVersion } from "../../model/item.ts";
import { coveredCollections, openReading, type Reading } from "../coverage.ts";
import { endpoint, listAnswer } from "../endpoint.ts";
import { placeMembers } from "../ids.ts";
import { differencesFrom } from "../items.ts";
import { coverageParameters, cursorParameter, instantParameter, limitParameter, required } from "../parameters.ts";
import { Problem } from "../problems.ts";
import type { Service } from "../service.ts";
import { type Slice, walk } from "../walk.ts";
import { positionOf } from "./changes.ts";

/** Records of the log read at a time: an item may be in it often. */
const READ_AT_ONCE = 200;

/** GET /v1/diff */
export function diffEndpoint(service: Service) {
  const { source, account, region } = coverageParameters(service.sources);
  return endpoint({
    path: "/v1/diff",
    operationId: "compareInstants",
    tag: "Changes",
    summary: "Compare two instants",
    description:
      "What was added, removed and modified on the whole between two instants: what changed and changed back is not told. One " +
      "collection after another, in the order in which the items first changed.",
    query: {
      source: required(source),
      account,
      region,
      from: required(instantParameter("The earlier instant.")),
      to: instantParameter("The later instant, by default the newest there is."),
      limit: limitParameter(1000, 100, "items"),
      cursor: cursorParameter,
    },
    answer: { description: "A page of differences.", schema: "NetChangeList" },
    problems: ["invalid-cursor", "beyond-retention"],
    handle: async (asked) => {
      const { from, to, limit } = asked.query;
      if (to !== undefined && to < from) {
        const detail = `to ${to} is earlier than from ${from}: name the earlier of the two as from`;
        throw new Problem("invalid-parameter", detail, { members: { parameter: "to" } });
      }
      const collections = await coveredCollections(service, asked.query);
      const reading = await openReading(service, collections, {
        cursor: asked.cursor,
        at: { parameter: "to", instant: to },
        kept: { parameter: "from", instant: from },
      });
      const page = await walk({
        collections,
        from: asked.cursor?.position,
        limit,
        read: (collection, after, room) => readNetChanges(service, reading, from, collection, after, room),
      });
      return listAnswer(asked, page, reading.at, { from: earliest(reading.at, from), asOf: reading.at });
    },
  });
}

async function readNetChanges(
  service: Service,
  reading: Reading,
  from: Instant,
  collection: Collection,
  after: readonly string[] | undefined,
  room: number,
): Promise<Slice> {
  const position = positionOf(after);
  const page = await netChangePage(
    service.store,
    collection,
    { from, to: reading.at, instants: await reading.instants(collection) },
    { limit: Math.max(room, READ_AT_ONCE), ...(position && { after: position }) },
  );
  return {
    entries: page.changes.map((change) => ({
      text: () => JSON.stringify(netChangeBody(change)),
      after: [change.position.at, change.position.key],
    })),
    read: page.read,
    ...(page.rest && { rest: [page.rest.at, page.rest.key] }),
  };
}

function netChangeBody({ collection, key, scope, kind, before, after }: NetChange) {
  const then = after && versionThen(after);
  return {
    kind,
    ...placeMembers({ collection, key }),
    scope,
    key,
    ...(before && { before: versionThen(before) }),
    ...(then && { after: then }),
    ...(before && then && { differences: differencesFrom(before, then.document) }),
  };
}

function versionThen({ version, changedAt, edge, document }: ItemVersion) {
  return { version, changedAt, ...(edge && { edge }), document: JSON.parse(document) as unknown };
}
