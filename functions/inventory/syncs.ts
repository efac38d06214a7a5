import { type Collection, compareKeys } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import type { ScopeState, UnchangedRun } from "../model/scope-state.ts";
import { type SyncRecord, syncKey } from "../model/sync-record.ts";
import type { Store } from "../store/port.ts";
import { type MergedEntries, mergeLists } from "./merge.ts";

/** A sync that has a record, or a scope's run of syncs that found nothing new: they leave no record each. */
export type SyncEntry = { readonly key: string } & (
  | { readonly record: SyncRecord; readonly run?: undefined }
  | { readonly record?: undefined; readonly run: UnchangedRun; readonly state: ScopeState }
);

export interface SyncPage {
  /** Newest first. A run stands where its last sync would. */
  readonly entries: readonly SyncEntry[];
  /** How many records were read. */
  readonly read: number;
  /** The key to go on before; absent at the end. */
  readonly next?: string;
}

/** Reads a collection's syncs, newest first: before `before` (exclusive, an entry's key), and not older than `since`. */
export async function readSyncs(
  store: Store,
  collection: Collection,
  { since, before, limit }: { readonly since?: Instant; readonly before?: string; readonly limit: number },
): Promise<SyncPage> {
  const range = { ...(since !== undefined && { since }), ...(before !== undefined && { before }) };
  const [{ syncs, next }, states] = await Promise.all([
    store.syncs(collection, range, limit),
    store.scopeStates(collection),
  ]);
  const runs = states.flatMap(runOf).filter(({ key, run }) => {
    if (since !== undefined && run.until < since) return false;
    if (before !== undefined && compareKeys(key, before) >= 0) return false;
    return next === undefined || compareKeys(key, next) >= 0;
  });
  const entries: SyncEntry[] = [...syncs.map((record) => ({ key: syncKey(record), record })), ...runs];
  entries.sort((a, b) => compareKeys(b.key, a.key));
  return { entries, read: syncs.length + runs.length, ...(next !== undefined && { next }) };
}

/** A sync in the list of all collections' syncs. */
export interface MergedSync {
  readonly collection: Collection;
  readonly entry: SyncEntry;
}

/**
 * Reads the syncs of several collections as one list, newest first, from an entry's key and collection on. Each call goes on where the
 * last one ended.
 */
export function mergeSyncs(
  store: Store,
  collections: readonly Collection[],
  request: {
    readonly since?: Instant | undefined;
    readonly from?: { readonly key: string; readonly collection: Collection } | undefined;
    readonly expected: number;
  },
): (limit: number) => Promise<MergedEntries<MergedSync>> {
  const { since, from, expected } = request;
  return mergeLists<MergedSync, { readonly before?: string }>({
    ...{ collections, expected },
    compare: (a, b) => compareKeys(b.entry.key, a.entry.key) || (a.collection < b.collection ? -1 : 1),
    startOf(collection) {
      if (!from) return {};
      // Entries of the same key stand in order of collection.
      return { before: collection > from.collection ? `${from.key}\u0000` : from.key };
    },
    async read(collection, { before }, limit) {
      const range = { ...(since !== undefined && { since }), ...(before !== undefined && { before }) };
      const { entries, read, next } = await readSyncs(store, collection, { ...range, limit });
      return {
        entries: entries.map((entry) => ({ collection, entry })),
        ...{ read, ...(next !== undefined && { next: { before: next } }) },
      };
    },
  });
}

function runOf(state: ScopeState) {
  const { scope, unchanged: run } = state;
  return run ? [{ key: syncKey({ startedAt: run.until, scope }), run, state }] : [];
}
