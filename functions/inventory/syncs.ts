import { type Collection, compareKeys } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import { type Instant, instantOf } from "../model/instant.ts";
import type { ScopeState, UnchangedRun } from "../model/scope-state.ts";
import { type SyncRecord, syncKey } from "../model/sync-record.ts";
import type { Order, Store, SyncRange } from "../store/port.ts";
import { mergeLists } from "./merge.ts";
import type { ReadPage } from "./page.ts";

/** A sync that has a record, or a scope's run of syncs that found nothing new: they leave no record each. */
export type SyncEntry = { readonly key: string } & (
  | { readonly record: SyncRecord; readonly run?: undefined }
  | { readonly record?: undefined; readonly run: UnchangedRun; readonly state: ScopeState }
);

/** Reads a collection's syncs in an order, by default newest first. A run stands where its last sync would. The bounds of the range are entries' keys. */
export async function readSyncs(
  store: Store,
  collection: Collection,
  { limit, ...range }: SyncRange & { readonly limit: number },
): Promise<ReadPage<SyncEntry, string>> {
  const { since, before, after, order = "desc" } = range;
  const compare = (a: string, b: string) => (order === "asc" ? compareKeys(a, b) : compareKeys(b, a));
  const [{ syncs, next }, states] = await Promise.all([
    store.syncs(collection, range, limit),
    store.scopeStates(collection),
  ]);
  const runs = states.flatMap(runOf).filter(({ key }) => {
    if (since !== undefined && compareKeys(key, since) < 0) return false;
    if (before !== undefined && compareKeys(key, before) >= 0) return false;
    if (after !== undefined && compareKeys(key, after) <= 0) return false;
    return next === undefined || compare(key, next) <= 0;
  });
  const rows: SyncEntry[] = [...syncs.map((record) => ({ key: syncKey(record), record })), ...runs];
  rows.sort((a, b) => compare(a.key, b.key));
  return { rows, read: syncs.length + runs.length, ...(next !== undefined && { next }) };
}

/** A sync in the list of all collections' syncs. */
export interface MergedSync {
  readonly collection: Collection;
  readonly entry: SyncEntry;
}

/** Where a sync is in the list of all collections. */
export interface MergedSyncPosition {
  readonly key: string;
  readonly collection: Collection;
}

/** Which syncs to merge. */
export interface MergedSyncsRequest {
  readonly order: Order;
  readonly since?: Instant | undefined;
  readonly from?: MergedSyncPosition | undefined;
  /** Only syncs that changed something. */
  readonly isChanging: boolean;
  readonly expected: number;
  /** Told how many collections will have been read, before they are: it may refuse that. */
  readonly onOpen: (opened: number) => void;
}

/**
 * Reads the syncs of several collections as one list in an order, from an entry's key and collection on. Each call goes on where the last
 * one ended. Of a list that is newest first, only those collections are read that, by their records, may have something on it.
 */
export function mergeSyncs(
  store: Store,
  records: readonly CollectionRecord[],
  request: MergedSyncsRequest,
): (limit: number) => Promise<ReadPage<MergedSync, MergedSyncPosition>> {
  const { order, since, from, isChanging, expected, onOpen } = request;
  const whole: SyncRange = { order, ...(since !== undefined && { since }) };
  const newest = new Map(records.map((record) => [record.collection, newestOf(record, isChanging)]));
  const collections = records.map(({ collection }) => collection).filter((each) => newest.get(each) !== NEVER);
  const newestIn = (collection: Collection) => newest.get(collection) ?? NEVER;
  if (order === "desc") collections.sort((a, b) => (newestIn(a) > newestIn(b) ? -1 : 1));
  return mergeLists<MergedSync, SyncRange, MergedSyncPosition>({
    ...{ collections, expected, onOpen },
    ...(order === "desc" && {
      mayPrecede: (collection: Collection, { entry }: MergedSync) => newestIn(collection) >= entry.key,
    }),
    compare(a, b) {
      const ascending = compareKeys(a.entry.key, b.entry.key);
      return (order === "asc" ? ascending : -ascending) || (a.collection < b.collection ? -1 : 1);
    },
    positionOf: ({ collection, entry: { key } }) => ({ key, collection }),
    startOf(collection) {
      if (!from) return whole;
      // Entries of the same key stand in order of collection.
      const isLater = collection > from.collection;
      if (order === "asc") return isLater ? { ...whole, since: from.key } : { ...whole, after: from.key };
      return { ...whole, before: isLater ? `${from.key}\u0000` : from.key };
    },
    async read(collection, range, limit) {
      const { rows, read, next } = await readSyncs(store, collection, { ...range, limit });
      return {
        rows: rows.filter((entry) => !isChanging || isChange(entry)).map((entry) => ({ collection, entry })),
        ...{ read, ...(next !== undefined && { next: { ...range, [order === "asc" ? "after" : "before"]: next } }) },
      };
    },
  });
}

/** Whether the sync changed something. */
export function isChange({ record }: SyncEntry): boolean {
  return record !== undefined && record.added + record.modified + record.removed > 0;
}

/** Later than every key. */
const ANY = "~";
const NEVER = "";

/**
 * No sync of the collection has a later key, by its record: a key begins with when the sync did, and a scope's name follows. Syncs that are under way
 * may be later than all that was noted.
 */
function newestOf({ claim, syncedAt, committedAt, failure }: CollectionRecord, isChanging: boolean): string {
  if (claim || syncedAt === undefined) return ANY;
  // An earlier version did not note commits, and a sync that fails may know of none.
  if (isChanging && committedAt === undefined) return failure ? ANY : NEVER;
  if (isChanging) return `${committedAt}${ANY}`;
  return `${instantOf(syncedAt)}${ANY}`;
}

function runOf(state: ScopeState) {
  const { scope, unchanged: run } = state;
  return run ? [{ key: syncKey({ startedAt: run.until, scope }), run, state }] : [];
}
