import type { Collection } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import { giveBack } from "./claim.ts";
import type { WorkOrder } from "./dispatch.ts";
import { dueKind, isClaimed } from "./due.ts";
import type { SyncHost } from "./job.ts";
import { type CollectionJob, type CollectionResult, syncClaimed } from "./sync-collection.ts";

/** Collections that one worker syncs at the same time. */
export const COLLECTIONS_AT_ONCE = 4;

/** Told what a worker does. */
export interface WorkObserver {
  ended(result: CollectionResult): void;
  /** Nothing was done: why. */
  passedOver(collection: Collection, reason: "superseded" | "not due" | "out of time"): void;
  /** Its record could not be read or written. The claim lapses. */
  failed(collection: Collection, error: unknown): void;
}

export interface WorkOptions {
  /** How a claimed collection is synced, which begins at once; undefined when its source is not known here. */
  readonly jobOf: (record: CollectionRecord) => Omit<CollectionJob, "kind"> | undefined;
  /** On the clock's monotonic time: from then on nothing else is begun. */
  readonly deadline: number;
  readonly observer: WorkObserver;
}

/**
 * Syncs the collections of an order, some at the same time: those that still have its claim, and are due. What the deadline leaves is given
 * back. An order that arrives twice, or late, does no harm.
 */
export async function work(host: SyncHost, order: WorkOrder, options: WorkOptions): Promise<void> {
  await mapConcurrent(COLLECTIONS_AT_ONCE, order.collections, async (collection) => {
    try {
      await workOn(host, { collection, claim: order.claim }, options);
    } catch (error) {
      options.observer.failed(collection, error);
    }
  });
}

async function workOn(
  host: SyncHost,
  { collection, claim }: { readonly collection: Collection; readonly claim: string },
  { jobOf, deadline, observer }: WorkOptions,
): Promise<void> {
  const { store, clock } = host;
  const record = await store.collectionRecord(collection);
  if (record?.claim?.id !== claim || !isClaimed(record, store.now())) {
    return observer.passedOver(collection, "superseded");
  }
  const kind = dueKind(record, store.now());
  const isOutOfTime = clock.monotonic() >= deadline;
  const job = kind && !isOutOfTime ? jobOf(record) : undefined;
  if (!job || !kind) {
    await giveBack(store, record);
    return observer.passedOver(collection, isOutOfTime ? "out of time" : "not due");
  }
  observer.ended(await syncClaimed(host, { ...job, kind, deadline }, record));
}
