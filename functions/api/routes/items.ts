import { readPresentCount } from "../../inventory/count.ts";
import { readDocument } from "../../inventory/document.ts";
import { readScopeRange } from "../../inventory/freshness.ts";
import { readItems } from "../../inventory/items.ts";
import { hasSearchIndex, readCandidates } from "../../inventory/search.ts";
import type { ItemVersion } from "../../model/item.ts";
import { matchItem, type SearchQuery } from "../../model/search.ts";
import type { Order } from "../../store/port.ts";
import { endpoint, listResponse } from "../endpoint.ts";
import { createFilter, type Filter } from "../filters.ts";
import { ITEM_COLUMNS, type ItemOptions, itemRow } from "../items.ts";
import { columnsWithNames, openNames } from "../names.ts";
import {
  atParameter,
  choiceParameter,
  collectionParameters,
  countParameter,
  cursorParameter,
  fieldsParameter,
  filterParameter,
  formatParameter,
  fullParameter,
  limitParameter,
  namesParameter,
  orderParameter,
  scopeParameter,
  searchParameter,
  sortParameter,
} from "../parameters.ts";
import { openRead, type Read } from "../read.ts";
import { type ItemBatch, type ItemRow, readSorted } from "../sorted.ts";
import { ALL_COLLECTIONS, type BatchRequest, type Count, countRows, FILTERED_BATCH, walk } from "../walk.ts";

/** GET /v1/items */
export const itemsEndpoint = endpoint({
  path: "/v1/items",
  operationId: "listItems",
  tag: "Items",
  summary: "List items",
  description:
    "The items that there are, or were at an instant, in order of collection and key. All pages show one instant, however many " +
    "syncs complete meanwhile.",
  query: ({ sources, now }) => ({
    ...collectionParameters(sources),
    scope: scopeParameter(),
    state: stateParameter(),
    q: searchParameter(),
    filter: filterParameter(),
    fields: fieldsParameter(
      "The members to return, separated by commas: members of the item, and paths into its document (`document.Status`). `id` is " +
        "always returned, `name` only when asked for.",
    ),
    names: namesParameter(),
    at: atParameter(now),
    order: orderParameter("Ascending (`asc`, the default) or descending (`desc`)."),
    sort: sortParameter(),
    full: fullParameter("The list has `keptSince`."),
    count: countParameter("items"),
    format: formatParameter(),
    limit: limitParameter(1000, 100, "items"),
    cursor: cursorParameter(),
  }),
  csv: ({ fields, names }) => columnsWithNames(fields?.columns ?? ITEM_COLUMNS, names),
  response: { description: "A page of items.", schema: "ItemList" },
  problems: ["invalid-cursor", "beyond-retention"],
  handler: async (request, service) => {
    const { state = "present", filter: conditions = [], at, order = "asc", sort, count, limit } = request.query;
    const read = await openRead(service, request.query, {
      cursor: request.cursor,
      at: { parameter: "at", instant: at },
    });
    const documents = createFilter(conditions);
    const names = request.query.names ? openNames(service, read) : undefined;
    const { nameOf } = service;
    const selection: ItemSelection = { ...request.query, state, documents, order, names, nameOf };
    const { collections, readBatch } = readerOf(read, selection);
    const isSorted = sort !== undefined && sort.member !== "key";
    const page = isSorted
      ? await readSorted({
          collections,
          readBatch,
          sort,
          order,
          limit,
          from: request.cursor?.position,
          write: request.write,
          nameOf,
          prepare: names?.read,
        })
      : await walk({
          ...{ collections, order, limit, write: request.write, read: readBatch, prepare: names?.read },
          from: request.cursor?.position,
        });
    const counted = count ? await countOf(read, selection, { collections, readBatch }) : {};
    const warnings = documents.warnings();
    const kept = request.query.full ? { keptSince: read.snapshot.keptSince() } : {};
    return listResponse(request, page, read, { ...counted, ...kept, ...(warnings.length > 0 && { warnings }) });
  },
});

