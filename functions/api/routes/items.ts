import { readScopeRange } from "../../inventory/freshness.ts";
import { readItems } from "../../inventory/items.ts";
import type { ItemVersion } from "../../model/item.ts";
import { textsAt } from "../../model/paths.ts";
import { endpoint, listResponse } from "../endpoint.ts";
import { documentOf, itemBody, itemText, selectedFrom } from "../items.ts";
import {
  atParameter,
  type Condition,
  choiceParameter,
  collectionParameters,
  cursorParameter,
  fieldsParameter,
  filterParameter,
  limitParameter,
  type Selection,
  scopeParameter,
} from "../parameters.ts";
import { openRead, type Read } from "../read.ts";
import { type Batch, type BatchRequest, FILTERED_BATCH, type Row, walk } from "../walk.ts";

/** GET /v1/items */
export const itemsEndpoint = endpoint({
  path: "/v1/items",
  operationId: "listItems",
  tag: "Items",
  summary: "List items",
  description:
    "The items that there are, or were at an instant, in order of collection and key. All pages show one instant, however many " +
    "syncs complete meanwhile.",
  query: (sources) => ({
    ...collectionParameters(sources),
    scope: scopeParameter(),
    state: choiceParameter(
      ["present", "removed", "all"],
      "Items that exist (`present`, the default), that have been removed, or both.",
    ),
    filter: filterParameter(),
    fields: fieldsParameter(
      "The members to return, separated by commas: members of the item, and paths into its document (`document.Status`). `id` is " +
        "always returned.",
    ),
    at: atParameter(),
    limit: limitParameter(1000, 100, "items"),
    cursor: cursorParameter(),
  }),
  response: { description: "A page of items.", schema: "ItemList" },
  problems: ["invalid-cursor", "beyond-retention"],
  handler: async (request, service) => {
    const { scope, state = "present", filter = [], fields, at, limit } = request.query;
    const read = await openRead(service, request.query, {
      cursor: request.cursor,
      at: { parameter: "at", instant: at },
    });
    const page = await walk({
      collections: read.collections,
      from: request.cursor?.position,
      limit,
      read: (wanted) => readBatch(read, { scope, state, filter, fields }, wanted),
    });
    return listResponse(request, page, read);
  },
});

interface Filter {
  readonly scope: string | undefined;
  readonly state: "present" | "removed" | "all";
  readonly filter: readonly Condition[];
  readonly fields: Selection | undefined;
}

async function readBatch(
  { snapshot }: Read,
  filter: Filter,
  { collection, after, remaining, filtering }: BatchRequest,
): Promise<Batch> {
  const { scope, state } = filter;
  const range = scope === undefined ? {} : await readScopeRange(snapshot.store, collection, scope);
  if (!range) return { rows: [], read: 0 };
  const [key] = after ?? [];
  const filters = filter.filter.length > 0 || state === "removed" || filtering;
  const { items, read, next } = await readItems(snapshot, collection, range, {
    limit: filters ? Math.max(remaining, FILTERED_BATCH) : remaining,
    ...(key !== undefined && { after: key }),
  });
  return { rows: items.flatMap((item) => rowOf(item, filter)), read, ...(next !== undefined && { next: [next] }) };
}

function rowOf(item: ItemVersion, { scope, state, filter, fields }: Filter): Row[] {
  if (scope !== undefined && item.scope !== scope) return [];
  if (state !== "all" && item.state !== state) return [];
  if (filter.length === 0 && !fields) return [{ text: () => itemText(item), after: [item.key] }];
  const document = documentOf(item);
  const matches = filter.every(({ path, texts }) => textsAt(document, path).some((text) => texts.includes(text)));
  if (!matches) return [];
  const body = itemBody(item, document);
  return [{ text: () => JSON.stringify(fields ? selectedFrom(body, fields) : body), after: [item.key] }];
}
