import fc from "fast-check";
import { memoryStore } from "../../../functions/store/memory.ts";
import type { Store } from "../../../functions/store/port.ts";
import { play } from "./run.ts";
import { MAX_SKEW_MS, type Scenario } from "./world.ts";

const upTo = (max: number) => fc.integer({ min: 0, max });

/** Scenarios in which at most so many syncs run. */
const scenarios = (syncs: number): fc.Arbitrary<Scenario> =>
  fc.record({
    seed: fc.noShrink(fc.nat()),
    collections: fc.integer({ min: 1, max: 2 }),
    scopes: fc.integer({ min: 1, max: 3 }),
    ascending: fc.boolean(),
    syncs: upTo(syncs),
    readers: upTo(Math.ceil(0.6 * syncs)),
    consumers: upTo(3),
    drifts: upTo(4 * syncs),
    deaths: upTo(60),
    stalls: upTo(40),
    interruptions: upTo(15),
    storeFaults: upTo(6),
    listingFaults: upTo(25),
    skewMs: upTo(MAX_SKEW_MS),
    spanMs: fc.oneof(fc.integer({ min: 1_000, max: 6_000 }), fc.integer({ min: 6_000, max: 90_000 })),
  });

export interface ScenarioRuns {
  readonly runs: number;
  /** Of the scenarios; the same seed plays the same. */
  readonly seed?: number;
  /** The most syncs in a scenario, which everything else follows. */
  readonly syncs?: number;
  /** An empty store for each run; by default in memory. */
  readonly open?: () => Promise<Store>;
  readonly onPlayed?: () => void;
}

/** Plays that many random scenarios; of one that breaks a promise it throws the seed, and the smallest like it. */
export async function playRandomly({ runs, seed, syncs = 16, open, onPlayed }: ScenarioRuns): Promise<void> {
  const played = fc.asyncProperty(scenarios(syncs), async (scenario) => {
    await play(scenario, open ? await open() : memoryStore());
    onPlayed?.();
  });
  await fc.assert(played, { numRuns: runs, ...(seed !== undefined && { seed }) });
}
