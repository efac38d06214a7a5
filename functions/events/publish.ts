import { readChanges, type VisibleChange } from "../inventory/changes.ts";
import { openRead } from "../inventory/read-timestamp.ts";
import type { Collection } from "../model/collection.ts";
import type { CollectionRecord, Hint, PublishedPosition } from "../model/collection-record.ts";
import type { Instant } from "../model/instant.ts";
import type { LogPosition } from "../model/item.ts";
import type { NameOf } from "../model/node.ts";
import type { Store } from "../store/port.ts";
import { isBefore, markPublished, movePublished } from "../sync/claim.ts";
import { eventOfChange, eventsOfNotices, type InventoryEvent } from "./event.ts";

/** Puts events on the bus, in any order among them. Resolves once every one is there; when it rejects, any number may be. */
export type PutEvents = (events: readonly InventoryEvent[], signal: AbortSignal) => Promise<void>;

export interface PublishHost {
  readonly store: Store;
  readonly put: PutEvents;
  readonly nameOf: NameOf;
  readonly signal: AbortSignal;
  readonly explorerUrl?: string;
  /** Whether there is time for another page. Default: there is. */
  readonly mayGoOn?: () => boolean;
}

/** Changes that are put before the position moves. */
const PAGE = 200;
/** Sync records that are searched for what hinted at a change. */
const MAX_SYNCS = 25;

/**
 * Publishes what is left to be said of a collection: its notices, then its committed changes. Any number of processes may do this at once, or
 * be killed at it: an event may be put twice, and none is left out. Answers how many were put.
 */
export async function publish(host: PublishHost, collection: Collection): Promise<number> {
  const record = await host.store.collectionRecord(collection);
  if (!record) return 0;
  const notices = await publishNotices(host, record);
  return notices + (await publishChanges(host, record));
}

/** Publishes the notices of a record that was read, and then notes that they are published: those that it still has. */
async function publishNotices({ store, put, signal }: PublishHost, record: CollectionRecord): Promise<number> {
  const events = eventsOfNotices(record);
  if (events.length === 0) return 0;
  await put(events, signal);
  await markPublished(store, record, record.notices ?? {});
  return events.length;
}

/**
 * Publishes committed changes from the position of a record that was read on, in order of time, and moves the position after each page that
 * is on the bus. None that is not committed is put.
 */
async function publishChanges(host: PublishHost, initial: CollectionRecord): Promise<number> {
  const { store, put, nameOf, signal, mayGoOn = () => true } = host;
  const { collection } = initial;
  let record = initial;
  const snapshot = await openRead(store);
  if (!record.published) {
    // An earlier version entered it, and published nothing: what has changed until now is not news.
    await movePublished(store, record, { at: snapshot.at });
    return 0;
  }
  let position: PublishedPosition = record.published;
  let count = 0;
  // A mark that a late request put holds the read timestamp back again.
  while (isBefore(position, { at: snapshot.at }) && mayGoOn()) {
    const page = await readChanges(snapshot, collection, { limit: PAGE, after: startOf(position) });
    if (page.rows.length > 0) {
      const [first, hints] = await Promise.all([snapshot.firstListings(collection), hintsOf(store, collection)]);
      for (const changes of byInstant(page.rows)) {
        signal.throwIfAborted();
        const events = changes.map((change) => {
          const { at } = change.after;
          const hint = hints.get(at);
          return eventOfChange(change, {
            nameOf,
            isFirstListing: first.has(at),
            ...(hint && { hint }),
            ...(host.explorerUrl !== undefined && { explorerUrl: host.explorerUrl }),
          });
        });
        await put(events, signal);
        count += events.length;
      }
    }
    position = page.next ?? { at: snapshot.at };
    record = await movePublished(store, record, position);
  }
  return count;
}

function startOf({ at, key }: PublishedPosition): Instant | LogPosition {
  return key === undefined ? at : { at, key };
}

/** The changes of each instant: one sync's, each of another item, so that their order among themselves means nothing. */
function byInstant(changes: readonly VisibleChange[]): VisibleChange[][] {
  const instants: VisibleChange[][] = [];
  for (const change of changes) {
    const last = instants.at(-1);
    if (last?.[0]?.after.at === change.after.at) last.push(change);
    else instants.push([change]);
  }
  return instants;
}

/** What hinted at the newest syncs that changed something, by their instants. */
async function hintsOf(store: Store, collection: Collection): Promise<ReadonlyMap<Instant, Hint>> {
  const { syncs } = await store.syncs(collection, {}, MAX_SYNCS);
  return new Map(syncs.flatMap(({ at, hint }) => (at !== undefined && hint ? [[at, hint] as const] : [])));
}
