import { createChecksum, EMPTY_CHECKSUM } from "../model/checksum.ts";
import type { Collection } from "../model/collection.ts";
import { type CollectionRecord, summaryOfScopes } from "../model/collection-record.ts";
import { NO_COUNTS } from "../model/counters.ts";
import { SyncError } from "../model/errors.ts";
import { EPOCH, type Instant, instantOf } from "../model/instant.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Store } from "../store/port.ts";
import { assertClock } from "./clock-check.ts";
import { readHeads } from "./heads.ts";
import type { SyncHost } from "./job.ts";
import { isRetired } from "./retired.ts";
import { isHeld } from "./settle.ts";
import { abort, begin, commit, removalOf } from "./transaction.ts";

/** What ending a retired collection's scopes came to. */
export interface Ended {
  /** Items that were removed. */
  readonly removed: number;
  /** Scopes that a sync still holds: they end when this is done again. */
  readonly waiting: number;
}

const SCOPES_AT_ONCE = 4;

/** Whether a retired collection has scopes that have not ended. */
export function isEnding({ status, endedAt }: CollectionRecord): boolean {
  return status === "retired" && endedAt === undefined;
}

/**
 * Ends every scope of a retired collection, each under its own lease: its items are removed with cause `target retired`, and nothing is
 * committed to it until the collection is active again. Goes on where it was killed. `record` is the retired collection's.
 */
export async function endScopes(host: SyncHost, record: CollectionRecord): Promise<Ended> {
  const { store, signal } = host;
  const { collection } = record;
  assertClock(host, { connection: {} });
  const ended = await mapConcurrent(SCOPES_AT_ONCE, await store.scopeStates(collection), async (state) => {
    signal.throwIfAborted();
    return endScope(host, state);
  });
  const waiting = ended.filter((removed) => removed === undefined).length;
  // On the record as it was before the states were read: since then the target may have come back, and been retired again.
  const { revision } = record;
  if (waiting === 0) {
    const noted = { ...summaryOfScopes(await store.scopeStates(collection)), syncedAt: store.now() };
    await store.putCollectionRecord({ ...record, ...noted, revision: revision + 1, endedAt: nowIn(store) });
  }
  return { removed: ended.reduce<number>((sum, removed = 0) => sum + removed, 0), waiting };
}

/** Answers how many items were removed; undefined when a sync holds the scope or was faster, or the collection is active again. */
async function endScope(host: SyncHost, state: ScopeState): Promise<number | undefined> {
  if (hasEnded(state)) return 0;
  if (isHeld(state, host.store.now())) return undefined;
  try {
    return await removeItems(host, state);
  } catch (error) {
    if (error instanceof SyncError && error.code === "superseded") return undefined;
    throw error;
  }
}

function hasEnded({ ended, holder }: ScopeState): boolean {
  return ended === "target retired" && holder === undefined;
}

/** The state of a scope that has ended, and of which nothing is stored. */
function endedState(state: ScopeState): ScopeState {
  const { error: _error, outcome: _outcome, unavailableSince: _since, pending: _pending, ...known } = state;
  // Should the target come back, everything is listed, and compared item by item.
  const { sourceVersion: _version, unchanged: _unchanged, ...rest } = known;
  return { ...rest, count: 0, checksum: EMPTY_CHECKSUM, ended: "target retired" };
}

/** Removes all items of a scope in one commit. */
async function removeItems(host: SyncHost, seen: ScopeState): Promise<number> {
  const { store } = host;
  const { collection, scope } = seen;
  const startedAt = nowIn(store);
  const started = host.clock.monotonic();
  const begun = await begin(host, seen, async () => {
    if (await isRetired(store, collection)) return;
    throw new SyncError("superseded", `${collection} is active again`);
  });
  const { at, lease, superseded } = begun;
  try {
    const checksum = createChecksum();
    for await (const heads of readHeads(store, collection, [lease.state], lease.state.range)) {
      const present = heads.filter(({ state }) => state === "present");
      for (const { hash } of present) checksum.xor(hash);
      await begun.write(present.map((before) => removalOf(before, { at, scope, cause: "target retired" })));
    }
    if (superseded.length !== seen.count || checksum.text() !== seen.checksum) throw damaged(seen);
    await commit(host, begun, endedState);
  } catch (error) {
    const committed = await abort(host, begun, (state) => state);
    if (!committed) throw error;
  }
  const removed = superseded.length;
  if (removed > 0) {
    await store.recordSync({
      ...{ ...NO_COUNTS, collection, scope, startedAt, kind: "retirement", outcome: "complete", at, removed },
      durationMs: Math.round(host.clock.monotonic() - started),
    });
  }
  return removed;
}

function damaged({ collection, scope }: ScopeState): SyncError {
  return new SyncError(
    "damaged",
    `what is stored of scope ${scope} of ${collection} does not match its checksum: run \`stocktake verify --repair\``,
  );
}

function nowIn(store: Store): Instant {
  return instantOf(store.now());
}

/** Where a store can delete what it has of a collection. */
export type ForgettingStore = Store & Required<Pick<Store, "forget">>;

/**
 * Deletes the history of a retired collection for good: versions, log, edges, syncs. What remains keeps late writers out: the scopes' states, the
 * discards, and the record that it is retired. A sync that read a state before fails on its revision; one that was taken for dead can only write under
 * an instant that is discarded, which nobody reads and forgetting again deletes. Answers false, having deleted nothing, while a scope has
 * not ended or is written by another process, or the collection is active.
 */
export async function forgetCollection(
  { store, signal }: { readonly store: ForgettingStore } & Pick<SyncHost, "signal">,
  collection: Collection,
): Promise<boolean> {
  const states = await store.scopeStates(collection);
  const instants = [
    await store.readTimestamp(),
    ...(await store.discards(collection)),
    ...states.flatMap(({ committedAt = EPOCH, discarding }) => [committedAt, ...discarding]),
  ];
  // Whatever is written after the target is brought back has a later instant.
  const until = instants.reduce((latest, instant) => (instant > latest ? instant : latest));
  for (const state of states) {
    if (!hasEnded(state)) return false;
    if (!(await store.putScopeState({ ...state, revision: state.revision + 1, logLostUntil: until }))) return false;
  }
  if (!(await isRetired(store, collection))) return false;
  await store.forget(collection, until, signal);
  return true;
}
