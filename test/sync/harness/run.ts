import { createFollower } from "./followers.ts";
import type { StoreSource } from "./ground.ts";
import { startRetirer, startSettler, startVerifier, type Word } from "./keepers.ts";
import { createMirrorFile } from "./mirrors.ts";
import { anyDelay } from "./network.ts";
import type { Circumstances, Moment, Running } from "./processes.ts";
import { startPublisher } from "./publishers.ts";
import { type Sighting, startReader } from "./readers.ts";
import { forgetWork } from "./real-work.ts";
import {
  bringBack,
  bringToRest,
  checkNotices,
  checkPast,
  checkPublished,
  checkRest,
  checkRetired,
  retireUntilEnded,
  settleEverything,
  undisturbed,
} from "./rest.ts";
import { START } from "./simulation.ts";
import { type SyncOrder, startSync } from "./syncs.ts";
import { drift, populate, type Upstream } from "./upstream.ts";
import { createWorld, type Scenario, type Weakened, type World } from "./world.ts";

const TEN_YEARS = 315_576_000_000;

/**
 * Plays a scenario to its end on an empty store, then brings everything to rest, and checks every promise on the way. Throws
 * the first that is broken.
 */
export async function play(scenario: Scenario, stores: StoreSource, weakened: Weakened = {}): Promise<void> {
  const world = await createWorld(scenario, stores, weakened);
  try {
    await playIn(world);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n  ${world.simulation.report()}`, {
      cause: error,
    });
  } finally {
    await world.ground.store.close();
    forgetWork();
  }
}

async function playIn(world: World): Promise<void> {
  const { simulation, random, upstreams, scenario } = world;
  const sightings: Sighting[] = [];
  const running: Running<unknown>[] = [];
  const unfinished = new Set<string>();
  /** What never ends would otherwise never be noticed. */
  const mustEnd = (name: string, work: Promise<unknown>) => {
    unfinished.add(name);
    work.then(
      () => unfinished.delete(name),
      (error: unknown) => simulation.violated(`${name} threw ${error instanceof Error ? error.stack : String(error)}`),
    );
  };
  const start = (name: string, begin: () => Running<unknown>) => {
    const process = begin();
    running.push(process);
    mustEnd(name, process.ended);
  };
  const when = () => random.integer(0, scenario.spanMs);

  for (const upstream of upstreams) populate(random, upstream);
  for (let n = 0; n < scenario.drifts; n += 1) {
    const upstream = random.pick(upstreams);
    if (upstream) simulation.after(when(), () => drift(random, upstream, START + simulation.time()));
  }
  for (let n = 0; n < scenario.syncs; n += 1) {
    const name = `sync${n}`;
    const upstream = random.pick(upstreams);
    if (!upstream) continue;
    const isWrong = scenario.hasWrongClock && n === 0;
    const circumstances = { ...circumstancesOf(world, name), ...(isWrong && { skewMs: TEN_YEARS }) };
    simulation.after(when(), () =>
      start(name, () => startSync(world, upstream, orderOf(world, upstream), circumstances)),
    );
  }
  for (let n = 0; n < scenario.settlers; n += 1) {
    const name = `settler${n}`;
    simulation.after(when(), () => start(name, () => startSettler(world, circumstancesOf(world, name))));
  }
  for (let n = 0; n < scenario.verifiers; n += 1) {
    const name = `verifier${n}`;
    const upstream = random.pick(upstreams);
    if (!upstream) continue;
    simulation.after(when(), () =>
      start(name, () => startVerifier(world, circumstancesOf(world, name), upstream, versionOf(world))),
    );
  }
  for (let n = 0; n < scenario.retirers; n += 1) {
    const name = `retirer${n}`;
    const upstream = random.pick(upstreams);
    if (!upstream) continue;
    const word = random.pick<Word>(["retire", "retire", "bring back", "nothing"]);
    simulation.after(when(), () =>
      start(name, () => startRetirer(world, circumstancesOf(world, name), { upstream, word })),
    );
  }
  for (let n = 0; n < scenario.publishers; n += 1) {
    const name = `publisher${n}`;
    simulation.after(when(), () => start(name, () => startPublisher(world, circumstancesOf(world, name))));
  }
  for (let n = 0; n < scenario.readers; n += 1) {
    const name = `reader${n}`;
    simulation.after(when(), () => mustEnd(name, startReader(world, readerCircumstances(world, name), sightings)));
  }
  const followers = Array.from({ length: scenario.followers }, (_, n) =>
    createFollower(world, readerCircumstances(world, `follower${n}`)),
  );
  for (const follower of followers) {
    const pollAgain = (polls: number) => {
      const poll = follower.poll().then(() => {
        if (polls > 0) simulation.after(random.integer(0, scenario.spanMs / 4), () => pollAgain(polls - 1));
      });
      mustEnd("a follower", poll);
    };
    simulation.after(when() / 4, () => pollAgain(6));
  }
  const mirrored =
    scenario.mirrors > 0 ? createMirrorFile(world, readerCircumstances(world, "api"), sightings) : undefined;
  for (let n = 0; mirrored && n < scenario.mirrors; n += 1) {
    const name = `mirror${n}`;
    simulation.after(when(), () => start(name, () => mirrored.start(circumstancesOf(world, name))));
  }
  await simulation.run();

  for (const { process } of running) if (process.dead) unfinished.delete(process.name);
  if (unfinished.size > 0) throw new Error(`never ended: ${[...unfinished].join(", ")}`);
  await checkPast(world, sightings);
  mustEnd("a publisher", startPublisher(world, undisturbed("a publisher")).ended);
  await simulation.run();
  await checkNotices(world);

  if (scenario.retirers > 0) await retireForGood(world);
  await bringToRest(world, lastVersion(scenario));
  for (const follower of followers) mustEnd("a follower's last poll", follower.poll());
  mustEnd("the last reader", startReader(world, undisturbed("last reader"), sightings));
  mustEnd("the last publisher", startPublisher(world, undisturbed("last publisher")).ended);
  if (mirrored) mustEnd("the last mirror", mirrored.start(undisturbed("last mirror")).ended);
  await simulation.run();
  await mirrored?.check();
  await checkPublished(world);

  // Whatever was ever written arrives once more, in any order.
  await repeatEverything(world);
  await bringToRest(world, lastVersion(scenario));
  mustEnd("the very last publisher", startPublisher(world, undisturbed("very last publisher")).ended);
  if (mirrored) mustEnd("the very last mirror", mirrored.start(undisturbed("very last mirror")).ended);
  await simulation.run();
  await mirrored?.check();
  await checkPublished(world);
  await checkPast(world, sightings);
  await checkRest(world, lastVersion(scenario));
  if (unfinished.size > 0) throw new Error(`never ended: ${[...unfinished].join(", ")}`);
}

/** Retires every target. Then whatever was ever written arrives once more, and syncs are begun: nothing comes back, until a target does. */
async function retireForGood(world: World): Promise<void> {
  await settleEverything(world);
  for (const upstream of world.upstreams) await retireUntilEnded(world, upstream);
  await repeatEverything(world);
  for (const upstream of world.upstreams) {
    await checkRetired(world, upstream, lastVersion(world.scenario));
    await bringBack(world, upstream);
  }
}

async function repeatEverything({ ground, random }: World): Promise<void> {
  const writes = ground.carriedOut.splice(0);
  while (writes.length > 0) {
    const [write] = writes.splice(random.integer(0, writes.length - 1), 1);
    if (random.chance(0.5)) await write?.();
  }
  ground.carriedOut.length = 0;
}

/** A newer version of the sources is deployed while old processes go on. */
function lastVersion({ hasNewVersion }: Scenario): number {
  return hasNewVersion ? 2 : 1;
}

function versionOf({ random, scenario, simulation }: World): number {
  return scenario.hasNewVersion && random.chance(simulation.time() / scenario.spanMs) ? 2 : 1;
}

function orderOf(world: World, upstream: Upstream): SyncOrder {
  const { random, scenario } = world;
  const isCreated = upstream.kind === "created";
  const onlyScope = upstream.kind === "planned" && random.chance(0.7) ? random.pick(upstream.scopes)?.id : undefined;
  return {
    kind: isCreated && random.chance(0.4) ? "incremental" : "full",
    ...(onlyScope !== undefined && { onlyScope }),
    sourceVersion: versionOf(world),
    approveRemovals: random.chance(0.05),
    ...(isCreated && random.chance(0.4) && { deadlineMs: random.integer(0, 3_000) }),
    limits: {
      bufferedCharacters: random.pick([0, 100, 1_000_000]),
      batchChanges: random.pick([1, 2, 5, 1_000]),
      scopeItems: random.pick([2, 3, 6, 1_000]),
    },
    pageMs: random.pick([100, 500, 4_000, 15_000]),
    listingFaults: random.chance(0.5) ? scenario.listingFaults / 100 : 0,
  };
}

function circumstancesOf(world: World, name: string): Circumstances {
  const { random, scenario } = world;
  const share = (percent: number) => random.chance(percent / 100);
  const moment = (): Moment => {
    const of = random.pick(["requests", "writes"] as const);
    return { of, request: random.integer(1, of === "writes" ? 10 : 30), when: random.pick(["before", "after"]) };
  };
  return {
    name,
    skewMs: random.integer(-scenario.skewMs, scenario.skewMs),
    ...(share(scenario.deaths) && { dies: moment() }),
    ...(share(scenario.stalls) && {
      stalls: { ...moment(), ms: 1_000 + anyDelay(random), suspended: random.chance(0.5) },
    }),
    ...(share(scenario.interruptions) && { interruptedAfterMs: random.integer(0, 10_000) }),
    network: {
      faults: random.chance(0.5) ? scenario.storeFaults / 100 : 0,
      repeats: scenario.repeats / 100,
      splits: scenario.splits / 100,
      slowness: random.pick([1, 1, 5, 30]),
    },
  };
}

function readerCircumstances({ random, scenario }: World, name: string): Circumstances {
  return {
    name,
    skewMs: random.integer(-scenario.skewMs, scenario.skewMs),
    network: {
      ...{ faults: random.chance(0.1) ? scenario.storeFaults / 100 : 0, repeats: 0 },
      ...{ splits: scenario.splits / 100, slowness: random.pick([1, 5, 30]) },
    },
  };
}
