import type { ScopeState } from "../model/scope-state.ts";
import type { Store, Writer } from "../store/port.ts";
import { MAX_LEASE_MS, type SyncHost } from "./job.ts";

/** A dead writer's mark holds readers back for no longer than this, ms. */
const SETTLE_EVERY_MS = 60_000;

/** Whether the scope is held by a writer whose lease has not expired by the database's time. */
export function isHeld({ holder, expires }: ScopeState, now: number): boolean {
  return holder !== undefined && expires !== undefined && expires >= now && expires <= now + MAX_LEASE_MS;
}

/** The state in which the next writer takes over: what was being written will never be committed. */
export function takenOver(state: ScopeState): ScopeState {
  const { holder: _holder, expires: _expires, writing, ...rest } = state;
  return {
    ...rest,
    revision: state.revision + 1,
    lease: state.lease + 1,
    discarding: writing === undefined ? state.discarding : [...state.discarding, writing],
  };
}

/**
 * Ends what earlier writers of the scope left: copies the instants that will never be committed to where readers find them, and only then
 * deletes the marks that hold readers back. May be repeated, and be done by several at once.
 */
export async function settle(store: Store, state: ScopeState): Promise<void> {
  const { collection, scope, lease, discarding } = state;
  if (discarding.length > 0) await store.addDiscards(collection, discarding);
  await store.deleteMarks({ collection, scope, lease: state.holder === undefined ? lease : lease - 1 });
}

/**
 * Takes over every scope whose writer left a mark and no longer holds it, so that no dead writer holds readers back. Costs one read when
 * nobody writes. A scope that cannot be settled keeps no other from being settled; its error is thrown at the end.
 */
export async function settleAbandoned({ store }: Pick<SyncHost, "store">): Promise<void> {
  const failures: unknown[] = [];
  for (const writer of await store.marks()) {
    await settleWriter(store, writer).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** Settles what dead writers left, every minute until the host's signal aborts; after a failure, `retryMs` later. */
export async function keepSettled(
  { store, clock, signal }: Pick<SyncHost, "store" | "clock" | "signal">,
  failed: (error: unknown) => void,
  retryMs = SETTLE_EVERY_MS,
): Promise<void> {
  while (!signal.aborted) {
    const pause = await settleAbandoned({ store }).then(
      () => SETTLE_EVERY_MS,
      (error: unknown) => {
        if (!signal.aborted) failed(error);
        return retryMs;
      },
    );
    await clock.sleep(pause, signal).catch(() => undefined);
  }
}

async function settleWriter(store: Store, writer: Writer): Promise<void> {
  const state = await store.scopeState(writer.collection, writer.scope);
  // The mark is put before the state names its instant: without a state there was no lease, which no writer can be without.
  if (!state) return store.deleteMarks(writer);
  if (state.lease > writer.lease || state.holder === undefined) return settle(store, state);
  if (isHeld(state, store.now())) return;
  const next = takenOver(state);
  if (await store.putScopeState(next)) await settle(store, next);
}
