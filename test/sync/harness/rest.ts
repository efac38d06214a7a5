import { readHistory } from "../../../functions/inventory/history.ts";
import { openRead } from "../../../functions/inventory/read-timestamp.ts";
import type { Collection } from "../../../functions/model/collection.ts";
import { inRange } from "../../../functions/model/collection.ts";
import { EPOCH, epochMs, type Instant, instantOf } from "../../../functions/model/instant.ts";
import type { ScopeState } from "../../../functions/model/scope-state.ts";
import { hasUnpublished } from "../../../functions/sync/due.ts";
import { DEFAULT_LIMITS } from "../../../functions/sync/job.ts";
import { startRetirer, startSettler, startVerifier } from "./keepers.ts";
import type { Circumstances } from "./processes.ts";
import { type Sighting, walkItems } from "./readers.ts";
import { Replay } from "./replay.ts";
import { START } from "./simulation.ts";
import { storedLog } from "./stored.ts";
import { type SyncOrder, startSync } from "./syncs.ts";
import { difference, valueOfContent } from "./truth.ts";
import { type Upstream, visibleKeys } from "./upstream.ts";
import type { World } from "./world.ts";

/** A process that nothing happens to. */
export function undisturbed(name: string): Circumstances {
  return { name, skewMs: 0, network: { faults: 0, repeats: 0, splits: 0, slowness: 1 } };
}

const LAST_SYNCS = 3;

/** Lets what dead writers left be settled, then syncs every collection undisturbed until it is complete. */
export async function bringToRest(world: World, sourceVersion: number): Promise<void> {
  const { ground } = world;
  await settleEverything(world);
  for (const upstream of world.upstreams) await syncUntilComplete(world, upstream, sourceVersion);
  if ((await ground.store.marks()).length > 0) throw new Error("a sync left a mark");
}

/** Lets what dead writers left be settled. */
export async function settleEverything({ simulation, ground, ...world }: World): Promise<void> {
  // The longest that a lease is believed.
  await simulation.run(simulation.time() + 150_000);
  for (let round = 0; (await ground.store.marks()).length > 0; round += 1) {
    if (round === 3) throw new Error(`marks are left: ${JSON.stringify(await ground.store.marks())}`);
    startSettler({ simulation, ground, ...world }, undisturbed(`last settler ${round}`));
    await simulation.run();
  }
}

/** Retires a collection's target, undisturbed, with nobody writing: everything ends at once. */
export async function retireUntilEnded(world: World, upstream: Upstream): Promise<void> {
  const { simulation, ground } = world;
  const { collection } = upstream;
  startRetirer(world, undisturbed(`last retirer of ${collection}`), { upstream, word: "retire" });
  await simulation.run();
  const record = await ground.store.collectionRecord(collection);
  if (record && record.endedAt === undefined) throw new Error(`${collection} has not been retired`);
}

/** A retired collection has no items, and a sync that somebody begins all the same commits nothing. */
export async function checkRetired(world: World, upstream: Upstream, sourceVersion: number): Promise<void> {
  const { collection } = upstream;
  if (!(await world.ground.store.collectionRecord(collection))) return;
  for (const scope of upstream.kind === "planned" ? upstream.scopes : [undefined]) {
    const order = { ...lastOrder(sourceVersion), ...(scope && { onlyScope: scope.id }) };
    startSync(world, upstream, order, undisturbed(`sync of ${scope?.id ?? "the"} retired ${collection}`));
    await world.simulation.run();
  }
  const found = await walkItems(await openRead(world.ground.store), collection, () => 1_000);
  if (found.size > 0) throw new Error(`${collection} is retired, and has ${[...found.keys()]}`);
}

export async function bringBack(world: World, upstream: Upstream): Promise<void> {
  startRetirer(world, undisturbed(`last to bring ${upstream.collection} back`), { upstream, word: "bring back" });
  await world.simulation.run();
}

function lastOrder(sourceVersion: number): SyncOrder {
  const order = { kind: "full", sourceVersion, approveRemovals: false, limits: DEFAULT_LIMITS } as const;
  return { ...order, pageMs: 10, listingFaults: 0, retryUnavailable: true };
}

/** A mass removal is held once, and the next listing confirms it: two syncs make everything complete, from wherever it was. */
async function syncUntilComplete(world: World, upstream: Upstream, sourceVersion: number): Promise<void> {
  const { simulation } = world;
  const { collection } = upstream;
  const ends: string[] = [];
  for (let n = 0; n < LAST_SYNCS && ends.at(-1) !== "complete"; n += 1) {
    const circumstances = undisturbed(`last sync ${n} of ${collection}`);
    const sync = startSync(world, upstream, lastOrder(sourceVersion), circumstances);
    await simulation.run();
    const result = await sync.ended;
    const outcomes = result?.scopes.map((scope) =>
      scope.result.status === "ended" ? scope.result.record.outcome : scope.result.reason,
    );
    ends.push(outcomes?.find((outcome) => outcome !== "complete") ?? (result?.failure?.message || "complete"));
  }
  if (ends.at(-1) !== "complete") throw new Error(`the last syncs of ${collection} ended: ${ends.join("; ")}`);
  const now = START + simulation.time();
  const listed = visibleKeys(upstream, now).map((key) => [key, `${upstream.items.get(key)}`] as const);
  const snapshot = await openRead(world.ground.store);
  const found = await walkItems(snapshot, collection, () => 1_000);
  const values = [...found].map(([key, content]) => [key, valueOfContent(content)]);
  if (JSON.stringify(values) !== JSON.stringify(listed))
    throw new Error(`${collection} has not converged: ${JSON.stringify(values)}, should be ${JSON.stringify(listed)}`);
}

