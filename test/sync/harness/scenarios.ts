import fc from "fast-check";
import type { StoreSource } from "./ground.ts";

import { play } from "./run.ts";
import type { CollectionKind } from "./upstream.ts";
import { type Weaken, weakenedStores } from "./weakened.ts";
import type { Scenario, Weakened } from "./world.ts";

const upTo = (max: number) => fc.integer({ min: 0, max });
const kind = fc.constantFrom<CollectionKind[]>("whole", "planned", "created");

/** Scenarios in which at most so many syncs run. */
export const scenarios = (syncs: number): fc.Arbitrary<Scenario> =>
  fc.record({
    seed: fc.noShrink(fc.nat()),
    kinds: fc.oneof({ weight: 2, arbitrary: fc.tuple(kind) }, { weight: 1, arbitrary: fc.tuple(kind, kind) }),
    scopes: fc.integer({ min: 1, max: 3 }),
    syncs: upTo(syncs),
    settlers: upTo(Math.ceil(0.4 * syncs)),
    verifiers: upTo(Math.ceil(0.2 * syncs)),
    retirers: fc.oneof({ weight: 3, arbitrary: upTo(0) }, { weight: 1, arbitrary: upTo(Math.ceil(0.5 * syncs)) }),
    readers: upTo(Math.ceil(0.5 * syncs)),
    followers: upTo(2),
    publishers: upTo(Math.ceil(0.5 * syncs)),
    drifts: upTo(3 * syncs),
    deaths: upTo(60),
    stalls: upTo(40),
    interruptions: upTo(15),
    storeFaults: upTo(6),
    listingFaults: upTo(25),
    repeats: upTo(40),
    splits: upTo(50),
    skewMs: upTo(9_000),
    hasWrongClock: fc.boolean(),
    hasNewVersion: fc.boolean(),
    leaseMs: fc.constantFrom(30_000, 3_000),
    spanMs: fc.oneof(
      fc.integer({ min: 1_000, max: 6_000 }),
      fc.integer({ min: 6_000, max: 120_000 }),
      fc.integer({ min: 120_000, max: 7_200_000 }),
    ),
    // Every request of a mirror is many reads: one scenario in ten has one. Last, so that seeds draw the rest as before.
    mirrors: fc.oneof({ weight: 9, arbitrary: upTo(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) }),
  });

const DEFAULT_SYNCS = 8;

export interface ScenarioRuns {
  readonly runs: number;
  /** Of the scenarios; the same seed plays the same. */
  readonly seed?: number;
  /** The most syncs in a scenario, which everything else follows. */
  readonly syncs?: number;
  readonly stores: StoreSource;
  readonly onPlayed?: () => void;
}

/** Plays that many random scenarios; of one that breaks a promise it throws the seed, and the smallest like it. */
export async function playRandomly({
  runs,
  seed,
  syncs = DEFAULT_SYNCS,
  stores,
  onPlayed,
}: ScenarioRuns): Promise<void> {
  const played = fc.asyncProperty(scenarios(syncs), async (scenario) => {
    await play(scenario, stores);
    onPlayed?.();
  });
  await fc.assert(played, { numRuns: runs, ...(seed !== undefined && { seed }) });
}

interface WeakenedRuns extends Pick<ScenarioRuns, "runs" | "seed" | "stores"> {
  readonly weaken?: Weaken;
  readonly weakened?: Weakened;
}

/** Whether some of that many scenarios breaks a promise on a store that leaves out a part of the protocol, or with such a publisher. */
export async function findsViolation(options: WeakenedRuns): Promise<boolean> {
  const { runs, seed, stores, weaken = () => ({}), weakened = {} } = options;
  const sample = fc.sample(scenarios(DEFAULT_SYNCS), { numRuns: runs, ...(seed !== undefined && { seed }) });
  const crowded = crowdedFor(weakened);
  for (const each of sample) {
    const scenario = { ...each, ...crowded };
    try {
      await play(scenario, weakenedStores(stores, weaken), weakened);
    } catch {
      return true;
    }
  }
  return false;
}

/** Few meet a fault where so much else goes on. */
function crowdedFor({ publisher, mirror }: Weakened): Partial<Scenario> {
  const storeFaults = 25;
  if (mirror) return { mirrors: 3, deaths: 60, storeFaults, verifiers: 0, retirers: 0, publishers: 0 };
  return { mirrors: 0, ...(publisher && { publishers: 8, storeFaults, repeats: 60, retirers: 0 }) };
}
