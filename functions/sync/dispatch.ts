import { randomUUID } from "node:crypto";
import type { Collection } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import type { Store } from "../store/port.ts";
import { giveBack, tryClaim } from "./claim.ts";
import { isClaimed, takeable } from "./due.ts";

/**
 * Collections that one worker takes on at once, about: a listing that finds nothing takes a third of a second, so that these take it less than a
 * minute, and the next dispatch finds it free.
 */
export const MAX_COLLECTIONS = 240;
const CLAIMS_AT_ONCE = 16;

/** What a worker is asked to sync: a claim, and the collections that it was made for. */
export interface WorkOrder {
  readonly claim: string;
  readonly collections: readonly Collection[];
}

export interface DispatchOptions {
  /** Workers that may be at work at once. */
  readonly workers: number;
  /** Starts a worker. When it rejects, the worker's claims are given back. */
  readonly invoke: (order: WorkOrder) => Promise<void>;
}

/** What a dispatch did. */
export interface Dispatched {
  /** Collections that are due, whether a worker was free for them or not. */
  readonly due: number;
  /** Collections given to workers, and workers started. */
  readonly claimed: number;
  readonly started: number;
  /** Why a collection could not be claimed, or a worker not be started. */
  readonly failures: readonly unknown[];
}

/**
 * Gives what is due to workers, the longest due first, and no more than the free ones take on: claims each collection, and starts a worker
 * for each lot. Any number of dispatchers may do this at once. A worker that never starts loses its claims when they lapse.
 */
export async function dispatch(
  store: Store,
  records: readonly CollectionRecord[],
  { workers, invoke }: DispatchOptions,
): Promise<Dispatched> {
  const now = store.now();
  const free = workers - liveClaims(records, now);
  const due = takeable(records, now);
  const failures: unknown[] = [];
  let claimed = 0;
  let started = 0;
  for (const lot of lotsOf(due, free)) {
    const claim = randomUUID();
    const attempts = await mapConcurrent(CLAIMS_AT_ONCE, lot, (record) =>
      tryClaim(store, record, { id: claim }).catch((error: unknown) => void failures.push(error)),
    );
    const taken = attempts.filter((record) => record !== undefined);
    if (taken.length === 0) continue;
    try {
      await invoke({ claim, collections: taken.map(({ collection }) => collection) });
      claimed += taken.length;
      started += 1;
    } catch (error) {
      failures.push(error);
      await mapConcurrent(CLAIMS_AT_ONCE, taken, (record) => giveBack(store, record));
    }
  }
  return { due: due.length, claimed, started, failures };
}

/** Workers that are at work, or about to be: each has one claim, whatever it syncs. */
function liveClaims(records: readonly CollectionRecord[], now: number): number {
  return new Set(records.filter((record) => isClaimed(record, now)).map(({ claim }) => claim?.id)).size;
}

/**
 * Divides what is due evenly among the free workers: the longest due are in the first lots. What is due of a target stays together, so that
 * one worker calls its services, at their rate.
 */
function lotsOf(due: readonly CollectionRecord[], free: number): CollectionRecord[][] {
  if (free <= 0 || due.length === 0) return [];
  const size = Math.min(MAX_COLLECTIONS, Math.ceil(due.length / free));
  const targets = new Map<string, CollectionRecord[]>();
  for (const record of due) {
    const target = record.collection.slice(record.collection.indexOf("/"));
    targets.set(target, [...(targets.get(target) ?? []), record]);
  }
  const lots: CollectionRecord[][] = [];
  for (const records of targets.values()) {
    const last = lots.at(-1);
    if (last && last.length < size) last.push(...records);
    else if (lots.length < free) lots.push(records);
  }
  return lots;
}
