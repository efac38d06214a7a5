import { formatError } from "../model/errors.ts";
import { clockError } from "./clock-check.ts";
import { dueKind, nextDue } from "./dispatch.ts";
import type { SyncHost } from "./job.ts";
import { settleAbandoned } from "./settle.ts";
import { type CollectionJob, type CollectionResult, syncCollection } from "./sync-collection.ts";

/** A collection that is kept up to date. */
export type DueCollection = Omit<CollectionJob, "kind">;

/** Told what a continuous run does. */
export interface DueObserver {
  ended(result: CollectionResult): void;
  /** The store could not be read or written; it is tried again. */
  failed(message: string): void;
}

/** A dead writer's mark holds readers back for no longer than this, ms. */
const SETTLE_EVERY_MS = 60_000;
const RETRY_MS = 5_000;

/**
 * Keeps collections up to date on one machine: syncs each when its record says that it is due, and settles what dead writers left, until
 * the host's signal aborts. The collections' records are the queue, so that it goes on where it stopped.
 */
export async function runDue(
  host: SyncHost,
  collections: readonly DueCollection[],
  observer: DueObserver,
): Promise<void> {
  await Promise.all([
    settleRegularly(host, observer),
    ...collections.map((each) => keepUpToDate(host, each, observer)),
  ]);
}

async function settleRegularly(host: SyncHost, observer: DueObserver): Promise<void> {
  await repeat(host, observer, async () => {
    await settleAbandoned(host);
    return SETTLE_EVERY_MS;
  });
}

async function keepUpToDate(host: SyncHost, due: DueCollection, observer: DueObserver): Promise<void> {
  await repeat(host, observer, async () => {
    const record = await host.store.collectionRecord(due.collection);
    const now = host.store.now();
    const kind = record ? dueKind(record, now) : "full";
    if (kind) {
      const result = await syncCollection(host, { ...due, kind });
      observer.ended(result);
      // Nothing was noted, so that it is still due.
      return clockError(host, due) ? SETTLE_EVERY_MS : 0;
    }
    return record?.status === "active" ? Math.min(SETTLE_EVERY_MS, nextDue(record) - now) : SETTLE_EVERY_MS;
  });
}

/** Does something again and again, after the pause that it answers each time; after a failure, soon. */
async function repeat({ clock, signal }: SyncHost, observer: DueObserver, step: () => Promise<number>): Promise<void> {
  while (!signal.aborted) {
    let pause = RETRY_MS;
    try {
      pause = await step();
    } catch (error) {
      if (!signal.aborted) observer.failed(formatError(error));
    }
    await clock.sleep(Math.max(1, pause), signal).catch(() => undefined);
  }
}
