import { isChange, mergeSyncs, readSyncs, type SyncEntry } from "../../inventory/syncs.ts";
import { partsOf } from "../../model/collection.ts";
import type { CollectionRecord } from "../../model/collection-record.ts";
import { type Counter, countersOf } from "../../model/counters.ts";
import type { Instant } from "../../model/instant.ts";
import type { Outcome, ScopeState, UnchangedRun } from "../../model/scope-state.ts";
import type { SyncRecord } from "../../model/sync-record.ts";
import type { Order } from "../../store/port.ts";
import { endpoint, listResponse } from "../endpoint.ts";
import {
  booleanParameter,
  choiceParameter,
  collectionParameters,
  countParameter,
  cursorParameter,
  formatParameter,
  instantParameter,
  limitParameter,
  orderParameter,
} from "../parameters.ts";
import { assertMergeable, openRead } from "../read.ts";
import type { Entry } from "../schemas/responses.ts";
import type { Service } from "../service.ts";
import { ALL_COLLECTIONS, type Batch, type BatchRequest, countRows, FILTERED_BATCH, walk } from "../walk.ts";

/** GET /v1/syncs */
export const syncsEndpoint = endpoint({
  path: "/v1/syncs",
  operationId: "listSyncs",
  tag: "Freshness",
  summary: "List syncs",
  description:
    "The syncs that have ended: with `order` in order of time over all collections; without it one collection after another and " +
    "each collection's newest first. Syncs in a row that found nothing new in a scope are one entry, with `unchangedSyncs`. A sync " +
    "that ends during a walk may or may not be in it; in ascending order an entry with `unchangedSyncs` may come again, longer.",
  query: ({ sources, now }) => ({
    ...collectionParameters(sources),
    outcome: choiceParameter(["complete", "held", "failed", "unavailable"], "Only syncs with this outcome."),
    changed: booleanParameter("`true`: only syncs that changed something."),
    since: instantParameter(now, "Only syncs that began at this instant or later."),
    order: orderParameter(
      "Oldest (`asc`) or newest (`desc`) first, over all collections. A page reads at most 2,000 of them: newest first that is enough " +
        "for the first pages of a larger inventory.",
    ),
    count: countParameter("syncs"),
    format: formatParameter(),
    limit: limitParameter(1000, 100, "syncs"),
    cursor: cursorParameter(),
  }),
  csv: () => COLUMNS,
  response: { description: "A page of syncs.", schema: "SyncList" },
  problems: ["invalid-cursor", "beyond-retention"],
  handler: async (request, service) => {
    const { outcome, changed = false, since, order = "desc", count, limit } = request.query;
    const filter = { outcome, isChanging: changed, since };
    const read = await openRead(service, request.query, { cursor: request.cursor });
    const isMerged = request.query.order !== undefined && read.collections.length > 0;
    const from = request.cursor?.position;
    const reader = (wanted: BatchRequest) => readBatch(service, filter, wanted);
    const page = await walk({
      ...{ collections: isMerged ? [ALL_COLLECTIONS] : read.collections, from, limit, write: request.write },
      read: isMerged ? readMerged(service, read.records, { ...filter, order, limit, from: from?.after }) : reader,
    });
    return listResponse(request, page, read, count ? await countRows(read.collections, reader) : {});
  },
});

/** What the API calls some counters. */
const API_NAMES: Partial<Record<Counter, string>> = { pending: "held", rejected: "refused" };

const COLUMNS = [
  ...["source", "account", "region", "scope", "startedAt", "kind", "outcome", "at"],
  ...Object.values(countersOf((counter) => API_NAMES[counter] ?? counter)),
  ...["heldReason", "durationMs", "unchangedSyncs.count", "error.code", "error.message"],
];

interface Filter {
  readonly outcome: Outcome | undefined;
  readonly isChanging: boolean;
  readonly since: Instant | undefined;
}

interface MergedFilter extends Filter {
  readonly order: Order;
  readonly limit: number;
  readonly from: readonly string[] | undefined;
}

async function readBatch(
  { store }: Service,
  { outcome, isChanging, since }: Filter,
  { collection, after, remaining, filtering }: BatchRequest,
): Promise<Batch> {
  const [before] = after ?? [];
  const page = await readSyncs(store, collection, {
    limit: filtering || isChanging || outcome !== undefined ? Math.max(remaining, FILTERED_BATCH) : remaining,
    ...(since !== undefined && { since }),
    ...(before !== undefined && { before }),
  });
  return {
    rows: page.rows
      .filter((entry) => hasOutcome(entry, outcome) && (!isChanging || isChange(entry)))
      .map((entry) => ({ text: () => JSON.stringify(entryBody(entry)), after: [entry.key] })),
    read: page.read,
    ...(page.next !== undefined && { next: [page.next] }),
  };
}

/** Reads the syncs of all collections as one list, from a position on. */
function readMerged(
  { store }: Service,
  records: readonly CollectionRecord[],
  { outcome, isChanging, since, order, limit, from }: MergedFilter,
): (request: BatchRequest) => Promise<Batch> {
  const [key, collection] = from ?? [];
  const readOn = mergeSyncs(store, records, {
    ...{ order, since, isChanging },
    onOpen: (collections) => assertMergeable(collections, order),
    from: key !== undefined && collection !== undefined ? { key, collection } : undefined,
    expected: outcome === undefined ? limit : Math.max(limit, FILTERED_BATCH),
  });
  return async ({ remaining }) => {
    const page = await readOn(outcome === undefined ? remaining : Math.max(remaining, FILTERED_BATCH));
    const rows = page.rows
      .filter(({ entry }) => hasOutcome(entry, outcome))
      .map(({ collection, entry }) => ({
        text: () => JSON.stringify(entryBody(entry)),
        after: [entry.key, collection],
      }));
    return { rows, read: page.read, ...(page.next && { next: [page.next.key, page.next.collection] }) };
  };
}

function hasOutcome(entry: SyncEntry, outcome: Outcome | undefined): boolean {
  return outcome === undefined || (entry.record?.outcome ?? "complete") === outcome;
}

function entryBody(entry: SyncEntry): Entry<"SyncList"> {
  return entry.record ? syncBody(entry.record) : runBody(entry.run, entry.state);
}

/** A sync as the API shows it. */
export function syncBody(sync: SyncRecord): Entry<"SyncList"> {
  const { collection, scope, startedAt, kind, outcome, at, hint: _, ...found } = sync;
  const { pending, pendingReason, rejected, rejections, error, ...rest } = found;
  return {
    ...partsOf(collection),
    ...{ scope, startedAt, kind, outcome, ...(at !== undefined && { at }) },
    ...rest,
    ...{ held: pending, ...(pendingReason !== undefined && { heldReason: pendingReason }) },
    ...{ refused: rejected, refusals: rejections },
    ...(error && { error: { code: error.code, message: error.message } }),
  };
}

/** What all syncs of the run have in common: they listed what is stored. */
function runBody(
  { since, until, count }: UnchangedRun,
  { collection, scope, count: items }: ScopeState,
): Entry<"SyncList"> {
  return {
    ...partsOf(collection),
    ...{ scope, startedAt: until, outcome: "complete", unchangedSyncs: { count, since, until } },
    ...{ listed: items, added: 0, modified: 0, removed: 0, unchanged: items },
    ...{ held: 0, refused: 0, refusals: [] },
  };
}
