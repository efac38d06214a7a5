import { test } from "vitest";
import { playRandomly } from "./harness/scenarios.ts";

/*
 * The engine on the in-memory store, in virtual time: syncs, readers and consumers of the log interleaved at every
 * store operation and every page, while the service changes, machines die, stand still and disagree about the time, and
 * operations fail. What must hold is checked at each step and at rest; see harness/run.ts.
 */

const { PROPERTY_RUNS = "1500", PROPERTY_SEED } = process.env;

test("the protocol keeps its promises under any interleaving, death and fault", { timeout: 3_600_000 }, () =>
  playRandomly({ runs: Number(PROPERTY_RUNS), ...(PROPERTY_SEED !== undefined && { seed: Number(PROPERTY_SEED) }) }),
);
