import { randomUUID } from "node:crypto";
import { type Collection, serviceOf } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import { formatError } from "../model/errors.ts";
import { initialRecord, RENEWED_CLAIM_MS, tryClaim } from "./claim.ts";
import { clockError } from "./clock-check.ts";
import { dueKind, isClaimed, nextDue, takeable, withoutLapsed } from "./due.ts";
import type { SyncHost } from "./job.ts";
import { keepSettled } from "./settle.ts";
import { type CollectionJob, type CollectionResult, keepingClaim } from "./sync-collection.ts";

/** A collection that is kept up to date. */
export type DueCollection = Omit<CollectionJob, "kind">;

/** Told what a continuous run does. */
export interface DueObserver {
  ended(result: CollectionResult): void;
  /** The store could not be read or written; it is tried again. */
  failed(message: string): void;
}

/** What another process notes, as that a collection is due, is seen within this, ms. */
const MAX_PAUSE_MS = 60_000;
const RETRY_MS = 5_000;
/** Collections that are synced at the same time. */
const MAX_SYNCS = 8;

/** What keeps collections up to date. */
export interface DueRun {
  readonly host: SyncHost;
  readonly observer: DueObserver;
  /** What is kept up to date now: asked at least once a minute. */
  readonly collections: () => Promise<readonly DueCollection[]>;
}

/**
 * Keeps collections up to date on one machine: syncs each when its record says that it is due and no other process has claimed it, and
 * settles what dead writers left, until the host's signal aborts. The collections' records are the queue, so that it goes on where it stopped.
 */
export async function runDue(run: DueRun): Promise<void> {
  const failed = (error: unknown) => run.observer.failed(formatError(error));
  await Promise.all([keepSettled(run.host, failed, RETRY_MS), syncWhatIsDue(run)]);
}

/** Answers how long to pause, ms. */
function fail({ host: { signal }, observer }: DueRun, error: unknown): number {
  if (!signal.aborted) observer.failed(formatError(error));
  return RETRY_MS;
}

async function syncWhatIsDue(run: DueRun): Promise<void> {
  const { clock, signal } = run.host;
  const running: RunningSyncs = new Map();
  while (!signal.aborted) {
    // A sync that ends meanwhile may be due again, or leave room for another.
    const before = [...running.values()];
    const pause = await startDue(run, running).catch((error: unknown) => fail(run, error));
    const woken = new AbortController();
    const sleeping = clock.sleep(Math.max(1, pause), AbortSignal.any([signal, woken.signal]));
    await Promise.race([sleeping.catch(() => undefined), ...before, ...running.values()]);
    woken.abort();
  }
  await Promise.all(running.values());
}

type RunningSyncs = Map<Collection, Promise<void>>;

/** Starts the syncs of what is due, as many as may run. Answers how long nothing else will be due, ms. */
async function startDue(run: DueRun, running: RunningSyncs): Promise<number> {
  const { host } = run;
  const due = new Map((await run.collections()).map((each) => [each.collection, each]));
  const idle = [...due.keys()].filter((collection) => !running.has(collection));
  const records = await readRecords(host, idle);
  const now = host.store.now();
  for (const record of takeable(records, now)) {
    if (running.size >= MAX_SYNCS) return MAX_PAUSE_MS;
    const job = due.get(record.collection);
    const claimed = job && (await tryClaim(host.store, record, { id: randomUUID(), ms: RENEWED_CLAIM_MS }));
    if (!claimed) continue;
    const syncing = sync(run, job, claimed).then(() => void running.delete(record.collection));
    running.set(record.collection, syncing);
  }
  const waiting = records.filter(({ collection, status }) => status === "active" && !running.has(collection));
  const next = waiting.map((record) =>
    isClaimed(record, now) ? (record.claim?.expires ?? now) : nextDue(withoutLapsed(record, now)),
  );
  return Math.min(MAX_PAUSE_MS, ...next.map((at) => at - now));
}

/** The records of the collections; of one that was never synced, one that is due. */
async function readRecords({ store }: SyncHost, collections: readonly Collection[]): Promise<CollectionRecord[]> {
  const records = await store.collectionRecords([...new Set(collections.map(serviceOf))]);
  const stored = new Map(records.map((record) => [record.collection, record]));
  return collections.map((collection) => stored.get(collection) ?? initialRecord(collection));
}

/** Syncs a claimed collection, and pauses when that noted nothing, so that it is still due. */
async function sync(run: DueRun, job: DueCollection, claimed: CollectionRecord): Promise<void> {
  const { host, observer } = run;
  let pause = 0;
  try {
    const kind = dueKind(claimed, host.store.now()) ?? "full";
    observer.ended(await keepingClaim(host, { ...job, kind }, claimed));
    if (clockError(host, job)) pause = MAX_PAUSE_MS;
  } catch (error) {
    pause = fail(run, error);
  }
  if (pause > 0) await host.clock.sleep(pause, host.signal).catch(() => undefined);
}
