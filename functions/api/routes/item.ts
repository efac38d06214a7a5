import { type HistoryPage, MAX_ASCENDING, readHistory, readHistoryAscending } from "../../inventory/history.ts";
import { readItem, withItemView } from "../../inventory/items.ts";
import { openRead } from "../../inventory/read-timestamp.ts";
import { epochMs, type Instant, instantOf } from "../../model/instant.ts";
import type { ItemRef } from "../../model/item.ts";
import type { Order } from "../../store/port.ts";
import { endpoint, listResponse } from "../endpoint.ts";
import { refOfId } from "../ids.ts";
import { itemBody, itemText, namedItemBody, versionBody } from "../items.ts";
import { columnsWithNames, type Names, openNames } from "../names.ts";
import {
  atParameter,
  countParameter,
  cursorParameter,
  formatParameter,
  limitParameter,
  namesParameter,
  orderParameter,
} from "../parameters.ts";
import { Problem } from "../problems.ts";
import { openReadOf, type Read } from "../read.ts";
import { type Batch, type BatchRequest, countRows, walk } from "../walk.ts";

/** GET /v1/items/{id} */
export const itemEndpoint = endpoint({
  path: "/v1/items/{id}",
  operationId: "getItem",
  tag: "Items",
  summary: "Get one item",
  description: "One item, as it is or as it was at an instant. A removed item returns 410.",
  query: ({ now }) => ({ at: atParameter(now), names: namesParameter() }),
  response: { description: "The item.", schema: "ItemAsOf" },
  problems: ["invalid-id", "beyond-retention", "unknown-item", "removed-item"],
  handler: async ({ id, query }, service) => {
    const ref = await refOfId(service, id);
    const viewed = { ...service, store: await withItemView(service.store, ref) };
    const read = await openReadOf(viewed, ref.collection, { at: { parameter: "at", instant: query.at } });
    const item = await readItem(read.snapshot, ref);
    if (!item) throw await unknownItem(read, ref);
    const names = query.names ? openNames(service, read) : undefined;
    await names?.read([{ items: [item] }]);
    if (item.state === "present") {
      const named = names && JSON.stringify({ ...namedItemBody(item, names), ...read.instants });
      return { text: named ?? itemText(item, read.instants) };
    }
    const body = names ? namedItemBody(item, names) : itemBody(item);
    const lastVersion = `/v1/items/${id}?at=${instantOf(epochMs(item.at) - 1)}`;
    throw new Problem("removed-item", `the item was removed at ${item.at}; see lastVersion for its last content`, {
      members: { item: { ...body, ...read.instants }, lastVersion },
      headers: { link: `<${lastVersion}>; rel="predecessor-version"` },
    });
  },
});

/** GET /v1/items/{id}/history */
export const historyEndpoint = endpoint({
  path: "/v1/items/{id}/history",
  operationId: "getItemHistory",
  tag: "Items",
  summary: "List an item's versions",
  description:
    "Every version of the item until the instant shown, newest first, with the interval in which it was current. The list ends with the " +
    "oldest version within the retention period; with `order=asc` it begins there.",
  query: ({ now }) => ({
    at: atParameter(now),
    count: countParameter("versions"),
    names: namesParameter(),
    order: orderParameter(
      "Oldest (`asc`) or newest (`desc`, the default) first. Oldest first reads 2,000 versions at most.",
    ),
    format: formatParameter(),
    limit: limitParameter(1000, 100, "versions"),
    cursor: cursorParameter(),
  }),
  csv: ({ names }) => columnsWithNames(COLUMNS, names),
  response: { description: "A page of versions.", schema: "History" },
  problems: ["invalid-id", "invalid-cursor", "beyond-retention", "unknown-item"],
  handler: async (request, service) => {
    const ref = await refOfId(service, request.id);
    const read = await openReadOf(service, ref.collection, {
      cursor: request.cursor,
      at: { parameter: "at", instant: request.query.at },
    });
    const names = request.query.names ? openNames(service, read) : undefined;
    const { order = "desc" } = request.query;
    const reader = (wanted: BatchRequest) => readBatch(read, { ref, names, order }, wanted);
    const page = await walk({
      collections: read.collections,
      from: request.cursor?.position,
      limit: request.query.limit,
      write: request.write,
      read: reader,
      prepare: names?.read,
    });
    return listResponse(request, page, read, request.query.count ? await countRows(read.collections, reader) : {});
  },
});

const COLUMNS = [
  ...["version", "state", "kind", "from", "until", "cause", "edge.from", "edge.to", "edge.relation", "differences"],
  "document",
];

interface HistoryRequest {
  readonly ref: ItemRef;
  readonly names: Names | undefined;
  readonly order: Order;
}

async function readBatch(
  read: Read,
  { ref, names, order }: HistoryRequest,
  { after, remaining }: BatchRequest,
): Promise<Batch> {
  const history = await readPage(read, { ref, order, from: after?.[0], limit: remaining });
  if (!history) throw await unknownItem(read, ref);
  return {
    rows: history.entries.map((entry) => ({
      text: () => JSON.stringify(versionBody(entry, names)),
      items: [entry.content],
      after: [entry.version.at],
    })),
    read: history.entries.length,
    ...(history.next !== undefined && { next: [history.next] }),
  };
}

async function readPage(
  { snapshot }: Read,
  {
    ref,
    order,
    from,
    limit,
  }: Omit<HistoryRequest, "names"> & { readonly from: Instant | undefined; readonly limit: number },
): Promise<HistoryPage | undefined> {
  if (order === "desc") return readHistory(snapshot, ref, { limit, ...(from !== undefined && { before: from }) });
  const page = await readHistoryAscending(snapshot, ref, { limit, ...(from !== undefined && { after: from }) });
  if (page !== "too long") return page;
  const detail = `order=asc reads ${MAX_ASCENDING} versions at most, and there are more: leave it out, or name an earlier instant with at`;
  throw new Problem("invalid-parameter", detail, { members: { parameter: "order" } });
}

/** The item may have been seen later than the instant asked for. */
async function unknownItem({ snapshot }: Read, ref: ItemRef): Promise<Problem> {
  const later = await readItem(await openRead(snapshot.store), ref);
  const detail = later
    ? `the item did not exist yet at ${snapshot.at}: it was first seen at ${later.firstSeenAt}`
    : `no item with this id was seen until ${snapshot.at}, or its history has expired`;
  return new Problem("unknown-item", detail);
}
