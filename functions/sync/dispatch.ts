import { randomUUID } from "node:crypto";
import type { Collection } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import type { Store } from "../store/port.ts";
import { type ClaimRequest, giveBack, tryClaim } from "./claim.ts";
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
 * for each lot. At most two workers have claims in a target, and the second one's say so: it keeps to the small part of the service's rate
 * that the first leaves to it. Any number of dispatchers may do this at once. A worker that never starts loses its claims when they lapse.
 */
export async function dispatch(
  store: Store,
  records: readonly CollectionRecord[],
  { workers, invoke }: DispatchOptions,
): Promise<Dispatched> {
  const now = store.now();
  const live = records.filter((record) => isClaimed(record, now));
  // Each worker that is at work, or about to be, has one claim, whatever it syncs.
  const free = workers - new Set(live.map(({ claim }) => claim?.id)).size;
  const due = takeable(records, now);
  const inTargets = byTarget(live);
  const isClaimedBy = (beside: boolean, record: CollectionRecord) =>
    (inTargets.get(targetIn(record)) ?? []).some(({ claim }) => (claim?.beside ?? false) === beside);
  const open = due.filter((record) => !isClaimedBy(false, record) || !isClaimedBy(true, record));
  const failures: unknown[] = [];
  let claimed = 0;
  let started = 0;
  for (const lot of lotsOf(open, free)) {
    const id = randomUUID();
    const claims = await mapConcurrent(CLAIMS_AT_ONCE, lot, (records) => {
      const beside = records.some((record) => isClaimedBy(false, record));
      return claimInTarget(store, records, { id, beside }, failures);
    });
    const taken = claims.flat();
    if (taken.length === 0) continue;
    try {
      await invoke({ claim: id, collections: taken.map(({ collection }) => collection) });
      claimed += taken.length;
      started += 1;
    } catch (error) {
      failures.push(error);
      await giveAllBack(store, taken, failures);
    }
  }
  return { due: due.length, claimed, started, failures };
}

function targetIn({ collection }: Pick<CollectionRecord, "collection">): string {
  return collection.slice(collection.indexOf("/") + 1);
}

function byTarget(records: readonly CollectionRecord[]): ReadonlyMap<string, CollectionRecord[]> {
  const targets = new Map<string, CollectionRecord[]>();
  for (const record of records) {
    const target = targetIn(record);
    targets.set(target, [...(targets.get(target) ?? []), record]);
  }
  return targets;
}

/**
 * Claims what is due in a target; every dispatcher does so in the same order. Where another one has taken on a part of it since the records
 * were read, neither saw the other's claims: what was claimed is given back, and due in the next minute.
 */
async function claimInTarget(
  store: Store,
  due: readonly CollectionRecord[],
  request: ClaimRequest,
  failures: unknown[],
): Promise<CollectionRecord[]> {
  const claimed: CollectionRecord[] = [];
  for (const record of due.toSorted((a, b) => (a.collection < b.collection ? -1 : 1))) {
    try {
      const taken = await tryClaim(store, record, request);
      if (!taken) return await giveAllBack(store, claimed, failures);
      claimed.push(taken);
    } catch (error) {
      failures.push(error);
    }
  }
  return claimed;
}

/** What cannot be given back is due when its claim lapses. */
async function giveAllBack(store: Store, claimed: readonly CollectionRecord[], failures: unknown[]): Promise<[]> {
  await mapConcurrent(CLAIMS_AT_ONCE, claimed, (each) =>
    giveBack(store, each).catch((error: unknown) => void failures.push(error)),
  );
  return [];
}

/**
 * Divides what is due evenly among the free workers: the longest due are in the first lots. What is due of a target stays together, so that
 * one worker calls its services, at their rate. Answers the targets of each lot.
 */
function lotsOf(due: readonly CollectionRecord[], free: number): CollectionRecord[][][] {
  if (free <= 0 || due.length === 0) return [];
  const size = Math.min(MAX_COLLECTIONS, Math.ceil(due.length / free));
  const lots: CollectionRecord[][][] = [];
  for (const records of byTarget(due).values()) {
    const last = lots.at(-1);
    if (last && last.flat().length < size) last.push(records);
    else if (lots.length < free) lots.push([records]);
  }
  return lots;
}
