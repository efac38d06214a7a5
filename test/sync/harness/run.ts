import { itemHistory } from "../../../functions/inventory/reads.ts";
import type { KeyRange } from "../../../functions/model/collection.ts";
import { memoryStore } from "../../../functions/store/memory.ts";
import type { Store } from "../../../functions/store/port.ts";
import { newConsumer, Replay, read, readNewest, type Seen, walkItems } from "./readers.ts";
import { type RunningSync, type SyncCircumstances, startSync } from "./syncs.ts";
import { difference } from "./truth.ts";
import { drift } from "./upstream.ts";
import { LEASE_MS, newWorld, type Scenario, storedItems, storedLog, type World, type WorldScope } from "./world.ts";

/**
 * Plays a scenario to its end on an empty store, then brings everything to rest, and checks every promise on the way. Throws
 * the first that is broken.
 */
export async function play(scenario: Scenario, store: Store = memoryStore()): Promise<void> {
  const world = newWorld(scenario, store);
  const { simulation, random, scopes } = world;
  const seen: Seen[] = [];
  const unfinished = new Set<string>();
  /** What never ends would otherwise never be noticed. */
  const mustEnd = (name: string, work: Promise<unknown>) => {
    unfinished.add(name);
    work.then(
      () => unfinished.delete(name),
      (error: unknown) => simulation.violated(`${name} threw ${error instanceof Error ? error.stack : String(error)}`),
    );
  };
  const skew = () => random.integer(-scenario.skewMs, scenario.skewMs);
  const when = () => random.integer(0, scenario.spanMs);

  for (let n = 0; n < 6 * scopes.length; n += 1) {
    const scope = random.pick(scopes);
    if (scope) drift(random, scope);
  }
  for (let n = 0; n < scenario.drifts; n += 1) {
    const scope = random.pick(scopes);
    if (scope) simulation.after(when(), () => drift(random, scope));
  }
  const syncs: RunningSync[] = [];
  for (let n = 0; n < scenario.syncs; n += 1) {
    const scope = random.pick(scopes);
    if (!scope) continue;
    const start = (name: string, window?: KeyRange) => {
      const circumstances = circumstancesOf(world, scope, name, skew());
      const sync = startSync(world, scope, window ? { ...circumstances, window, tail: false } : circumstances);
      syncs.push(sync);
      mustEnd(name, sync.ended);
      void sync.ended.then((record) => {
        if (record?.remainder) simulation.after(random.integer(0, 2_000), () => start(`${name}'`, record.remainder));
      });
    };
    simulation.after(when(), () => start(`sync${n}`));
  }
  for (let n = 0; n < scenario.readers; n += 1) {
    const name = `reader${n}`;
    simulation.after(when(), () => mustEnd(name, read(world, name, skew(), seen)));
    const other = `reader${n} of newest`;
    simulation.after(when(), () => mustEnd(other, readNewest(world, other, skew())));
  }
  const consumers = Array.from({ length: scenario.consumers }, (_, n) => newConsumer(world, `consumer${n}`, skew()));
  for (const consumer of consumers) {
    const pollAgain = (polls: number) => {
      const poll = consumer.poll().then(() => {
        if (polls > 0) simulation.after(random.integer(0, scenario.spanMs / 4), () => pollAgain(polls - 1));
      });
      mustEnd("a consumer", poll);
    };
    simulation.after(when() / 4, () => pollAgain(8));
  }
  await simulation.run();

  for (const { process } of syncs) if (process.dead) unfinished.delete(process.name);
  if (unfinished.size > 0) throw new Error(`never ended: ${[...unfinished].join(", ")}`);
  await checkPast(world, seen);

  await settle(world);
  for (const consumer of consumers) mustEnd("a consumer's last poll", consumer.poll());
  mustEnd("the last reader", read(world, "last reader", 0, seen));
  await simulation.run();
  await checkPast(world, seen);
  await checkRest(world);
}

