import type { Collection } from "../model/collection.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import type { ReadSnapshot } from "./read-timestamp.ts";

const CONCURRENT_READS = 16;

/**
 * How many items are present in the collections as of the snapshot, by the states of their scopes. `uncounted` are the collections whose
 * states are of later: what was committed since is not to be counted, and their items must be.
 */
export async function readPresentCount(
  { store, at }: ReadSnapshot,
  collections: readonly Collection[],
): Promise<{ readonly count: number; readonly uncounted: readonly Collection[] }> {
  const uncounted: Collection[] = [];
  let count = 0;
  await mapConcurrent(CONCURRENT_READS, collections, async (collection) => {
    const states = await store.scopeStates(collection);
    if (states.some(({ committedAt = "" }) => committedAt > at)) uncounted.push(collection);
    else count += states.reduce((sum, state) => sum + state.count, 0);
  });
  return { count, uncounted: uncounted.sort() };
}
