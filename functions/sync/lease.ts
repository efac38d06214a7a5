import type { Clock } from "../model/clock.ts";
import type { Collection, Scope } from "../model/collection.ts";
import { SyncError } from "../model/errors.ts";
import type { Holder, Standing, Store } from "../store/port.ts";

/*
 *  taken / renewed ──── renewal due ──────── writing ends ─────────────── lapses
 *        0                 L / 4                2 L / 3                      L
 *
 * The holder measures by its own monotonic clock from before the write that renewed the lease, so the third that is
 * left before others may take it covers a write still in flight and wall clocks that disagree.
 */
const RENEW_AFTER = 1 / 4;
const WRITE_UNTIL = 2 / 3;

export const DEFAULT_LEASE_MS = 30_000;

/** A scope's lease in the hand of one sync. */
export interface Lease {
  readonly holder: Holder;
  /** The scope's standing when the lease was taken. */
  readonly standing: Standing;
  /** Aborts with SyncError `superseded` once nothing may be written any more. */
  readonly signal: AbortSignal;
  /** Throws SyncError `superseded` once nothing may be written any more; to be called before each write. */
  mustHold(): void;
  /** Stops renewing; the lease itself stays as it is stored. */
  stop(): Promise<void>;
}

export interface LeaseOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly collection: Collection;
  readonly scope: Scope;
  readonly holder: string;
  readonly leaseMs: number;
  /** Told once when another holder's lease is waited for: until when at most (epoch ms). */
  readonly onWaiting?: (until: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Takes the scope's lease. While another holds it, waits: for a dead holder's lease to lapse, or until the other renews
 * it and so is seen to live; then the answer is undefined.
 */
export async function takeLease(options: LeaseOptions): Promise<Lease | undefined> {
  const { store, clock, collection, scope, holder, leaseMs, signal } = options;
  let seen: { holder: string; until: number } | undefined;
  for (;;) {
    signal.throwIfAborted();
    const started = clock.monotonic();
    const now = clock.now();
    const { taken, standing } = await store.takeLease({ collection, scope, holder, now, until: now + leaseMs });
    if (taken) return keepLease(options, standing, started);
    const other = standing.lease;
    if (!other) continue;
    if (seen && (seen.holder !== other.holder || seen.until !== other.until)) return undefined;
    if (!seen) options.onWaiting?.(other.until);
    seen = other;
    await clock.sleep(Math.min(Math.max(other.until - clock.now() + 1, 1), leaseMs / 8), signal);
  }
}

function keepLease(options: LeaseOptions, standing: Standing, takenAt: number): Lease {
  const { store, clock, collection, scope, leaseMs } = options;
  const holder: Holder = { collection, scope: scope.id, holder: options.holder };
  const lost = new AbortController();
  const stopped = new AbortController();
  let renewedAt = takenAt;

  const lose = (why: string, cause?: unknown) => {
    lost.abort(new SyncError("superseded", `the lease of scope ${scope.id} ${why}; this sync has stopped`, { cause }));
  };
  const mustHold = () => {
    if (!lost.signal.aborted && clock.monotonic() - renewedAt >= leaseMs * WRITE_UNTIL)
      lose("could not be renewed in time");
    lost.signal.throwIfAborted();
  };
  const renew = async () => {
    const started = clock.monotonic();
    try {
      await store.renewLease(holder, clock.now() + leaseMs);
      renewedAt = started;
    } catch (error) {
      if (error instanceof SyncError && error.code === "superseded") lose("was taken over", error);
      // Anything else is tried again at the next turn, as long as there is time: mustHold ends it.
    }
  };
  const watch = async () => {
    let renewing: Promise<void> | undefined;
    while (!lost.signal.aborted) {
      const writingEnds = renewedAt + leaseMs * WRITE_UNTIL - clock.monotonic();
      await clock.sleep(Math.max(0, Math.min(leaseMs / 12, writingEnds)), stopped.signal);
      const age = clock.monotonic() - renewedAt;
      if (age >= leaseMs * WRITE_UNTIL) lose("could not be renewed in time");
      else if (!renewing && age >= leaseMs * RENEW_AFTER) {
        renewing = renew().finally(() => {
          renewing = undefined;
        });
      }
    }
  };
  const watching = watch().catch((error: unknown) => {
    if (!stopped.signal.aborted) lose("could not be watched", error);
  });

  return {
    holder,
    standing,
    signal: lost.signal,
    mustHold,
    async stop() {
      stopped.abort();
      await watching;
    },
  };
}
