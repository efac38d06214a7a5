import { readItems } from "../../inventory/items.ts";
import { hasSearchIndex, hitsOf, type SearchHit, type SearchPosition, searchItems } from "../../inventory/search.ts";
import { partsOf } from "../../model/collection.ts";
import type { NameOf } from "../../model/node.ts";
import { SEARCH_RANKS, type SearchQuery, type SearchRank } from "../../model/search.ts";
import type { Position } from "../cursors.ts";
import { endpoint, listResponse } from "../endpoint.ts";
import { type Document, itemBody, namedItemBody, selectedFrom } from "../items.ts";
import { type Names, openNames } from "../names.ts";
import {
  atParameter,
  collectionParameters,
  countParameter,
  cursorParameter,
  fieldsParameter,
  formatParameter,
  limitParameter,
  namesParameter,
  requiredSearchParameter,
  type Selection,
} from "../parameters.ts";
import { openRead, type Read } from "../read.ts";
import type { Entry } from "../schemas/responses.ts";
import { ALL_COLLECTIONS, type Batch, type BatchRequest, countRows, FILTERED_BATCH, type Row, walk } from "../walk.ts";
import { stateParameter } from "./items.ts";

/** GET /v1/search */
export const searchEndpoint = endpoint({
  path: "/v1/search",
  operationId: "searchItems",
  tag: "Items",
  summary: "Search items",
  description:
    "The items that have all the words, now or at an instant: first those whose name is what was searched for, then those whose name " +
    "begins with it, those whose name has the words, and those that have them elsewhere. `matched` says where. Where the database " +
    "has no search index (DynamoDB), each page reads the next 10,000 items or so, ranks what it finds in them, and says in `scanned` " +
    "how far it came.",
  query: ({ sources, now }) => ({
    q: requiredSearchParameter("What to search for."),
    ...collectionParameters(sources),
    state: stateParameter(),
    fields: fieldsParameter(
      "The members to return beside `id`, `name`, `rank` and `matched`, separated by commas, and paths into the document. " +
        "Default: all but the document.",
    ),
    names: namesParameter(),
    at: atParameter(now),
    count: countParameter("items"),
    format: formatParameter(),
    limit: limitParameter(1000, 20, "items"),
    cursor: cursorParameter(),
  }),
  csv: ({ fields }) => [
    "rank",
    "name",
    "matched",
    ...(fields?.columns ?? COLUMNS).filter((column) => column !== "name"),
  ],
  response: { description: "A page of items that match, best first.", schema: "SearchResult" },
  problems: ["invalid-cursor", "beyond-retention"],
  handler: async (request, service) => {
    const { at, count, limit } = request.query;
    const read = await openRead(service, request.query, {
      cursor: request.cursor,
      at: { parameter: "at", instant: at },
    });
    const isIndexed = hasSearchIndex(read.snapshot);
    const from = request.cursor?.position;
    const collections = !isIndexed ? read.collections : read.collections.length > 0 ? [ALL_COLLECTIONS] : [];
    const names = request.query.names ? openNames(service, read) : undefined;
    const search: Search = { ...request.query, names, nameOf: service.nameOf };
    const reader = (wanted: BatchRequest) =>
      isIndexed ? readFound(read, search, wanted) : readScanned(read, search, wanted);
    const page = await walk({
      ...{ collections, from, limit, write: request.write, read: reader, prepare: names?.read },
    });
    const counted = count ? await countRows(collections, reader) : {};
    return listResponse(request, page, read, { ...counted, ...(isIndexed ? {} : scannedBody(page)) });
  },
});

const COLUMNS = ["id", "shortId", "source", "account", "region", "scope", "key", "state", "changedAt"];

interface Search {
  readonly q: SearchQuery;
  readonly state?: "present" | "removed" | "all" | undefined;
  readonly fields?: Selection | undefined;
  readonly names: Names | undefined;
  readonly nameOf: NameOf;
}

async function readFound(
  { snapshot, collections }: Read,
  search: Search,
  { after, remaining, filtering }: BatchRequest,
) {
  // Nearly every candidate is a hit, until those come again that a better rank has had.
  const limit = filtering ? Math.max(remaining, FILTERED_BATCH) : remaining;
  const page = await searchItems(snapshot, collections, search.q, {
    from: searchPositionOf(after),
    limit,
    nameOf: search.nameOf,
  });
  const rows = page.rows.flatMap((hit) => rowOf(hit, search, [hit.match.rank, hit.item.collection, hit.item.key]));
  const { rank, collection, key } = page.next ?? {};
  const batch: Batch = {
    ...{ rows, read: page.read },
    ...(rank && { next: collection !== undefined && key !== undefined ? [rank, collection, key] : [rank] }),
  };
  return batch;
}

function searchPositionOf(after: readonly string[] | undefined): SearchPosition {
  const [rank = SEARCH_RANKS[0], collection, key] = after ?? [];
  return {
    rank: rank as SearchRank,
    ...(collection !== undefined && { collection }),
    ...(key !== undefined && { key }),
  };
}

async function readScanned({ snapshot }: Read, search: Search, { collection, after }: BatchRequest): Promise<Batch> {
  const [key] = after ?? [];
  const page = await readItems(
    snapshot,
    collection,
    {},
    { limit: FILTERED_BATCH, ...(key !== undefined && { after: key }) },
  );
  const rows = hitsOf(page.rows, search.q, search.nameOf).flatMap((hit) => rowOf(hit, search, [hit.item.key]));
  return { rows, read: page.read, ...(page.next !== undefined && { next: [page.next] }) };
}

function rowOf(hit: SearchHit, { state = "present", fields, names }: Search, after: string[]): Row[] {
  const { item, match } = hit;
  if (state !== "all" && item.state !== state) return [];
  const text = () => JSON.stringify(hitBody(hit, fields, names));
  return [{ text, after, items: [item], rank: SEARCH_RANKS.indexOf(match.rank) }];
}

function hitBody(
  { item, document: content, name, match }: SearchHit,
  fields: Selection | undefined,
  names: Names | undefined,
): Partial<Entry<"SearchResult">> {
  const whole = names
    ? namedItemBody(item, names, content as Document)
    : { name, ...itemBody(item, content as Document) };
  const { document, ...body } = whole;
  const selected = fields ? selectedFrom(whole, fields) : body;
  const matched = match.matched.map(({ path, text }) => ({ path, value: text }));
  return { name: whole.name, ...selected, rank: match.rank, matched };
}

/** How far a search came that reads the items themselves. */
function scannedBody({ read, next }: { readonly read: number; readonly next?: Position }) {
  const [key] = next?.after ?? [];
  const through = next && key !== undefined ? { ...partsOf(next.collection), key } : undefined;
  return next ? { scanned: { items: read, ...(through && { through }) } } : {};
}
