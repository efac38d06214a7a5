import { isVisible, readAllChanges, readChanges, type VisibleKind } from "../../inventory/changes.ts";
import { type MergedPosition, mergeChanges } from "../../inventory/merged-changes.ts";
import { EPOCH, type Instant } from "../../model/instant.ts";
import type { Change, LogPosition } from "../../model/item.ts";
import type { NameOf } from "../../model/node.ts";
import { matchItem, type SearchQuery } from "../../model/search.ts";
import type { Order } from "../../store/port.ts";
import { endpoint, listResponse } from "../endpoint.ts";
import { type Condition, createFilter, type Filter } from "../filters.ts";
import { changeBody, documentOf, fullChangeBody } from "../items.ts";
import { columnsWithNames, type Names, openNames } from "../names.ts";
import {
  booleanParameter,
  choiceParameter,
  collectionParameters,
  countParameter,
  cursorParameter,
  filterParameter,
  formatParameter,
  fullParameter,
  instantParameter,
  limitParameter,
  namesParameter,
  orderParameter,
  scopeParameter,
  searchParameter,
} from "../parameters.ts";
import { Problem } from "../problems.ts";
import { assertMergeable, openRead, type Read } from "../read.ts";
import { ALL_COLLECTIONS, type Batch, type BatchRequest, countRows, FILTERED_BATCH, type Row, walk } from "../walk.ts";

/** GET /v1/changes */
export const changesEndpoint = endpoint({
  path: "/v1/changes",
  operationId: "listChanges",
  tag: "Changes",
  summary: "List changes",
  description:
    "What changed. With `order`, in order of time over all collections; without it oldest first, one collection after another, which " +
    "reads the least. To follow the log, page to the end, save `asOf`, and send it as `since` next time: every change then comes " +
    "exactly once, those of a collection in order.",
  query: ({ sources, now }) => ({
    ...collectionParameters(sources),
    scope: scopeParameter(),
    kind: choiceParameter(["added", "modified", "removed"], "Only changes of this kind."),
    q: searchParameter(),
    filter: filterParameter(),
    initial: booleanParameter(
      "`false` leaves out what the first listing of each scope found: everything is new then. Default: `true`.",
    ),
    since: instantParameter(now, "Only changes later than this."),
    until: instantParameter(now, "Only changes no later than this."),
    names: namesParameter(),
    full: fullParameter(
      "What changed only in what is derived from documents is listed, too. The list has `keptSince`.",
    ),
    order: orderParameter("Oldest (`asc`) or newest (`desc`) first, over all collections, at most 2,000."),
    count: countParameter("changes"),
    format: formatParameter(),
    limit: limitParameter(1000, 100, "changes"),
    cursor: cursorParameter(),
  }),
  csv: ({ names }) => columnsWithNames(names ? [...COLUMNS, "edge.from", "edge.to"] : COLUMNS, names),
  response: { description: "A page of changes.", schema: "ChangeList" },
  problems: ["invalid-cursor", "beyond-retention"],
  handler: async (request, service) => {
    const { since, until, limit, order, count, filter: conditions = [] } = request.query;
    if (since !== undefined && until !== undefined && until < since) {
      const detail = `until ${until} is earlier than since ${since}: send the earlier one as since`;
      throw new Problem("invalid-parameter", detail, { members: { parameter: "until" } });
    }
    const read = await openRead(service, request.query, {
      cursor: request.cursor,
      at: { parameter: "until", instant: until },
      // A response gives EPOCH as `asOf` while nothing is complete: nothing has expired since then.
      since: { parameter: "since", instant: since === EPOCH ? undefined : since },
    });
    assertMergeable(read.collections.length, order);
    const isMerged = order !== undefined && read.collections.length > 0;
    const collections = isMerged ? [ALL_COLLECTIONS] : read.collections;
    const from = request.cursor?.position;
    const documents = createFilter(conditions);
    const names = request.query.names ? openNames(service, read) : undefined;
    const { nameOf } = service;
    const selection = { ...request.query, order: order ?? "asc", conditions, documents, names, nameOf };
    const reader = (start: readonly string[] | undefined) =>
      isMerged ? readMerged(read, selection, start) : (wanted: BatchRequest) => readBatch(read, selection, wanted);
    const page = await walk({
      ...{ collections, from, limit, write: request.write, read: reader(from?.after), prepare: names?.read },
    });
    const counted = count ? await countRows(collections, reader(undefined)) : {};
    const warnings = documents.warnings();
    const kept = request.query.full ? { keptSince: read.snapshot.keptSince() } : {};
    return listResponse(request, page, read, { ...counted, ...kept, ...(warnings.length > 0 && { warnings }) });
  },
});

