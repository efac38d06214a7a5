import { isDeepStrictEqual } from "node:util";
import type { InventoryEvent } from "../../../functions/events/event.ts";
import type { Collection } from "../../../functions/model/collection.ts";
import type { CollectionRecord, PublishedPosition } from "../../../functions/model/collection-record.ts";
import { EPOCH, epochMs, instantOf } from "../../../functions/model/instant.ts";
import type { Store } from "../../../functions/store/port.ts";
import { isBefore } from "../../../functions/sync/claim.ts";
import type { Ground } from "./ground.ts";
import { NoticesOnBus } from "./notices.ts";
import type { Simulation } from "./simulation.ts";
import { storedLog } from "./stored.ts";
import { type Content, type Truth, valueOfContent } from "./truth.ts";
import { valueIn } from "./upstream.ts";

/** What the bus must know of a run's world. */
interface Known {
  readonly simulation: Simulation;
  readonly ground: Ground;
  scopesOf(collection: Collection): ReadonlyMap<string, Truth>;
  truthAt(collection: Collection, at: string): Map<string, Content>;
}

/** What arrived on the event bus of a run, held against the truth as it arrives. */
export class Bus {
  readonly notices = new NoticesOnBus();
  private readonly first = new Map<Collection, { readonly ids: Set<string>; newest: string }>();

  /** An event arrives: its change is committed, says what was, and none of an earlier instant is still to come. */
  receive(world: Known, event: InventoryEvent): void {
    const { eventId, type, at, detail } = event;
    if (!type.startsWith("Item ")) {
      this.notices.receive(world.simulation, event);
      return;
    }
    const { collection, key, document } = detail as { collection: Collection; key: string; document: object };
    const arrived = this.of(collection);
    const violated = (what: string) => world.simulation.violated(`the bus gets ${type} ${eventId}, ${what}`);
    const isCommitted = [...world.scopesOf(collection).values()].some(({ snapshots }) =>
      snapshots.some((snapshot) => snapshot.at === at),
    );
    if (!isCommitted) violated("which is not committed");
    const content = world.truthAt(collection, at).get(key);
    const value = content === undefined ? undefined : valueOfContent(content);
    const said = type === "Item Removed" ? undefined : String(valueIn(JSON.stringify(document)));
    if (value !== said) violated(`which says ${said} where ${value} is true`);
    if (arrived.ids.has(eventId)) return;
    if (at < arrived.newest) violated(`first after one of ${arrived.newest}`);
    arrived.ids.add(eventId);
    arrived.newest = at;
  }

  /** The position moved: only forward, and past nothing that did not arrive. */
  async moved(world: Known, before: CollectionRecord | undefined, { collection, published }: CollectionRecord) {
    const from = before?.published;
    if (!published || (from && isBefore(published, from)))
      return world.simulation.violated(`the position of ${collection} moves back to ${JSON.stringify(published)}`);
    const missing = await this.missing(world, collection, published, from);
    if (missing) world.simulation.violated(`the position of ${collection} moves past ${missing}`);
  }

  /** A committed change up to a position, and not before another, that did not arrive, if there is one. */
  async missing(
    world: Known,
    collection: Collection,
    to: PublishedPosition,
    from: PublishedPosition = { at: EPOCH },
  ): Promise<string | undefined> {
    const committed = new Set(
      [...world.scopesOf(collection).values()].flatMap(({ snapshots }) => snapshots.map(({ at }) => at)),
    );
    const { ids } = this.of(collection);
    const log = await storedLog(world.ground, collection, { after: instantOf(epochMs(from.at) - 1), until: to.at });
    const missing = log.find(
      ({ kind, after: { at, key } }) =>
        kind !== "reindexed" &&
        committed.has(at) &&
        !isBefore(to, { at, key }) &&
        !ids.has(`${collection}/${at}/${key}`),
    );
    return missing && `${missing.kind} of ${missing.after.key} at ${missing.after.at}`;
  }

  private of(collection: Collection) {
    const known = this.first.get(collection) ?? { ids: new Set<string>(), newest: "" };
    this.first.set(collection, known);
    return known;
  }
}

/** A store that tells the bus of every move of a position, and of every notice. */
export function watchPositions(store: Store, world: () => Known & { readonly bus: Bus }): Store {
  /** The records as they were stored last: nothing else stores any. */
  const known = new Map<Collection, CollectionRecord>();
  return {
    ...store,
    async putCollectionRecord(record) {
      const before = known.get(record.collection);
      const isStored = await store.putCollectionRecord(record);
      const after = await store.collectionRecord(record.collection);
      if (!after || before?.revision === after.revision) return isStored;
      known.set(record.collection, after);
      const hasMoved = !isDeepStrictEqual(before?.published, after.published);
      if (before && hasMoved) await world().bus.moved(world(), before, after);
      world().bus.notices.stored(world().simulation, after);
      return isStored;
    },
  };
}
