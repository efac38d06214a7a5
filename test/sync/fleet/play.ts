import { instantOf } from "../../../functions/model/instant.ts";
import { CLAIM_MS } from "../../../functions/sync/due.ts";
import type { StoreSource } from "../harness/ground.ts";
import { anyDelay } from "../harness/network.ts";
import type { Circumstances, Moment } from "../harness/processes.ts";
import { START } from "../harness/simulation.ts";
import { drift } from "../harness/upstream.ts";
import { type Conditions, createFleet, type Fleet, INTERVALS, MINUTE_MS, now, type Weakness } from "./fleet.ts";

/** What varies from run to run. All of it shrinks towards nothing happening. */
export interface FleetScenario {
  readonly seed: number;
  readonly collections: number;
  readonly workers: number;
  /** Minutes in which anything may go wrong. */
  readonly minutes: number;
  readonly hints: number;
  readonly drifts: number;
  /** Shares, in percent: of schedules that are lost or come twice, of invocations that go wrong, of processes that die or stand still. */
  readonly schedules: number;
  readonly invocations: number;
  readonly deaths: number;
  readonly stalls: number;
  readonly storeFaults: number;
  readonly listingFaults: number;
  readonly repeats: number;
  readonly skewMs: number;
  /** One process's clock may be ten years off, either way. */
  readonly hasWrongClock: boolean;
}

const TEN_YEARS = 315_576_000_000;
/** How long a hint waits at most: for the next minute, for a worker to be free, and for one that was refused. */
const HINT_MS = 6 * MINUTE_MS;
const REFUSED_MS = 4 * MINUTE_MS;
/** A claim lapses, is retried after an hour at most, and waits for its turn. */
const RECOVERY_MS = CLAIM_MS + 60 * MINUTE_MS + INTERVALS.fullMs + 5 * MINUTE_MS;
const QUIET_MINUTES = 65;

/**
 * Lets anything happen to a fleet for a while. Then nothing goes wrong any more: every collection must be synced again, each no more often than
 * it should, every hint be answered by a sync that began later, and what is refused be done soon.
 */
