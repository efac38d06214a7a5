import { readChanges, type VisibleChange } from "../inventory/changes.ts";
import { openRead } from "../inventory/read-timestamp.ts";
import type { Collection } from "../model/collection.ts";
import type { Hint, PublishedPosition } from "../model/collection-record.ts";
import type { Instant } from "../model/instant.ts";
import type { LogPosition } from "../model/item.ts";
import type { NameOf } from "../model/node.ts";
import type { Store } from "../store/port.ts";
import { isBefore, movePublished } from "../sync/claim.ts";
import { eventOfChange, type InventoryEvent } from "./event.ts";

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
 * Publishes a collection's committed changes from its position on, in order of time, and moves the position after each page that is on the
 * bus. Any number of processes may do this at once, or be killed at it: a change may be put twice, none is left out, and none that is not
 * committed is put. Answers how many were put.
 */
export async function publishChanges(host: PublishHost, collection: Collection): Promise<number> {
  const { store, put, nameOf, signal, mayGoOn = () => true } = host;
  let record = await store.collectionRecord(collection);
  if (!record) return 0;
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
    if (page.changes.length > 0) {
      const [first, hints] = await Promise.all([snapshot.firstListings(collection), hintsOf(store, collection)]);
      for (const changes of byInstant(page.changes)) {
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
