import { itemsAt, itemVersions, type NewestItem, newestItem, type SeenSnapshots } from "../../inventory/reads.ts";
import { partsOf, WHOLE } from "../../model/collection.ts";
import { epochMs, type Instant, instantOf } from "../../model/instant.ts";
import type { Item } from "../../model/item.ts";
import type { ItemPlace } from "../../store/port.ts";
import { openReading } from "../coverage.ts";
import { endpoint, listAnswer } from "../endpoint.ts";
import { placeOfId } from "../ids.ts";
import { itemBody, itemText, versionBody } from "../items.ts";
import { cursorParameter, instantParameter, limitParameter } from "../parameters.ts";
import { Problem } from "../problems.ts";
import type { Service } from "../service.ts";
import { walk } from "../walk.ts";

/** GET /v1/items/{id} */
export function itemEndpoint(service: Service) {
  const seen: SeenSnapshots = new Map();
  return endpoint({
    path: "/v1/items/{id}",
    operationId: "getItem",
    tag: "Items",
    summary: "Get one item",
    description: "One item, as it is or as it was at an instant. One that had been removed then is answered with 410.",
    query: {
      at: instantParameter(
        "The instant to answer for, by default the newest there is; a later one is answered for that.",
      ),
    },
    answer: { description: "The item.", schema: "ItemAsOf" },
    problems: ["invalid-id", "beyond-retention", "unknown-item", "removed-item"],
    handle: async ({ id, query }) => {
      const { collection, key } = placeOfId(id);
      const source = service.sources.find(({ id }) => id === partsOf(collection).source);
      const { at, stored, item } =
        query.at === undefined && source?.planned === false
          ? await newestItem(service.store, { collection, scope: WHOLE.id, key }, seen)
          : await readItem(service, { collection, key }, query.at);
      if (!item) throw unknownItem(stored, at);
      if (item.removedAt === undefined) return { text: itemText(item, { asOf: at }) };
      const lastVersion = `/v1/items/${id}?at=${instantOf(epochMs(item.removedAt) - 1)}`;
      throw new Problem("removed-item", `the item was removed at ${item.removedAt}; read it as it last was`, {
        members: { item: { ...itemBody(item), asOf: at }, lastVersion },
        headers: { link: `<${lastVersion}>; rel="predecessor-version"` },
      });
    },
  });
}

async function readItem(
  service: Service,
  { collection, key }: ItemPlace,
  instant: Instant | undefined,
): Promise<NewestItem> {
  const reading = await openReading(service, [collection], { at: { parameter: "at", instant } });
  const [stored] = await service.store.items(collection, [key]);
  const [item] = await itemsAt(service.store, stored ? [stored] : [], await reading.instants(collection));
  return { at: reading.at, stored, item };
}

/** GET /v1/items/{id}/history */
export function historyEndpoint(service: Service) {
  return endpoint({
    path: "/v1/items/{id}/history",
    operationId: "getItemHistory",
    tag: "Items",
    summary: "List an item's versions",
    description:
      "Every version that the item had, newest first, each with the interval in which it was so. It reaches back as far as " +
      "the past is kept, and begins with the version of that time.",
    query: { limit: limitParameter(1000, 100, "versions"), cursor: cursorParameter },
    answer: { description: "A page of versions.", schema: "History" },
    problems: ["invalid-id", "invalid-cursor", "beyond-retention", "unknown-item"],
    handle: async (asked) => {
      const place = placeOfId(asked.id);
      const reading = await openReading(service, [place.collection], { cursor: asked.cursor });
      const page = await walk({
        collections: [place.collection],
        from: asked.cursor?.position,
        limit: asked.query.limit,
        read: (_collection, after, room) => readVersions(service, place, reading.at, after?.[0], room),
      });
      return listAnswer(asked, page, reading.at, { asOf: reading.at });
    },
  });
}

async function readVersions(
  { store }: Service,
  { collection, key }: ItemPlace,
  at: Instant,
  before: Instant | undefined,
  room: number,
) {
  const page = { limit: room, ...(before !== undefined && { before }) };
  const versions = await itemVersions(store, collection, key, at, page);
  if (!versions) throw unknownItem((await store.items(collection, [key]))[0], at);
  return {
    entries: versions.entries.map(({ version, change, until }) => ({
      text: () => JSON.stringify(versionBody(version, change, until)),
      after: [version.changedAt],
    })),
    read: versions.entries.length,
    ...(versions.rest !== undefined && { rest: [versions.rest] }),
  };
}

function unknownItem(later: Item | undefined, at: Instant): Problem {
  const detail = later
    ? `the item was not there yet at ${at}: it was first seen at ${later.firstSeenAt}`
    : `no item with this id was seen until ${at}, or its record has expired`;
  return new Problem("unknown-item", detail);
}
