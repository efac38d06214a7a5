import type { Collection } from "../model/collection.ts";
import { epochMs, type Instant, instantOf } from "../model/instant.ts";
import type { ItemVersion } from "../model/item.ts";
import type { ScopeState } from "../model/scope-state.ts";
import { type EdgeRef, edgeRefsOf, itemPages, LOG_GRACE_DAYS, logPages, type Store } from "../store/port.ts";
import { uncommittedInstants } from "./heads.ts";
import type { SyncHost } from "./job.ts";

/*
 * Deletes what lies about and nobody needs: what a late request put, or what a sync that died did not clean up. Each delete names exact
 * records, so that it may come late:
 *
 * - A version that a committed one superseded is never a head again, and readers use only heads and the log.
 * - What was written under a discarded instant never counts.
 * - A tombstone says that no older version counts. It goes when it is older than retention and no other version of its key is stored, so
 *   that without it the item reads as it did: as not there. An older version could then only come from a request that has been under way
 *   for as long as retention, and DynamoDB refuses requests that were signed more than minutes ago. A later change of the item has the
 *   tombstone in its log record, and needs its version no more.
 * - Edges lead readers to items. Those that a change ended go when that change is older than retention: no version that can still be read
 *   has them, and none ever gets them again, since they are named after the instant since which an item has them.
 */

const PAGE = 1_000;
const DAY_MS = 86_400_000;
/** Readers that began a while ago may read a little further back than those that begin now. */
const READ_MARGIN_MS = 3_600_000;

/**
 * The time by which records expire: the database's, but no later than the last instant that was issued. Whatever a wrong clock says, nothing
 * expires before something was committed that much later.
 */
async function expiryTime(store: Store): Promise<number> {
  return Math.min(store.now(), epochMs(await store.readTimestamp()));
}

/** Scrubs one scope. */
export async function scrubScope(host: SyncHost, state: ScopeState, retentionDays: number): Promise<void> {
  const { store, signal } = host;
  const { collection, range, committedAt } = state;
  const now = await expiryTime(store);
  const keptSince = instantOf(Math.max(0, now - retentionDays * DAY_MS - READ_MARGIN_MS));
  const uncommitted = await uncommittedInstants(store, collection, [state]);
  const discards = await store.discards(collection);
  const isCommitted = ({ at }: ItemVersion) => committedAt !== undefined && at <= committedAt && !uncommitted.has(at);
  for await (const items of itemPages(store, collection, range, { limit: PAGE })) {
    signal.throwIfAborted();
    const versions: ItemVersion[] = [];
    const edges: EdgeRef[] = [];
    for (const stored of items) {
      const head = stored.findLast(isCommitted);
      for (const version of stored) {
        const { at, edgeAt } = version;
        const isDiscarded = discards.has(at);
        const isEnded = version === head && stored.length === 1 && version.state === "removed" && at < keptSince;
        const isSuperseded = head !== undefined && at < head.at && isCommitted(version);
        if (isDiscarded || isEnded || isSuperseded) versions.push(version);
        // Other edges still lead to versions that are kept.
        if (isEnded || (isDiscarded && edgeAt === at)) edges.push(...edgeRefsOf(version));
      }
    }
    await store.delete(collection, { versions, edges }, signal);
  }
}

/**
 * Scrubs what a collection has besides the versions: what discarded instants left in the log, and edges that changes ended which are older
 * than retention. The log holds those changes a little longer than that.
 */
export async function scrubLog(host: SyncHost, collection: Collection, retentionDays: number): Promise<void> {
  const { store, signal } = host;
  const until = instantOf(Math.max(0, (await expiryTime(store)) - retentionDays * DAY_MS));
  const since = instantOf(Math.max(0, epochMs(until) - LOG_GRACE_DAYS * DAY_MS));
  const states = await store.scopeStates(collection);
  const discards = await store.discards(collection);
  const uncommitted = await uncommittedInstants(store, collection, states);
  for (const instant of discards) if (instant > since) await deleteDiscarded(store, collection, instant, signal);
  for await (const changes of logPages(store, collection, { after: since, until }, PAGE)) {
    signal.throwIfAborted();
    const ended = changes.flatMap(({ before, after }): EdgeRef[] =>
      before && before.edgeAt !== after.edgeAt && !uncommitted.has(after.at) ? edgeRefsOf(before) : [],
    );
    await store.delete(collection, { edges: ended }, signal);
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
