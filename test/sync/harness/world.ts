import type { Change } from "../../../functions/model/item.ts";
import type { Store } from "../../../functions/store/port.ts";
import { DEFAULT_LEASE_MS } from "../../../functions/sync/lease.ts";
import { newRandom, type Random } from "./random.ts";
import { newSimulation, type Simulation } from "./simulation.ts";
import { Truth } from "./truth.ts";
import { newUpstream, type UpstreamScope, type Value, valueIn } from "./upstream.ts";

/** What varies from run to run. All of it shrinks towards nothing happening. */
export interface Scenario {
  readonly seed: number;
  readonly collections: number;
  readonly scopes: number;
  /** Whether the first collection is listed in order of creation, in windows. */
  readonly ascending: boolean;
  readonly syncs: number;
  readonly readers: number;
  readonly consumers: number;
  /** Changes at the service during the run. */
  readonly drifts: number;
  /** Shares, in percent: of syncs that die, stand still, are interrupted; of store operations and pages that fail. */
  readonly deaths: number;
  readonly stalls: number;
  readonly interruptions: number;
  readonly storeFaults: number;
  readonly listingFaults: number;
  /** How far a machine's clock is off, at most. */
  readonly skewMs: number;
  /** How long things go on being started; the shorter, the more of them at once. */
  readonly spanMs: number;
}

/** Two machines' clocks differ by twice the skew; with the latest request that must stay within a third of the lease. */
export const MAX_SKEW_MS = 4_500;
export const LEASE_MS = DEFAULT_LEASE_MS;
export const GUARD = { items: 2, share: 0.5 };

/** A scope with its truth. */
export interface WorldScope extends UpstreamScope {
  readonly truth: Truth;
}

export interface World {
  readonly scenario: Scenario;
  readonly random: Random;
  readonly simulation: Simulation;
  /** As it is, without a network before it. */
  readonly store: Store;
  readonly scopes: readonly WorldScope[];
  readonly collections: readonly string[];
  /** What the scopes of a collection must be read as at an instant. */
  truthAt(collection: string, at: string): Map<string, Value>;
}

export function newWorld(scenario: Scenario, store: Store): World {
  const random = newRandom(scenario.seed);
  const scopes = newUpstream(scenario.collections, scenario.scopes, scenario.ascending).map((upstream) => ({
    ...upstream,
    truth: new Truth(upstream.scope),
  }));
  return {
    scenario,
    random,
    simulation: newSimulation(random),
    store,
    scopes,
    collections: [...new Set(scopes.map(({ collection }) => collection))],
    truthAt(collection, at) {
      const items = new Map<string, Value>();
      for (const scope of scopes) {
        if (scope.collection === collection) for (const [key, value] of scope.truth.at(at)) items.set(key, value);
      }
      return items;
    },
  };
}

/** The items of a scope as they are in the store at this moment. */
export async function storedItems(store: Store, { collection, scope }: UpstreamScope): Promise<Map<string, Value>> {
  const { items } = await store.itemPage(collection, scope.range, { limit: 1_000 });
  return new Map(
    items.filter(({ state }) => state === "present").map((item) => [item.key, valueIn(item.document) ?? -1]),
  );
}

/** The whole log of a collection as it is in the store at this moment. */
export async function storedLog(store: Store, collection: string): Promise<Change[]> {
  return (await store.changePage(collection, {}, 100_000)).changes;
}
