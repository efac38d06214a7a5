import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FleetScenario, playFleet } from "./fleet/play.ts";
import { WEAKENED } from "./fleet/weakened.ts";
import { emptyStores } from "./harness/in-memory.ts";

/*
 * The dispatcher and the workers on SQLite, in virtual time: schedules and invocations are lost, come twice or an hour late; processes die,
 * stand still, and disagree about the time; events come during syncs. Afterwards everything due is synced, nothing is synced for ever, no
 * hint is lost; and a claim that was superseded never does anything. See fleet/play.ts.
 */

const upTo = (max: number) => fc.integer({ min: 0, max });
const scenarios: fc.Arbitrary<FleetScenario> = fc.record({
  seed: fc.noShrink(fc.nat()),
  collections: fc.integer({ min: 1, max: 3 }),
  workers: fc.integer({ min: 1, max: 2 }),
  minutes: fc.oneof(upTo(5), upTo(40)),
  hints: upTo(6),
  drifts: upTo(6),
  schedules: upTo(30),
  invocations: upTo(60),
  deaths: upTo(40),
  stalls: upTo(30),
  storeFaults: upTo(6),
  listingFaults: upTo(20),
  repeats: upTo(30),
  skewMs: upTo(9_000),
  hasWrongClock: fc.boolean(),
});

const { FLEET_RUNS = "60", FLEET_SEED } = process.env;

test("everything due is synced, nothing for ever, whatever happens to schedules, invocations and processes", {
  timeout: 3_600_000,
}, () => {
  const stores = emptyStores();
  const played = fc.asyncProperty(scenarios, (scenario) => playFleet(scenario, stores));
  return fc.assert(played, {
    numRuns: Number(FLEET_RUNS),
    ...(FLEET_SEED !== undefined && { seed: Number(FLEET_SEED) }),
  });
});

describe("each part of planning is needed: without it, a promise is broken", () => {
  const stores = emptyStores();
  test.each(Object.entries(WEAKENED))("%s", { timeout: 600_000 }, async (_name, weakness) => {
    const sample = fc.sample(scenarios, { numRuns: 30, seed: 1 });
    const violates = async (scenario: FleetScenario) => {
      try {
        await playFleet(scenario, stores, weakness);
        return false;
      } catch {
        return true;
      }
    };
    let isViolated = false;
    for (const scenario of sample) isViolated ||= await violates(scenario);
    expect(isViolated).toBe(true);
  });
});
