import { openGraph, walkGraph } from "../../../functions/inventory/graph.ts";
import { readHistory } from "../../../functions/inventory/history.ts";
import { readItem, readItems } from "../../../functions/inventory/items.ts";
import { type NetChange, readNetChanges } from "../../../functions/inventory/net-changes.ts";
import type { GraphRules } from "../../../functions/inventory/nodes.ts";
import { openRead, type ReadSnapshot } from "../../../functions/inventory/read-timestamp.ts";
import { SyncError } from "../../../functions/model/errors.ts";
import type { LogPosition } from "../../../functions/model/item.ts";
import type { Store } from "../../../functions/store/port.ts";
import { createNetwork } from "./network.ts";
import type { Circumstances } from "./processes.ts";
import { remoteStore } from "./remote-store.ts";
import { createProcess } from "./simulation.ts";
import { type Content, contentOfVersion, difference, type Items, valueOfContent } from "./truth.ts";
import { edgesOfThing, valueIn } from "./upstream.ts";
import type { World } from "./world.ts";

/** The store as a reader sees it. */
export function readerStore(world: World, { name, skewMs, network }: Circumstances): Store {
  const { simulation, ground } = world;
  const process = createProcess(simulation, name, skewMs);
  const watch = {
    ...{ arrived: () => undefined, replaced: async () => undefined },
    sending(what: string, isWrite: boolean) {
      if (isWrite) simulation.violated(`${name} wrote: ${what}`);
    },
  };
  const send = createNetwork(simulation, process, network, watch);
  return remoteStore({ simulation, process, ground, conditions: network, send, watch });
}

/** Walks a collection as of the snapshot, page by page. */
export async function walkItems(
  snapshot: ReadSnapshot,
  collection: string,
  limit: () => number,
): Promise<Map<string, Content>> {
  const found = new Map<string, Content>();
  let after: string | undefined;
  do {
    const page = await readItems(snapshot, collection, {}, { limit: limit(), ...(after !== undefined && { after }) });
    for (const item of page.rows) if (item.state === "present") found.set(item.key, contentOfVersion(item));
    after = page.next;
  } while (after !== undefined);
  return found;
}

/** Something a reader saw, to be held against the truth again when everything has happened: the past may not change. */
export type Sighting = () => string;

/** A reader that takes an instant, or one before it, and reads the collections in several ways at it while syncs go on. */
export function startReader(world: World, circumstances: Circumstances, sightings: Sighting[]): Promise<void> {
  return readAtRandom(world, { name: circumstances.name, store: readerStore(world, circumstances) }, sightings);
}

/** Reads what is in a store as a reader does. */
export async function readAtRandom(
  world: World,
  { name, store }: { readonly name: string; readonly store: Store },
  sightings: Sighting[],
): Promise<void> {
  const { random, simulation } = world;
  try {
    const snapshot = await openRead(store, random.chance(0.3) ? random.pick(world.instants()) : undefined);
    simulation.note(`${name} reads at ${snapshot.at}`);
    const reading = { world, name, snapshot, sightings };
    for (const { collection } of world.upstreams) {
      await readCollection(reading, collection);
      if (random.chance(0.5)) await readOneItem(reading, collection);
      if (random.chance(0.3)) await readDifference(reading, collection);
    }
    if (random.chance(0.5)) await readEdges(reading);
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== "unavailable") throw error;
    simulation.note(`${name} gave up`);
  }
}

interface Reading {
  readonly world: World;
  readonly name: string;
  readonly snapshot: ReadSnapshot;
  readonly sightings: Sighting[];
}

async function readCollection({ world, name, snapshot, sightings }: Reading, collection: string): Promise<void> {
  const { at } = snapshot;
  const found = await walkItems(snapshot, collection, () => world.random.integer(1, 4));
  const check = () => {
    const differs = difference(found, world.truthAt(collection, at));
    return differs && `${name} read ${collection} at ${at}: ${differs}`;
  };
  if (check()) world.simulation.violated(check());
  sightings.push(check);
}