function circumstancesOf(
  { random, scenario }: World,
  scope: WorldScope,
  name: string,
  skewMs: number,
): SyncCircumstances {
  const share = (percent: number) => random.chance(percent / 100);
  return {
    name,
    skewMs,
    pageMs: random.pick([100, 500, 4_000, 15_000]),
    flushItems: random.pick([1, 2, 5, 1_000]),
    lookAhead: random.pick([0, 100, 1_000_000]),
    plain: random.pick([0, 1_000_000]),
    outlineFrom: random.pick([1, 3, 1_000]),
    mostOutlined: random.pick([3, 1_000]),
    tail: random.chance(0.3),
    ...(scope.ascending && random.chance(0.4) && { cutAfterMs: random.integer(0, 3_000) }),
    vanished: random.chance(0.03) && !scope.ascending,
    acceptRemovals: random.chance(0.05),
    ...(share(scenario.deaths) && { diesAfter: random.integer(1, 30) }),
    ...(share(scenario.stalls) && {
      stallsAfter: { operations: random.integer(1, 30), ms: random.integer(1_000, 45_000) },
    }),
    ...(share(scenario.interruptions) && { interruptedAfterMs: random.integer(0, 10_000) }),
    slowness: random.pick([1, 1, 5, 30]),
    storeFaults: random.chance(0.5) ? scenario.storeFaults / 100 : 0,
    listingFaults: random.chance(0.5) ? scenario.listingFaults / 100 : 0,
  };
}

/** Syncs every scope undisturbed until it is complete: a mass removal is held once, the next listing agrees. */
async function settle(world: World): Promise<void> {
  world.simulation.after(LEASE_MS + 20_000, () => undefined);
  await world.simulation.run();
  for (const scope of world.scopes) {
    const outcomes: (string | undefined)[] = [];
    while (outcomes.at(-1) !== "complete" && outcomes.length < 2) {
      const sync = startSync(world, scope, {
        name: `last sync ${outcomes.length + 1}`,
        skewMs: 0,
        pageMs: 10,
        flushItems: 1_000,
        lookAhead: 1_000_000,
        plain: 1_000_000,
        outlineFrom: 1,
        mostOutlined: 1_000,
        vanished: false,
        acceptRemovals: false,
        storeFaults: 0,
        slowness: 1,
        listingFaults: 0,
      });
      await world.simulation.run();
      outcomes.push((await sync.ended)?.outcome);
    }
    if (outcomes.at(-1) !== "complete") throw new Error(`the last syncs of ${scope.scope.id} ended ${outcomes}`);
    const differs = difference(await storedItems(world.store, scope), scope.gone ? new Map() : scope.items);
    if (differs) throw new Error(`scope ${scope.scope.id} has not converged: ${differs}`);
  }
}

/** Every snapshot can still be read as it was, and whatever readers saw is still what was. */
async function checkPast(world: World, seen: readonly Seen[]): Promise<void> {
  const instants = new Set(world.scopes.flatMap(({ truth }) => truth.snapshots.map(({ at }) => at)));
  for (const at of instants) {
    for (const collection of world.collections) {
      const differs = difference(await walkItems(world.store, collection, at, 100), world.truthAt(collection, at));
      if (differs) throw new Error(`${collection} at ${at}: ${differs}`);
    }
  }
  for (const check of seen) if (check()) throw new Error(check());
}

/** With every scope complete: the log, replayed from nothing, gives every snapshot, and every item's chain is its changes. */
async function checkRest(world: World): Promise<void> {
  for (const collection of world.collections) {
    const log = await storedLog(world.store, collection);
    const replay = new Replay();
    const last = log.at(-1)?.at ?? "";
    for (const [n, change] of log.entries()) {
      const wrong = replay.apply(change);
      if (wrong) throw new Error(`the log of ${collection}: ${wrong}`);
      const snapshot = world.scopes
        .find(({ collection: of, scope }) => of === collection && scope.id === change.scope)
        ?.truth.snapshots.find(({ at }) => at === change.at);
      if (!snapshot) throw new Error(`the log of ${collection}: ${change.key} at ${change.at} is of no snapshot`);
      if (change.kind === "removed" && change.cause !== snapshot.cause)
        throw new Error(`${change.key}: ${change.cause}`);
      if (log[n + 1]?.at === change.at) continue;
      const differs = difference(replay.items(), world.truthAt(collection, change.at));
      if (differs) throw new Error(`the log of ${collection}, replayed to ${change.at}: ${differs}`);
    }
    for (const key of replay.versions.keys()) {
      const chain = await itemHistory(world.store, collection, key, last, { limit: 1_000 });
      const changes = log.filter((change) => change.key === key).toReversed();
      if (JSON.stringify(chain.changes) !== JSON.stringify(changes))
        throw new Error(`the history of ${key} is not its changes`);
    }
  }
}
