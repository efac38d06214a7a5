import { type Collection, compareKeys } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import type { ScopeState, UnchangedRun } from "../model/scope-state.ts";
import { type SyncRecord, syncKey } from "../model/sync-record.ts";
import type { Order, Store, SyncRange } from "../store/port.ts";
import { type MergedEntries, mergeLists } from "./merge.ts";

/** A sync that has a record, or a scope's run of syncs that found nothing new: they leave no record each. */
export type SyncEntry = { readonly key: string } & (
  | { readonly record: SyncRecord; readonly run?: undefined }
  | { readonly record?: undefined; readonly run: UnchangedRun; readonly state: ScopeState }
);

export interface SyncPage {
  /** In the order that was asked for. A run stands where its last sync would. */
  readonly entries: readonly SyncEntry[];
  /** How many records were read. */
  readonly read: number;
  /** The key of the last, to go on from; absent at the end. */
  readonly next?: string;
}

/** Reads a collection's syncs in an order, by default newest first. The bounds of the range are entries' keys. */
export async function readSyncs(
  store: Store,
  collection: Collection,
  { limit, ...range }: SyncRange & { readonly limit: number },
): Promise<SyncPage> {
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
  const entries: SyncEntry[] = [...syncs.map((record) => ({ key: syncKey(record), record })), ...runs];
  entries.sort((a, b) => compare(a.key, b.key));
  return { entries, read: syncs.length + runs.length, ...(next !== undefined && { next }) };
}

/** A sync in the list of all collections' syncs. */
export interface MergedSync {
  readonly collection: Collection;
  readonly entry: SyncEntry;
}

/**
 * Reads the syncs of several collections as one list in an order, from an entry's key and collection on. Each call goes on where the last
 * one ended.
 */
export function mergeSyncs(
  store: Store,
  collections: readonly Collection[],
  request: {
    readonly order: Order;
    readonly since?: Instant | undefined;
    readonly from?: { readonly key: string; readonly collection: Collection } | undefined;
    readonly expected: number;
  },
): (limit: number) => Promise<MergedEntries<MergedSync>> {
  const { order, since, from, expected } = request;
  const whole: SyncRange = { order, ...(since !== undefined && { since }) };
  return mergeLists<MergedSync, SyncRange>({
    ...{ collections, expected },
    compare(a, b) {
      const ascending = compareKeys(a.entry.key, b.entry.key);
      return (order === "asc" ? ascending : -ascending) || (a.collection < b.collection ? -1 : 1);
    },
    startOf(collection) {
      if (!from) return whole;
      // Entries of the same key stand in order of collection.
      const isLater = collection > from.collection;
      if (order === "asc") return isLater ? { ...whole, since: from.key } : { ...whole, after: from.key };
      return { ...whole, before: isLater ? `${from.key}\u0000` : from.key };
    },
    async read(collection, range, limit) {
      const { entries, read, next } = await readSyncs(store, collection, { ...range, limit });
      return {
        entries: entries.map((entry) => ({ collection, entry })),
        ...{ read, ...(next !== undefined && { next: { ...range, [order === "asc" ? "after" : "before"]: next } }) },
      };
    },
  });
}

function runOf(state: ScopeState) {
  const { scope, unchanged: run } = state;
  return run ? [{ key: syncKey({ startedAt: run.until, scope }), run, state }] : [];
}
