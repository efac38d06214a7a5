import { partsOf, serviceOf } from "../model/collection.ts";
import { formatError } from "../model/errors.ts";
import { epochMs } from "../model/instant.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Source } from "../model/source.ts";
import type { SyncHost } from "./job.ts";
import { scrubLog, scrubScope } from "./scrub.ts";
import { isBeingSynced, verifyCollection } from "./verify.ts";
import type { VerifyReport } from "./verify-scope.ts";

export interface DueVerification {
  /** What is stored of other sources is left alone. */
  readonly sources: readonly Source[];
  readonly retentionDays: number;
  /** Verifies every scope, and repairs what is damaged. */
  readonly repair?: boolean;
}

/** How long a scope that was verified is taken for whole. */
const VERIFY_EVERY_MS = 7 * 86_400_000;

/**
 * Verifies, some at a time, every scope that was not verified for a week, or every one if it is to repair, and scrubs those with which
 * nothing is wrong. Collections that are being synced are left to the next time.
 */
export async function* verifyDue(host: SyncHost, due: DueVerification): AsyncGenerator<VerifyReport[]> {
  const { store, signal } = host;
  const { sources, retentionDays, repair = false } = due;
  for (const { collection } of await store.collectionRecords([...new Set(sources.map(({ id }) => serviceOf(id)))])) {
    const source = sources.find(({ id }) => id === partsOf(collection).source);
    if (!source || (await isBeingSynced(store, collection))) continue;
    const isDue = ({ verifiedAt }: ScopeState) =>
      repair || verifiedAt === undefined || store.now() - epochMs(verifiedAt) >= VERIFY_EVERY_MS;
    let isScrubbed = false;
    for await (const reports of verifyCollection(host, { collection, source, retentionDays, repair, isDue })) {
      for (const { scope, outcome } of reports) {
        const state = outcome === "ok" ? await store.scopeState(collection, scope) : undefined;
        if (state) await scrubScope(host, state, retentionDays);
      }
      if (!isScrubbed) await scrubLog(host, collection, retentionDays);
      isScrubbed = true;
      yield reports;
    }
  }
  await store.prune?.(signal);
}

/** At most one scope, or some small ones, a minute. */
const PAUSE_MS = 60_000;
/** How soon it is looked again for scopes that are due. */
const ROUND_MS = 3_600_000;

/** Told what a continuous verification finds. */
export interface VerifyObserver {
  verified(report: VerifyReport): void;
  /** The store could not be read or written; it is tried again. */
  failed(message: string): void;
}

/** Verifies what is due, little by little, until the host's signal aborts. */
export async function keepVerified(host: SyncHost, due: DueVerification, observer: VerifyObserver): Promise<void> {
  const { clock, signal } = host;
  while (!signal.aborted) {
    // A process that starts has more urgent things to do first.
    await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    try {
      for await (const reports of verifyDue(host, due)) {
        for (const report of reports) observer.verified(report);
        await clock.sleep(PAUSE_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) observer.failed(formatError(error));
    }
    await clock.sleep(ROUND_MS, signal).catch(() => undefined);
  }
}