const COLUMNS = [
  ...["at", "kind", "id", "shortId", "source", "account", "region", "scope", "key", "version", "previousAt", "cause"],
  ...["differences", "document"],
];

interface Selection {
  readonly since?: Instant | undefined;
  readonly scope?: string | undefined;
  readonly kind?: VisibleKind | undefined;
  readonly q?: SearchQuery | undefined;
  readonly initial?: boolean | undefined;
  readonly full?: boolean | undefined;
  readonly limit: number;
  readonly order: Order;
  readonly conditions: readonly Condition[];
  readonly documents: Filter;
  readonly names: Names | undefined;
  readonly nameOf: NameOf;
}

function isSelected({ kind, after }: Change, { scope, kind: wanted, q, documents, nameOf }: Selection): boolean {
  if (wanted !== undefined && kind !== wanted) return false;
  if (scope !== undefined && after.scope !== scope) return false;
  if (documents.isEmpty && !q) return true;
  const document = documentOf(after);
  if (!documents.matches(document)) return false;
  return !q || matchItem({ ...after, name: nameOf(after, document) }, document, q) !== undefined;
}

function selects({ kind, scope, q, documents }: Selection): boolean {
  return kind !== undefined || scope !== undefined || q !== undefined || !documents.isEmpty;
}

function rowsOf<Each extends Change>(
  changes: readonly Each[],
  selection: Selection,
  afterOf: (change: Each) => string[],
) {
  const selected = changes.filter((change) => isSelected(change, selection));
  const { full, names } = selection;
  const bodyOf = (change: Each) =>
    full || !isVisible(change) ? fullChangeBody(change, names) : changeBody(change, names);
  return selected.map((change): Row => {
    return { text: () => JSON.stringify(bodyOf(change)), after: afterOf(change), items: [change.after] };
  });
}

async function readBatch(
  { snapshot }: Read,
  selection: Selection,
  { collection, after, remaining, filtering }: BatchRequest,
): Promise<Batch> {
  const start = positionOf(after) ?? selection.since;
  const page = await (selection.full ? readAllChanges : readChanges)(snapshot, collection, {
    limit: selects(selection) || filtering ? Math.max(remaining, FILTERED_BATCH) : remaining,
    withoutFirstListings: selection.initial === false,
    ...(start !== undefined && { after: start }),
  });
  const rows = rowsOf(page.rows, selection, ({ after: { at, key } }) => [at, key]);
  return { rows, read: page.read, ...(page.next && { next: [page.next.at, page.next.key] }) };
}

/** Reads the logs of all collections as one, from a position on. */
function readMerged(
  { snapshot, collections }: Read,
  selection: Selection,
  start: readonly string[] | undefined,
): (request: BatchRequest) => Promise<Batch> {
  const { since, order, initial, full, limit } = selection;
  const filters = selects(selection);
  const next = mergeChanges(snapshot, collections, {
    ...{ order, since, from: mergedPositionOf(start), withoutFirstListings: initial === false, withReindexed: full },
    expected: filters ? Math.max(limit, FILTERED_BATCH) : limit,
  });
  return async ({ remaining }) => {
    const page = await next(filters ? Math.max(remaining, FILTERED_BATCH) : remaining);
    const rows = rowsOf(page.rows, selection, ({ after: { at, collection, key } }) => [at, collection, key]);
    return { rows, read: page.read, ...(page.next && { next: [page.next.at, page.next.collection, page.next.key] }) };
  };
}

/** The position in the log that a cursor carries. */
export function positionOf(after: readonly string[] | undefined): LogPosition | undefined {
  const [at, key] = after ?? [];
  return at !== undefined && key !== undefined ? { at, key } : undefined;
}

function mergedPositionOf(after: readonly string[] | undefined): MergedPosition | undefined {
  const [at, collection, key] = after ?? [];
  return at !== undefined && collection !== undefined && key !== undefined ? { at, collection, key } : undefined;
}