export async function playFleet(scenario: FleetScenario, stores: StoreSource, weakness?: Weakness): Promise<void> {
  const { seed, collections, workers } = scenario;
  const fleet = await createFleet({ seed, collections, workers, stores, ...(weakness && { weakness }) });
  try {
    await playTrouble(fleet, scenario);
    await recover(fleet);
    await playQuiet(fleet, scenario);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${message}\n  ${fleet.simulation.report()}`, { cause: error });
  } finally {
    await fleet.ground.store.close();
  }
}

async function playTrouble(fleet: Fleet, scenario: FleetScenario): Promise<void> {
  const { simulation, random, upstreams } = fleet;
  const conditions = troubleOf(fleet, scenario);
  const spanMs = scenario.minutes * MINUTE_MS;
  const isUnusual = () => random.chance(scenario.schedules / 100);
  for (let minute = 0; minute < scenario.minutes; minute += 1) {
    const times = isUnusual() ? random.pick([0, 0, 2]) : 1;
    for (let n = 0; n < times; n += 1) {
      simulation.after(minute * MINUTE_MS + random.integer(0, 5_000), () => fleet.dispatch(conditions));
    }
  }
  for (let n = 0; n < scenario.drifts; n += 1) {
    const upstream = random.pick(upstreams);
    if (upstream) simulation.after(random.integer(0, spanMs), () => drift(random, upstream, START + simulation.time()));
  }
  for (let n = 0; n < scenario.hints; n += 1) {
    simulation.after(random.integer(0, spanMs), () => {
      const forged = instantOf(START + simulation.time() + random.integer(-MINUTE_MS, 1_000 * MINUTE_MS));
      deliverHint(fleet, conditions, random.chance(0.2) ? forged : now(fleet));
    });
  }
  await simulation.run(spanMs);
}

/** An event comes some time later, perhaps twice, perhaps never. */
function deliverHint(fleet: Fleet, conditions: Conditions, at: string): void {
  const { random, simulation, upstreams } = fleet;
  const collection = random.pick(upstreams)?.collection ?? "";
  const event = random.pick(["AddThing", "DeleteThing"]);
  for (let times = random.pick([0, 1, 1, 2]); times > 0; times -= 1) {
    simulation.after(random.integer(0, 5 * MINUTE_MS), () => fleet.hint(conditions, collection, { at, event }));
  }
}

/** Every collection is listed whole again, and fails no more. */
async function recover(fleet: Fleet): Promise<void> {
  const { simulation, upstreams, syncs } = fleet;
  const since = simulation.time();
  for (;;) {
    await quietMinute(fleet);
    const missing: string[] = [];
    for (const { collection } of upstreams) {
      const isSynced = syncs.some((sync) => sync.collection === collection && sync.kind === "full" && sync.at >= since);
      const record = await fleet.record(collection);
      if (!isSynced || record?.failures || record?.claim) missing.push(`${collection} ${JSON.stringify(record)}`);
    }
    if (missing.length === 0) return;
    if (simulation.time() > since + RECOVERY_MS) throw new Error(`not synced: ${missing.join(", ")}`);
  }
}

async function quietMinute(fleet: Fleet, conditions = QUIET): Promise<void> {
  const { simulation } = fleet;
  fleet.dispatch(conditions);
  await simulation.run(simulation.time() + MINUTE_MS);
}

const QUIET: Conditions = {
  circumstances: (name) => ({ name, skewMs: 0, network: { faults: 0, repeats: 0, splits: 0, slowness: 1 } }),
  fate: () => "arrives",
  listingFaults: 0,
  pageMs: () => 500,
};

interface Expectation {
  readonly what: string;
  readonly collection: string;
  readonly isFull: boolean;
  readonly after: number;
  readonly by: number;
}

async function playQuiet(fleet: Fleet, scenario: FleetScenario): Promise<void> {
  const { simulation, random, upstreams, syncs } = fleet;
  const expected: Expectation[] = [];
  const since = simulation.time();
  // A process that stood still may note an event hours later.
  let hints = 2 * scenario.hints;
  const hint = (collection: string) => {
    const event = random.pick(["AddThing", "DeleteThing"]);
    const isFull = event === "DeleteThing" || !collection.startsWith("created");
    const after = simulation.time();
    hints += 1;
    expected.push({ what: event, collection, isFull, after, by: after + HINT_MS });
    fleet.hint(QUIET, collection, { at: now(fleet), event });
  };
  let hintsDuringSyncs = 2 * upstreams.length;
  fleet.onBegun = ({ collection }) => {
    if (hintsDuringSyncs === 0 || !random.chance(0.5)) return;
    hintsDuringSyncs -= 1;
    simulation.after(random.integer(1, 2_000), () => hint(collection));
  };
  // What is there changes for those that others are planned from.
  const [parents] = upstreams;
  for (let n = 0; n < 4 && parents; n += 1) {
    const at = random.integer(0, 40 * MINUTE_MS);
    simulation.after(at, () => drift(random, parents, START + simulation.time()));
  }
  fleet.onParentsChanged = (collection) => {
    const after = simulation.time();
    hints += 1;
    expected.push({ what: "a change of its parents", collection, isFull: true, after, by: after + HINT_MS });
  };
  fleet.onRefused = ({ collections }) => {
    const after = simulation.time();
    for (const collection of collections) {
      expected.push({ what: "a refusal", collection, isFull: false, after, by: after + REFUSED_MS });
    }
  };
  for (let n = 0; n < 2; n += 1) {
    const upstream = random.pick(upstreams);
    if (upstream) simulation.after(random.integer(0, 30 * MINUTE_MS), () => hint(upstream.collection));
  }
  let refusals = 2;
  const refusing: Conditions = { ...QUIET, fate: () => (refusals-- > 0 ? "refused" : "arrives") };
  for (let minute = 0; minute < QUIET_MINUTES; minute += 1) {
    await quietMinute(fleet, minute === 20 || minute === 40 ? refusing : QUIET);
  }
  // Nothing is asked for any more, and what was asked for is done.
  fleet.onBegun = undefined;
  fleet.onParentsChanged = undefined;
  for (let minute = 0; minute < HINT_MS / MINUTE_MS; minute += 1) await quietMinute(fleet);

  for (const { what, collection, isFull, after, by } of expected) {
    const isDone = syncs.some(
      (sync) => sync.collection === collection && sync.at > after && sync.at <= by && (!isFull || sync.kind === "full"),
    );
    if (!isDone) throw new Error(`no sync of ${collection} within minutes after ${what} at ${after / 1000} s`);
  }
  const spanMs = simulation.time() - since;
  for (const { collection } of upstreams) {
    const begun = syncs.filter((sync) => sync.collection === collection && sync.at > since);
    for (const [kind, intervalMs] of [
      ["full", INTERVALS.fullMs],
      ["incremental", INTERVALS.incrementalMs],
    ] as const) {
      const count = begun.filter((sync) => sync.kind === kind).length;
      const most = Math.ceil(spanMs / intervalMs) + hints + 1;
      if (count > most) throw new Error(`${collection} was synced ${count} times (${kind}), not ${most} at most`);
    }
  }
}

function troubleOf({ random }: Fleet, scenario: FleetScenario): Conditions {
  const share = (percent: number) => random.chance(percent / 100);
  const moment = (): Moment => ({
    ...{ of: random.pick(["requests", "writes"] as const), request: random.integer(1, 12) },
    when: random.pick(["before", "after"] as const),
  });
  let hasWrongClock = scenario.hasWrongClock;
  const skewMs = () => {
    if (!hasWrongClock || !random.chance(0.2)) return random.integer(-scenario.skewMs, scenario.skewMs);
    hasWrongClock = false;
    return random.pick([-TEN_YEARS, TEN_YEARS]);
  };
  return {
    circumstances: (name): Circumstances => ({
      name,
      skewMs: skewMs(),
      ...(share(scenario.deaths) && { dies: moment() }),
      ...(share(scenario.stalls) && {
        stalls: { ...moment(), ms: 1_000 + anyDelay(random), suspended: random.chance(0.5) },
      }),
      network: {
        faults: random.chance(0.5) ? scenario.storeFaults / 100 : 0,
        repeats: scenario.repeats / 100,
        splits: 0,
        slowness: random.pick([1, 1, 5]),
      },
    }),
    fate: () =>
      share(scenario.invocations) ? random.pick(["refused", "lost", "unheard", "twice", "late"]) : "arrives",
    listingFaults: scenario.listingFaults / 100,
    // Some listings are still under way at the next dispatches.
    pageMs: () => random.pick([500, 500, MINUTE_MS]),
  };
}
