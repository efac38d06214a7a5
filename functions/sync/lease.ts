import type { Clock } from "../model/clock.ts";
import { SyncError } from "../model/errors.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { SyncHost } from "./job.ts";
import { settle, takenOver } from "./settle.ts";

/**
 * The right to commit to a scope, in the hand of one writer. Safety does not rest on it lasting: every write of the state is a
 * compare-and-set, and a writer that was taken over finds out by the first that fails. Its time only decides how soon others try.
 */
export interface Lease {
  readonly number: number;
  /** The scope's state as last written by the holder. */
  readonly state: ScopeState;
  /** Aborts with SyncError `superseded` once another writer is known to have taken over. */
  readonly signal: AbortSignal;
  /** Writes the state that `change` makes of the current one. Throws SyncError `superseded` when another writer has taken over. */
  update(change: (state: ScopeState) => ScopeState): Promise<ScopeState>;
  /** Stops renewing. What is stored stays as it is. */
  stop(): Promise<void>;
}

/** Acquires the scope on the revision of `seen`, settles what earlier writers left, and renews the lease until it is stopped. */
export async function holdLease(host: SyncHost, seen: ScopeState): Promise<Lease> {
  const { store, clock, leaseMs } = host;
  const holder = host.holder();
  const acquired: ScopeState = { ...takenOver(seen), holder, expires: store.now() + leaseMs };
  if (!(await store.putScopeState(acquired))) throw leaseLost("another sync was faster");
  if (seen.holder !== undefined || acquired.discarding.length > 0) await settle(store, acquired);

  let state = acquired;
  const lost = new AbortController();
  let turn: Promise<unknown> = Promise.resolve();

  const write = async (change: (state: ScopeState) => ScopeState): Promise<ScopeState> => {
    for (;;) {
      const next = { ...change(state), revision: state.revision + 1 };
      if (await store.putScopeState(next)) {
        state = next;
        return next;
      }
      const stored = await store.scopeState(seen.collection, seen.scope);
      if (stored?.lease !== acquired.lease || stored.holder !== holder) {
        const error = leaseLost("another sync has taken it over");
        lost.abort(error);
        throw error;
      }
      // An earlier write of this holder's had been carried out although its answer was lost, or a note was made without the lease.
      state = stored;
    }
  };
  const update = (change: (state: ScopeState) => ScopeState): Promise<ScopeState> => {
    const written = turn.then(() => write(change));
    turn = written.catch(() => undefined);
    return written;
  };
  const renewal = keepRenewed(clock, leaseMs / 3, () =>
    update((current) => ({ ...current, expires: store.now() + leaseMs })),
  );

  return {
    number: acquired.lease,
    get state() {
      return state;
    },
    signal: lost.signal,
    update,
    stop: renewal.stop,
  };
}

/** Names no scope: the one that prints it does. */
function leaseLost(why: string): SyncError {
  return new SyncError("superseded", why);
}

/** Renews a lease or a claim until it is stopped. A renewal that fails is made good by the next: if none succeeds, another process takes over. */
export function keepRenewed(
  clock: Clock,
  everyMs: number,
  renew: () => Promise<unknown>,
): { /** Resolves once none is under way. */ stop(): Promise<void> } {
  const stopped = new AbortController();
  const { signal } = stopped;
  const renewAll = async () => {
    for (;;) {
      await clock.sleep(everyMs, signal);
      signal.throwIfAborted();
      await renew().catch(() => undefined);
    }
  };
  const renewing = renewAll().catch(() => undefined);
  return {
    async stop() {
      stopped.abort();
      await renewing;
    },
  };
}
