import type { CollectionRecord } from "../model/collection-record.ts";
import { SyncError } from "../model/errors.ts";
import type { Instant } from "../model/instant.ts";
import type { Store } from "../store/port.ts";
import type { SyncHost } from "./job.ts";
import { isRetired } from "./retired.ts";

const MAX_ATTEMPTS = 5;

/** Where a store can delete what it has of a collection. */
export type ForgettingStore = Store & Required<Pick<Store, "forget">>;

/**
 * Deletes the history of a retired collection for good: versions, log, edges, syncs. What remains keeps late writers out: the scopes' states, the
 * discards, and the record that it is retired. A sync that read a state before fails on its revision; one that was taken for dead can only write under
 * an instant that is discarded, which nobody reads and forgetting again deletes. Answers false, having deleted nothing, while a scope has
 * not ended or the collection is active.
 */
export async function forgetCollection(
  { store, signal }: { readonly store: ForgettingStore; readonly signal: SyncHost["signal"] },
  { collection }: Pick<CollectionRecord, "collection">,
): Promise<boolean> {
  const states = await store.scopeStates(collection);
  const instants = [
    await store.readTimestamp(),
    ...(await store.discards(collection)),
    ...states.flatMap(({ committedAt, discarding }) => [
      ...(committedAt === undefined ? [] : [committedAt]),
      ...discarding,
    ]),
  ];
  // Whatever is written after the target is brought back has a later instant.
  const until = instants.reduce((latest, instant) => (instant > latest ? instant : latest));
  for (const { scope } of states) {
    if (!(await markForgotten(store, { collection, scope, until }))) return false;
  }
  if (!(await isRetired(store, collection))) return false;
  await store.forget(collection, until, signal);
  return true;
}

interface ForgottenScope {
  readonly collection: string;
  readonly scope: string;
  readonly until: Instant;
}

/** Notes that the scope's log is gone up to an instant. Answers false while it has not ended. */
async function markForgotten(store: Store, { collection, scope, until }: ForgottenScope): Promise<boolean> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const state = await store.scopeState(collection, scope);
    if (state?.ended === undefined || state.holder !== undefined) return false;
    if (await store.putScopeState({ ...state, revision: state.revision + 1, logLostUntil: until })) return true;
  }
  throw new SyncError(
    "unavailable",
    `the state of scope ${scope} of ${collection} is written by too many at once: try again`,
  );
}
