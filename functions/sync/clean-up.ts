import type { Collection } from "../model/collection.ts";
import { epochMs, type Instant, instantOf } from "../model/instant.ts";
import { edgeRefsOf, logPages, type Store } from "../store/port.ts";

const PAGE = 2_000;

/** Deletes versions that a committed sync superseded: what readers need of them is in the log. */
export async function deleteSuperseded(
  store: Store,
  collection: Collection,
  superseded: readonly { readonly key: string; readonly at: Instant }[],
  signal: AbortSignal,
): Promise<void> {
  for (let from = 0; from < superseded.length; from += PAGE) {
    await store.delete(collection, { versions: superseded.slice(from, from + PAGE) }, signal);
  }
}

/** Deletes what was written under an instant that was never committed: versions and edges first, since the log tells of them. */
export async function deleteDiscarded(
  store: Store,
  collection: Collection,
  instant: Instant,
  signal: AbortSignal,
): Promise<void> {
  const range = { after: instantOf(epochMs(instant) - 1), until: instant };
  for await (const changes of logPages(store, collection, range, PAGE)) {
    const keys = changes.map(({ after: { key } }) => ({ key, at: instant }));
    const edges = changes.flatMap(({ after }) => (after.edgeAt === instant ? edgeRefsOf(after) : []));
    await store.delete(collection, { versions: keys, edges }, signal);
    await store.delete(collection, { changes: keys }, signal);
  }
}