export function stateParameter() {
  return choiceParameter(
    ["present", "removed", "all"],
    "Items that exist (`present`, the default), that have been removed, or both.",
  );
}

/** Which items a request is about. */
export interface ItemSelection extends ItemOptions {
  readonly scope?: string | undefined;
  readonly state: "present" | "removed" | "all";
  readonly q?: SearchQuery | undefined;
  readonly documents: Filter;
  readonly order: Order;
}

/** What reads the items of a selection, and what it is to be called with. */
interface Reader {
  readonly collections: readonly string[];
  readonly readBatch: (request: BatchRequest) => Promise<ItemBatch>;
}

function readerOf(read: Read, selection: ItemSelection): Reader {
  const { q, order, scope } = selection;
  // An index names the few items that can match, over all collections at once.
  if (q && scope === undefined && hasSearchIndex(read.snapshot) && read.collections.length > 0) {
    return { collections: [ALL_COLLECTIONS], readBatch: (wanted) => readFound(read, selection, q, wanted) };
  }
  const collections = order === "asc" ? read.collections : read.collections.toReversed();
  return { collections, readBatch: (wanted) => readBatch(read, selection, wanted) };
}

async function readFound(
  { snapshot, collections }: Read,
  selection: ItemSelection,
  { words }: SearchQuery,
  { after, remaining, filtering }: BatchRequest,
): Promise<ItemBatch> {
  const [collection, key] = after ?? [];
  const page = await readCandidates(
    snapshot,
    { collections, words, where: "text", order: selection.order, nameOf: selection.nameOf },
    {
      limit: filtering ? Math.max(remaining, FILTERED_BATCH) : remaining,
      after: collection !== undefined && key !== undefined ? { collection, key } : undefined,
    },
  );
  const rows = page.rows.flatMap((item) => rowOf(item, selection, [item.collection, item.key]));
  return { rows, read: page.read, ...(page.next && { next: [page.next.collection, page.next.key] }) };
}

async function readBatch(
  { snapshot }: Read,
  selection: ItemSelection,
  { collection, after, remaining, filtering }: BatchRequest,
): Promise<ItemBatch> {
  const { scope, state, documents, q, order } = selection;
  const range = scope === undefined ? {} : await readScopeRange(snapshot.store, collection, scope);
  if (!range) return { rows: [], read: 0 };
  const [key] = after ?? [];
  const filters = !documents.isEmpty || q !== undefined || state === "removed" || filtering;
  const page = await readItems(snapshot, collection, range, {
    limit: filters ? Math.max(remaining, FILTERED_BATCH) : remaining,
    order,
    ...(key !== undefined && { after: key }),
  });
  const rows = page.rows.flatMap((item) => rowOf(item, selection, [item.key]));
  return { rows, read: page.read, ...(page.next !== undefined && { next: [page.next] }) };
}

function rowOf(item: ItemVersion, selection: ItemSelection, after: readonly string[]): ItemRow[] {
  const { scope, state, documents, q, nameOf } = selection;
  if (scope !== undefined && item.scope !== scope) return [];
  if (state !== "all" && item.state !== state) return [];
  const document = documents.isEmpty && !q ? undefined : readDocument(item);
  if (!documents.isEmpty && !documents.matches(document)) return [];
  if (q && !matchItem({ ...item, name: nameOf(item, document) }, document, q)) return [];
  return [{ items: [item], after, text: () => itemRow(item, selection) }];
}

/** How many items the selection has. Where it has all that are present, the scopes' states say so. */
async function countOf(
  { snapshot }: Read,
  { scope, state, q, documents }: ItemSelection,
  { collections, readBatch }: Reader,
): Promise<Count> {
  const all = scope === undefined && state === "present" && !q && documents.isEmpty;
  const counted = all ? await readPresentCount(snapshot, collections) : { count: 0, uncounted: collections };
  const { count, ...rest } = await countRows(counted.uncounted, readBatch);
  return { count: counted.count + count, ...rest };
}