async function readOneItem({ world, name, snapshot }: Reading, collection: string): Promise<void> {
  const { at } = snapshot;
  const { random, simulation } = world;
  const key = random.pick([...world.scopesOf(collection).values()].flatMap(({ last }) => [...last.keys()]));
  if (key === undefined) return;
  const item = await readItem(snapshot, { collection, key });
  const content = item?.state === "present" ? contentOfVersion(item) : undefined;
  const wanted = world.truthAt(collection, at).get(key);
  if (content !== wanted) simulation.violated(`${name} read ${key} at ${at} as ${content}, should be ${wanted}`);
  const history = await readHistory(snapshot, { collection, key }, { limit: 1_000 });
  const versions = (history?.entries ?? []).map(({ version }) =>
    version.state === "present" ? valueOfContent(contentOfVersion(version)) : "removed",
  );
  const known = historyOf(world, collection, key, at);
  if (versions.join() !== known.join())
    simulation.violated(`${name} read the history of ${key} at ${at} as ${versions}, should be ${known}`);
}

/** The values that an item had one after another, newest first, until an instant. Edges alone make no version that people see. */
function historyOf(world: World, collection: string, key: string, at: string): string[] {
  const values: string[] = [];
  for (const instant of world.instants().sort()) {
    if (instant > at) break;
    const content = world.truthAt(collection, instant).get(key);
    const value = content === undefined ? "removed" : valueOfContent(content);
    if (value !== (values[0] ?? "removed")) values.unshift(value);
  }
  return values;
}

async function readDifference({ world, name, snapshot }: Reading, collection: string): Promise<void> {
  const { random, simulation } = world;
  const from = random.pick(world.instants().filter((instant) => instant < snapshot.at)) ?? "1970-01-01T00:00:00.000Z";
  const found = new Map<string, string>();
  let after: LogPosition | undefined;
  do {
    const page = await readNetChanges(snapshot, collection, {
      from,
      limit: random.integer(1, 5),
      ...(after && { after }),
    });
    for (const change of page.rows) {
      if (found.has(change.key)) simulation.violated(`${name} was given ${change.key} twice`);
      if (!isReindexed(change)) found.set(change.key, change.kind);
    }
    after = page.next;
  } while (after !== undefined);
  const wanted = netChanges(world.truthAt(collection, from), world.truthAt(collection, snapshot.at));
  const text = (changes: ReadonlyMap<string, string>) => JSON.stringify([...changes].sort());
  if (text(found) !== text(wanted))
    simulation.violated(`${name}: from ${from} to ${snapshot.at} ${text(found)}, should be ${text(wanted)}`);
}

/** Ignored members may have changed while a newer version of the source made other edges: that may be told of, or not. */
function isReindexed({ before, after }: NetChange): boolean {
  return before !== undefined && after !== undefined && valueIn(before.document) === valueIn(after.document);
}

function netChanges(before: Items, after: Items): Map<string, string> {
  const changes = new Map<string, string>();
  for (const [key, content] of after) {
    const was = before.get(key);
    if (was === undefined) changes.set(key, "added");
    else if (valueOfContent(was) !== valueOfContent(content)) changes.set(key, "modified");
  }
  for (const key of before.keys()) if (!after.has(key)) changes.set(key, "removed");
  return changes;
}

const ANY_COLLECTION: GraphRules = { covers: () => true, factsOf: () => undefined, leadsUpstream: () => false };

async function readEdges({ world, name, snapshot }: Reading): Promise<void> {
  const { random, simulation } = world;
  const node = random.pick(["node 0", "node 1"] as const);
  const walk = { start: node, direction: "in", depth: 1, limit: 1_000 } as const;
  const { steps } = await walkGraph(openGraph(snapshot, ANY_COLLECTION), walk);
  const found = steps.map(({ item, edge }) => `${item.collection} ${edge.from} ${edge.relation} ${edge.to}`).sort();
  const wanted = world.upstreams
    .flatMap(({ collection }) =>
      [...world.truthAt(collection, snapshot.at)].flatMap(([key, content]) =>
        edgesOfThing(key, Number(valueOfContent(content)), Number(content.split(" ")[2]))
          .filter(({ to }) => to === node)
          .map(({ from, relation, to }) => `${collection} ${from} ${relation} ${to}`),
      ),
    )
    .sort();
  if (found.join() !== wanted.join())
    simulation.violated(`${name} found edges at ${snapshot.at}: ${found}; should be: ${wanted}`);
}
