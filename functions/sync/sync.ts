import type { KeyRange } from "../model/collection.ts";
import { explain, oneLine, SyncError, serviceError } from "../model/errors.ts";
import { instantOf } from "../model/instant.ts";
import { type Failure, hasEndedSo, type Store, type SyncRecord, syncKey } from "../store/port.ts";
import { type Application, startApplication } from "./apply.ts";
import { bringUpToDate, type WholeEnd } from "./bring-up-to-date.ts";
import type { SyncHost, SyncJob } from "./job.ts";
import { type Lease, takeLease } from "./lease.ts";
import { newTally } from "./tally.ts";

/**
 * Brings one scope up to date, as one sync, and answers its record; undefined when a live sync holds the scope. Whatever
 * it fails on is in the record; it throws only when the lease cannot be asked for or the record not be written, or when the signal
 * aborts while the lease is waited for.
 */
export async function syncScope(host: SyncHost, job: SyncJob): Promise<SyncRecord | undefined> {
  const { store, clock, signal } = host;
  const lease = await takeLease({
    ...host,
    collection: job.collection,
    scope: job.scope,
    holder: host.holder(),
    onWaiting: (until) => job.onProgress?.({ step: "waiting", until }),
  });
  if (!lease) return undefined;

  const startedAt = instantOf(clock.now());
  const started = clock.monotonic();
  const tally = newTally();
  const sync = syncKey({ startedAt, scope: job.scope.id });
  const application = startApplication({ store, clock, lease, sync, signal });
  const recordOf = (rest: Pick<SyncRecord, "outcome" | "at" | "window" | "remainder" | "error">): SyncRecord => ({
    collection: job.collection,
    startedAt,
    scope: job.scope.id,
    ...tally,
    ...rest,
    durationMs: Math.round(clock.monotonic() - started),
  });
  const recordOfEnd = ({ outcome, snapshotAt, window }: WholeEnd) => {
    const remainder = remainderOf(job, window);
    return recordOf({ outcome, at: snapshotAt, ...(window && { window }), ...(remainder && { remainder }) });
  };
  let end: WholeEnd | undefined;
  let result: SyncRecord;
  try {
    if (lease.standing.dirtySince !== undefined) {
      job.onProgress?.({ step: "undoing" });
      await application.undo(lease.standing.dirtySince);
    }
    end = await bringUpToDate(host, job, lease, application, tally);
    await application.end(end);
    result = recordOfEnd(end);
  } catch (error) {
    if (end && (await hasLanded(store, lease, end))) result = recordOfEnd(end);
    else {
      const failure = await endFailed(host, lease, application, error);
      Object.assign(tally, { added: 0, modified: 0, removed: 0 });
      result = recordOf({ outcome: "failed", error: failure });
    }
  } finally {
    await lease.stop();
  }
  await store.recordSync(result);
  return result;
}

/** Whether the end of a sync is stored although its write failed: all that was lost is then the answer. */
async function hasLanded(store: Store, { holder }: Lease, end: WholeEnd): Promise<boolean> {
  const standing = await store.standing(holder.collection, holder.scope).catch(() => undefined);
  return standing !== undefined && hasEndedSo(standing, end);
}

/** What is left of the job's window after what was covered. */
function remainderOf(job: SyncJob, covered: KeyRange | undefined): KeyRange | undefined {
  const { until } = job.window ?? job.scope.range;
  if (covered?.until === undefined || covered.until === until) return undefined;
  return { from: covered.until, ...(until !== undefined && { until }) };
}

/**
 * Ends a sync that failed. What it had applied is undone here and now, unless a write of it may still be under way:
 * then lease and dirty mark are left, for the next sync to wait out and undo.
 */
async function endFailed(host: SyncHost, lease: Lease, application: Application, error: unknown): Promise<Failure> {
  const failure = failureOf(error);
  if (failure.code === "superseded") return failure;
  try {
    const { dirtySince } = (await host.store.standing(lease.holder.collection, lease.holder.scope)) ?? {};
    if (dirtySince !== undefined && !application.unsure) {
      await application.undo(dirtySince).catch((undoing: unknown) => {
        failure.message = oneLine(
          `${failure.message}; undoing it failed too (${explain(undoing)}), the next sync will`,
        );
      });
    }
    lease.mustHold();
    const triedAt = instantOf(host.clock.now());
    const abandoned = application.unsure;
    await host.store.endSync(lease.holder, { outcome: "failed", triedAt, error: failure, abandoned });
  } catch (ending) {
    failure.message = oneLine(`${failure.message}; and it could not be noted in the scope: ${explain(ending)}`);
  }
  return failure;
}

function failureOf(error: unknown): { code: Failure["code"]; message: string } {
  const known = error instanceof SyncError ? error : serviceError("the sync", error);
  return { code: known.code, message: explain(known) };
}