/** Every snapshot can still be read as it was, and what readers saw is still what was. */
export async function checkPast(world: World, sightings: readonly Sighting[]): Promise<void> {
  const { store } = world.ground;
  const newest = await store.readTimestamp();
  for (const at of new Set(world.instants())) {
    if (at > newest) continue;
    const snapshot = await openRead(store, at);
    for (const { collection } of world.upstreams) {
      const found = await walkItems(snapshot, collection, () => 1_000);
      const differs = difference(found, world.truthAt(collection, at));
      if (differs) throw new Error(`${collection} at ${at}: ${differs}`);
    }
  }
  for (const check of sightings) if (check()) throw new Error(check());
}

/** Once an undisturbed publisher has ended: whatever lasts was published since it began. */
export async function checkNotices(world: World): Promise<void> {
  for (const { collection } of world.upstreams) {
    const record = await world.ground.store.collectionRecord(collection);
    const unpublished = record && world.bus.notices.unpublished(record);
    if (unpublished)
      throw new Error(`that ${collection} is ${unpublished} was never published: ${JSON.stringify(record)}`);
  }
}

/** Once an undisturbed publisher has ended: every committed change is on the bus, and the record says so. */
export async function checkPublished(world: World): Promise<void> {
  const { store } = world.ground;
  for (const { collection } of world.upstreams) {
    const record = await store.collectionRecord(collection);
    if (!record) continue;
    const missing = await world.bus.missing(world, collection, { at: await store.readTimestamp() });
    if (missing) throw new Error(`${collection}: ${missing} was never published`);
    if (hasUnpublished(record, Number.POSITIVE_INFINITY))
      throw new Error(`${collection} has something left to publish by its record: ${JSON.stringify(record)}`);
  }
}

/** With everything at rest: the log gives every snapshot, every history is its item's changes, scopes meet and hold what is theirs. */
export async function checkRest(world: World, sourceVersion: number): Promise<void> {
  for (const upstream of world.upstreams) {
    startVerifier(world, undisturbed(`last verifier of ${upstream.collection}`), upstream, sourceVersion);
    await world.simulation.run();
    await checkLog(world, upstream.collection);
    await checkScopes(world, upstream);
  }
}

async function checkLog(world: World, collection: Collection): Promise<void> {
  const log = await storedLog(world.ground, collection);
  const replay = new Replay({ isWhole: true });
  for (const [n, change] of log.entries()) {
    const wrong = replay.apply(change);
    if (wrong) throw new Error(`the log of ${collection}: ${wrong}`);
    const { key, at, scope, cause } = change.after;
    const snapshot = world
      .scopesOf(collection)
      .get(scope)
      ?.snapshots.find((each) => each.at === at);
    if (!snapshot) throw new Error(`the log of ${collection}: ${key} at ${at} is of no commit`);
    if (change.kind === "removed" && cause !== snapshot.cause)
      throw new Error(`${key} was removed at ${at}: ${cause}, should be ${snapshot.cause}`);
    if (log[n + 1]?.after.at === at) continue;
    const differs = difference(replay.items(), world.truthAt(collection, at));
    if (differs) throw new Error(`the log of ${collection}, replayed to ${at}: ${differs}`);
  }
  const snapshot = await openRead(world.ground.store);
  for (const key of replay.versions.keys()) {
    const history = await readHistory(snapshot, { collection, key }, { limit: 1_000 });
    const read = (history?.entries ?? []).map(({ version }) => version.at);
    const logged = log
      .filter(({ kind, after }) => after.key === key && kind !== "reindexed")
      .map(({ after }) => after.at);
    if (read.join() !== logged.reverse().join())
      throw new Error(`the history of ${key} is ${read}, its changes are ${logged}`);
  }
}

async function checkScopes(world: World, { collection, kind }: Upstream): Promise<void> {
  const { store } = world.ground;
  const states = await store.scopeStates(collection);
  const discards = await store.discards(collection);
  for (const { scope, count, writing } of states) {
    const truth = world.truthOf(collection, scope);
    // What is registered and was begun for nothing stays until the next writer; nothing may have been written.
    const { changes } = await store.changes(collection, { until: writing ?? EPOCH, after: before(writing) }, 1_000);
    const written = changes.filter(({ after }) => after.scope === scope);
    if (written.length > 0) throw new Error(`scope ${scope} is still being written at ${writing}`);
    if (truth.last.size !== count) throw new Error(`scope ${scope} counts ${count} items of ${truth.last.size}`);
    const wrong = truth.snapshots.find(({ at }) => discards.has(at));
    if (wrong) throw new Error(`${wrong.at} was committed and is discarded`);
  }
  if (kind === "created") checkRanges(world, collection, states);
}

function before(instant: Instant | undefined): Instant {
  return instant === undefined ? EPOCH : instantOf(epochMs(instant) - 1);
}

function checkRanges(world: World, collection: Collection, states: ScopeState[]): void {
  const byStart = states.sort((a, b) => ((a.range.from ?? "") < (b.range.from ?? "") ? -1 : 1));
  for (const [n, { scope, range }] of byStart.entries()) {
    const next = byStart[n + 1];
    if (range.until !== next?.range.from)
      throw new Error(`scope ${scope} ends at ${range.until}, not where the next begins`);
    for (const key of world.truthOf(collection, scope).last.keys())
      if (!inRange(range, key)) throw new Error(`scope ${scope} has ${key}, which is not in its range`);
  }
}
