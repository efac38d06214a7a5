import { type NetChange, readNetChanges } from "../../inventory/net-changes.ts";
import { earliest, type Instant } from "../../model/instant.ts";
import type { ItemVersion } from "../../model/item.ts";
import { itemRefFields } from "../../model/item-id.ts";
import { endpoint, listResponse } from "../endpoint.ts";
import { differencesFrom, documentOf } from "../items.ts";
import { columnsWithNames, type Names, openNames } from "../names.ts";
import {
  collectionParameters,
  countParameter,
  cursorParameter,
  formatParameter,
  instantParameter,
  limitParameter,
  namesParameter,
  requiredInstantParameter,
} from "../parameters.ts";
import { Problem } from "../problems.ts";
import { openRead, type Read } from "../read.ts";
import type { Entry } from "../schemas/responses.ts";
import { type Batch, type BatchRequest, countRows, FILTERED_BATCH, walk } from "../walk.ts";
import { positionOf } from "./changes.ts";

/** GET /v1/diff */
export const diffEndpoint = endpoint({
  path: "/v1/diff",
  operationId: "compareInstants",
  tag: "Changes",
  summary: "Compare two instants",
  description:
    "The items that were added, removed or modified between two instants. Reverted changes are not included. One collection " +
    "after another, in the order in which the items first changed.",
  query: ({ sources, now }) => ({
    ...collectionParameters(sources),
    from: requiredInstantParameter(now, "The earlier instant."),
    to: instantParameter(now, "The later instant. Default: the latest time with complete data."),
    names: namesParameter(),
    count: countParameter("items"),
    format: formatParameter(),
    limit: limitParameter(1000, 100, "items"),
    cursor: cursorParameter(),
  }),
  csv: ({ names }) => columnsWithNames(COLUMNS, names),
  response: { description: "A page of differences.", schema: "NetChangeList" },
  problems: ["invalid-cursor", "beyond-retention"],
  handler: async (request, service) => {
    const { from, to, count, limit } = request.query;
    if (to !== undefined && to < from) {
      const detail = `to ${to} is earlier than from ${from}: send the earlier one as from`;
      throw new Problem("invalid-parameter", detail, { members: { parameter: "to" } });
    }
    const read = await openRead(service, request.query, {
      cursor: request.cursor,
      at: { parameter: "to", instant: to },
      since: { parameter: "from", instant: from },
    });
    const names = request.query.names ? openNames(service, read) : undefined;
    const reader = (wanted: BatchRequest) => readBatch(read, { from, names }, wanted);
    const page = await walk({
      collections: read.collections,
      from: request.cursor?.position,
      limit,
      write: request.write,
      read: reader,
      prepare: names?.read,
    });
    const counted = count ? await countRows(read.collections, reader) : {};
    return listResponse(request, page, read, { ...counted, from: earliest(read.snapshot.at, from) });
  },
});

const COLUMNS = [
  ...["kind", "id", "shortId", "source", "account", "region", "scope", "key", "before.version", "before.changedAt"],
  ...["after.version", "after.changedAt", "differences", "before.document", "after.document"],
];

async function readBatch(
  { snapshot }: Read,
  { from, names }: { readonly from: Instant; readonly names: Names | undefined },
  { collection, after, remaining }: BatchRequest,
): Promise<Batch> {
  const position = positionOf(after);
  const page = await readNetChanges(snapshot, collection, {
    from,
    // An item may be in the log often.
    limit: Math.max(remaining, FILTERED_BATCH),
    ...(position && { after: position }),
  });
  return {
    rows: page.rows.map((change) => ({
      text: () => JSON.stringify(netChangeBody(change, names)),
      items: [change.before, change.after].flatMap((item) => item ?? []),
      after: [change.position.at, change.position.key],
    })),
    read: page.read,
    ...(page.next && { next: [page.next.at, page.next.key] }),
  };
}

function netChangeBody(
  { collection, key, scope, kind, before, after }: NetChange,
  names: Names | undefined,
): Entry<"NetChangeList"> {
  const then = after && versionThen(after, names);
  const shown = after ?? before;
  return {
    kind,
    ...(names && shown && { name: names.of(shown, documentOf(shown)).name }),
    ...itemRefFields({ collection, key }),
    scope,
    key,
    ...(before && { before: versionThen(before, names) }),
    ...(then && { after: then }),
    ...(before && then && { differences: differencesFrom(before, then.document) }),
  };
}

function versionThen(item: ItemVersion, names: Names | undefined) {
  const document = documentOf(item);
  const { edge = item.edges[0] } = names?.of(item, document) ?? {};
  return { version: item.version, changedAt: item.at, ...(edge && { edge }), document };
}
