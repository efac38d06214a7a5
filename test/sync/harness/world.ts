import type { PublishHost } from "../../../functions/events/publish.ts";
import type { Collection } from "../../../functions/model/collection.ts";
import type { Mirror } from "../../../functions/store/sqlite/mirror.ts";
import { Bus, watchPositions } from "./bus.ts";
import { createGround, type Ground, type StoreSource } from "./ground.ts";
import { createRandom, type Random } from "./random.ts";
import { createSimulation, type Simulation, START } from "./simulation.ts";
import { type Content, Truth } from "./truth.ts";
import { type CollectionKind, createUpstream, type Upstream } from "./upstream.ts";

/** What varies from run to run. All of it shrinks towards nothing happening. */
export interface Scenario {
  readonly seed: number;
  readonly kinds: readonly CollectionKind[];
  /** Scopes of a planned collection. */
  readonly scopes: number;
  readonly syncs: number;
  readonly settlers: number;
  readonly verifiers: number;
  /** Processes that retire a target, or bring it back. */
  readonly retirers: number;
  readonly readers: number;
  readonly followers: number;
  /** Processes that publish what was committed. */
  readonly publishers: number;
  /** Processes that copy the inventory into one file, by its API. */
  readonly mirrors: number;
  /** Changes at the service during the run. */
  readonly drifts: number;
  /** Shares, in percent: of processes that die, stand still, are interrupted; of requests and pages that fail; of writes that repeat. */
  readonly deaths: number;
  readonly stalls: number;
  readonly interruptions: number;
  readonly storeFaults: number;
  readonly listingFaults: number;
  readonly repeats: number;
  /** The share of reads and batches, in percent, that see or reach different records at different times. */
  readonly splits: number;
  /** How far a machine's clock is off, at most; one machine's may be ten years off. */
  readonly skewMs: number;
  readonly hasWrongClock: boolean;
  /** Whether a newer version of the sources is deployed during the run. */
  readonly hasNewVersion: boolean;
  readonly leaseMs: number;
  /** How long things go on being started; the shorter, the more of them at once. */
  readonly spanMs: number;
}

export const GUARD = { items: 2, share: 0.5 };

/** What leaves a part out of publishing, or of a mirror. */
export interface Weakened {
  readonly publisher?: (host: PublishHost) => Partial<PublishHost>;
  readonly mirror?: (mirror: Mirror) => Mirror;
}

export interface World {
  readonly scenario: Scenario;
  readonly random: Random;
  readonly simulation: Simulation;
  readonly ground: Ground;
  readonly upstreams: readonly Upstream[];
  readonly bus: Bus;
  readonly weakened: Weakened;
  /** The truth of a scope; of what is listed by creation there are ever more scopes. */
  truthOf(collection: Collection, scope: string): Truth;
  scopesOf(collection: Collection): ReadonlyMap<string, Truth>;
  /** What a collection must be read as at an instant. */
  truthAt(collection: Collection, at: string): Map<string, Content>;
  /** Instants of all commits, in no order. */
  instants(): string[];
}

export async function createWorld(scenario: Scenario, stores: StoreSource, weakened: Weakened): Promise<World> {
  const random = createRandom(scenario.seed);
  const simulation = createSimulation(random);
  const truths = new Map<Collection, Map<string, Truth>>();
  const scopesOf = (collection: Collection) => {
    const scopes = truths.get(collection) ?? new Map<string, Truth>();
    truths.set(collection, scopes);
    return scopes;
  };
  const watched: StoreSource = {
    hasOwnClock: stores.hasOwnClock,
    open: async (now) => watchPositions(await stores.open(now), () => world),
  };
  const world: World = {
    ...{ scenario, random, scopesOf, bus: new Bus(), weakened },
    simulation,
    ground: await createGround(watched, () => START + Math.floor(simulation.time())),
    upstreams: scenario.kinds.map((kind, n) => createUpstream(n, kind, scenario.scopes)),
    truthOf(collection, scope) {
      const scopes = scopesOf(collection);
      const truth = scopes.get(scope) ?? new Truth();
      scopes.set(scope, truth);
      return truth;
    },
    truthAt(collection, at) {
      const items = new Map<string, Content>();
      for (const truth of scopesOf(collection).values()) {
        for (const [key, content] of truth.at(at)) items.set(key, content);
      }
      return items;
    },
    instants: () =>
      [...truths.values()].flatMap((scopes) =>
        [...scopes.values()].flatMap(({ snapshots }) => snapshots.map(({ at }) => at)),
      ),
  };
  return world;
}
