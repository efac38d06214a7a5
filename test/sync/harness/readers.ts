import {
  changePageAt,
  itemAt,
  itemPageAt,
  newestItem,
  pinnedInstant,
  type SeenSnapshots,
} from "../../../functions/inventory/reads.ts";
import type { Change } from "../../../functions/model/item.ts";
import type { LogPosition, Store } from "../../../functions/store/port.ts";
import { newProcess } from "./simulation.ts";
import { remoteStore } from "./store.ts";
import { difference } from "./truth.ts";
import { type Value, valueIn } from "./upstream.ts";
import type { World } from "./world.ts";

const UNWATCHED = {
  writing: async () => undefined,
  ended: async () => undefined,
  undone: async () => undefined,
  landed: () => undefined,
};

function readerStore(world: World, name: string, skewMs: number) {
  const network = { faults: 0, slowness: world.random.pick([1, 5, 30]) };
  const process = newProcess(world.simulation, name, skewMs);
  return { clock: process.clock, store: remoteStore(world.simulation, process, world.store, network, UNWATCHED) };
}

/** Walks a collection at one instant, page by page. */
export async function walkItems(
  store: Store,
  collection: string,
  at: string,
  limit: number,
): Promise<Map<string, Value>> {
  const found = new Map<string, Value>();
  let after: string | undefined;
  do {
    const page = await itemPageAt(store, collection, {}, at, { limit, ...(after !== undefined && { after }) });
    for (const item of page.items) if (item.state === "present") found.set(item.key, valueIn(item.document) ?? -1);
    after = page.after;
  } while (after !== undefined);
  return found;
}

/** Something a reader saw, to be looked at again when everything has happened: the past may not change. */
export type Seen = () => string;

/** A reader that pins an instant, or takes one before it, and walks every collection at it while syncs go on. */
export async function read(world: World, name: string, skewMs: number, seen: Seen[]): Promise<void> {
  const { random, simulation } = world;
  const { clock, store } = readerStore(world, name, skewMs);
  const pinned = await pinnedInstant(store, world.collections, clock.now());
  const earlier = world.scopes.flatMap(({ truth }) => truth.snapshots.map(({ at }) => at)).filter((at) => at < pinned);
  const at = random.chance(0.3) ? (random.pick(earlier) ?? pinned) : pinned;
  simulation.note(`${name} reads at ${at}`);
  for (const collection of world.collections) {
    const found = await walkItems(store, collection, at, random.integer(1, 4));
    const check = () => difference(found, world.truthAt(collection, at));
    if (check()) simulation.violated(`${name} read ${collection} at ${at}: ${check()}`);
    seen.push(() => check() && `what ${name} read of ${collection} at ${at} has changed since: ${check()}`);

    const key = random.pick([...world.truthAt(collection, at).keys()]);
    if (key === undefined) continue;
    const item = await itemAt(store, collection, key, at);
    const value = item?.state === "present" ? valueIn(item.document) : undefined;
    const wanted = world.truthAt(collection, at).get(key);
    if (value !== wanted) simulation.violated(`${name} read ${key} at ${at} as ${value}, should be ${wanted}`);
  }
}

const NEWEST_READS = 8;

/** A reader that asks for one item after another, of collections that are one scope, each time for the newest there is. */
export async function readNewest(world: World, name: string, skewMs: number): Promise<void> {
  const { random, simulation } = world;
  const { store } = readerStore(world, name, skewMs);
  const seen: SeenSnapshots = new Map();
  const alone = world.scopes.filter(
    ({ collection }) => world.scopes.filter((other) => other.collection === collection).length === 1,
  );
  for (let reading = 0; reading < NEWEST_READS; reading += 1) {
    const chosen = random.pick(alone);
    const key = random.pick(chosen?.truth.snapshots.flatMap(({ items }) => [...items.keys()]) ?? []);
    if (!chosen || key === undefined) continue;
    const { collection, scope, truth } = chosen;
    const whole = truth.lastAt;
    const { at, item } = await newestItem(store, { collection, scope: scope.id, key }, seen);
    if (at < whole) simulation.violated(`${name} was answered as of ${at}, when ${whole} was whole`);
    const value = item?.state === "present" ? valueIn(item.document) : undefined;
    const wanted = world.truthAt(collection, at).get(key);
    if (value !== wanted) simulation.violated(`${name} read ${key} at ${at} as ${value}, should be ${wanted}`);
  }
}

/** What following a log makes of it, change by change. */
export class Replay {
  readonly versions = new Map<
    string,
    { readonly present: boolean; readonly value: Value; readonly version: number; readonly at: string }
  >();

  /** Applies one change; answers what is wrong about it, if anything. */
  apply(change: Change): string {
    const before = this.versions.get(change.key);
    const value = valueIn(change.document) ?? -1;
    this.versions.set(change.key, {
      present: change.kind !== "removed",
      value,
      version: change.version,
      at: change.at,
    });
    const what = `${change.kind} of ${change.key} at ${change.at}`;
    if ((change.kind === "added") === (before?.present ?? false)) return `${what} twice or out of nowhere`;
    if (change.kind === "modified" && value === before?.value) return `${what} modifies nothing`;
    if (change.version !== (before?.version ?? 0) + 1)
      return `${what} is version ${change.version} after ${before?.version}`;
    if (change.previousAt !== before?.at) return `${what} follows ${change.previousAt}, should follow ${before?.at}`;
    if (change.before && valueIn(change.before.document) !== before?.value) return `${what} has another before`;
    return "";
  }

  items(): Map<string, Value> {
    return new Map([...this.versions].filter(([, { present }]) => present).map(([key, { value }]) => [key, value]));
  }
}

/** A consumer that follows the logs: asks for what is new since the last answer's instant, again and again. */
export interface Consumer {
  poll(): Promise<void>;
}

export function newConsumer(world: World, name: string, skewMs: number): Consumer {
  const { random, simulation } = world;
  const { clock, store } = readerStore(world, name, skewMs);
  const replays = new Map(world.collections.map((collection) => [collection, new Replay()]));
  let since: string | undefined;

  const follow = async (collection: string, replay: Replay, at: string) => {
    let after: string | LogPosition | undefined = since;
    do {
      const limit = random.integer(1, 5);
      const page = await changePageAt(store, collection, at, { limit, ...(after !== undefined && { after }) });
      for (const change of page.changes) {
        const wrong = replay.apply(change);
        if (wrong) simulation.violated(`${name} since ${since}: ${wrong}`);
      }
      after = page.after;
    } while (after !== undefined);
  };
  return {
    async poll() {
      const pinned = await pinnedInstant(store, world.collections, clock.now());
      // A scope that died and is being undone holds the pinned instant back again; an answer is never before its question.
      const at = since !== undefined && since > pinned ? since : pinned;
      simulation.note(`${name} asks since ${since} at ${at}`);
      for (const [collection, replay] of replays) {
        await follow(collection, replay, at);
        const differs = difference(replay.items(), world.truthAt(collection, at));
        if (differs) simulation.violated(`${name} followed ${collection} to ${at}: ${differs}`);
      }
      since = at;
    },
  };
}
