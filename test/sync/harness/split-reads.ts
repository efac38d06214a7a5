import { type Collection, compareKeys, type KeyRange } from "../../../functions/model/collection.ts";
import type { Change, ItemVersion } from "../../../functions/model/item.ts";
import type { Store, StoredItem, StoredPage } from "../../../functions/store/port.ts";
import type { Way } from "./way.ts";

/** The part of the store that only reads. */
export type Reads = Pick<
  Store,
  | "readTimestamp"
  | "marks"
  | "scopeState"
  | "scopeStates"
  | "discards"
  | "collectionRecord"
  | "collectionRecords"
  | "target"
  | "targets"
  | "discovery"
  | "items"
  | "itemsOf"
  | "changesAt"
  | "changes"
  | "edgeCandidates"
  | "edgesAt"
  | "syncs"
>;

/**
 * Reads that see no single moment: a read of many records, in their order, sees the first of them earlier than the rest. Only what is
 * one record is read at once.
 */
export function splitReads({ simulation, ground, conditions, send }: Way): Reads {
  const { random } = simulation;
  const { store } = ground;
  const read = <T>(what: string, effect: () => Promise<T>): Promise<T> => send({ what, effect });

  /** Of records in order of their id: those before some point as they are now, and the others as they are later. */
  const twice = async <T>(what: string, effect: () => Promise<readonly T[]>, idOf: (record: T) => string) => {
    const earlier = await read(what, effect);
    if (!random.chance(conditions.splits)) return [...earlier];
    const later = await read(what, effect);
    const split = random.pick([...earlier, ...later].map(idOf)) ?? "";
    return [...earlier.filter((record) => idOf(record) < split), ...later.filter((record) => idOf(record) >= split)];
  };
  /** Of records in no particular order: each as it is now, or later. */
  const apart = async <T>(what: string, effect: () => Promise<readonly T[]>, idOf: (record: T) => string) => {
    const earlier = await read(what, effect);
    if (earlier.length < 2 || !random.chance(conditions.splits)) return [...earlier];
    const chosen = new Set(earlier.map(idOf).filter(() => random.chance(0.5)));
    const later = await read(what, effect);
    return [
      ...earlier.filter((record) => chosen.has(idOf(record))),
      ...later.filter((record) => !chosen.has(idOf(record))),
    ];
  };

  const eventual = async (collection: Collection, range: KeyRange, page: { limit: number; after?: string }) => {
    const now = await store.items(collection, range, page);
    const stale = ground.stale.get(collection);
    if (!stale || !random.chance(0.5)) return now;
    return stalePage(now, stale, { range, ...page, isSeen: () => random.chance(0.5) });
  };

  return {
    readTimestamp: () => read("readTimestamp", () => store.readTimestamp()),
    marks: () => read("marks", () => store.marks()),
    scopeState: (collection, scope) => read("scopeState", () => store.scopeState(collection, scope)),
    scopeStates: (collection) =>
      twice(
        "scopeStates",
        () => store.scopeStates(collection),
        ({ scope }) => scope,
      ),
    discards: async (collection) =>
      new Set(
        await twice(
          "discards",
          async () => [...(await store.discards(collection))].sort(),
          (at) => at,
        ),
      ),
    collectionRecord: (collection) => read("collectionRecord", () => store.collectionRecord(collection)),
    collectionRecords: (services, options) =>
      read("collectionRecords", () => store.collectionRecords(services, options)),
    target: (target) => read("target", () => store.target(target)),
    targets: () => read("targets", () => store.targets()),
    discovery: () => read("discovery", () => store.discovery()),
    async items(collection, range, page) {
      if (page.consistency === "eventual") return read("items (eventual)", () => eventual(collection, range, page));
      const earlier = await read("items", () => store.items(collection, range, page));
      if (!random.chance(conditions.splits)) return earlier;
      return splitPage(earlier, random.pick(earlier.items.flat()), page.limit, (from, limit) =>
        read("items, the rest", () => store.items(collection, { ...range, from }, { limit })),
      );
    },
    async itemsOf(collection, keys) {
      const versions = async () => (await store.itemsOf(collection, keys)).flat();
      const earlier = await read("itemsOf", versions);
      if (!random.chance(conditions.splits)) return grouped(earlier);
      const later = await read("itemsOf, the rest", versions);
      const splits = new Map(keys.map((key) => [key, random.pick([...earlier, ...later].map(({ at }) => at)) ?? ""]));
      const splitOf = ({ key }: ItemVersion) => splits.get(key) ?? "";
      return grouped([
        ...earlier.filter((version) => version.at < splitOf(version)),
        ...later.filter((version) => version.at >= splitOf(version)),
      ]);
    },
    changesAt: (collection, positions) =>
      apart(
        "changesAt",
        () => store.changesAt(collection, positions),
        ({ after }) => `${after.at} ${after.key}`,
      ),
    async changes(collection, range, limit) {
      const first = random.chance(conditions.splits) ? random.integer(1, limit) : limit;
      const earlier = await read("changes", () => store.changes(collection, range, first));
      if (first === limit || !earlier.next) return earlier;
      const { next } = earlier;
      const later = await read("changes, the rest", () =>
        store.changes(collection, { ...range, after: next }, limit - first),
      );
      const changes: Change[] = [...earlier.changes, ...later.changes];
      return { changes, ...(later.next && { next: later.next }) };
    },
    async *edgeCandidates(end, node) {
      const effect = async () => {
        const found = [];
        for await (const page of store.edgeCandidates(end, node)) found.push(...page);
        return found;
      };
      const found = await twice("edges", effect, ({ collection, key, edgeAt }) => `${collection} ${key} ${edgeAt}`);
      const first = found.splice(0, random.integer(0, found.length));
      yield first;
      yield found;
    },
    edgesAt: (collection, edges) =>
      apart(
        "edgesAt",
        () => store.edgesAt(collection, edges),
        ({ node, end, key, edgeAt }) => `${end} ${edgeAt} ${node} ${key}`,
      ),
    syncs: (collection, range, limit) => read("syncs", () => store.syncs(collection, range, limit)),
  };
}

/** The versions before `split`, in order of key and instant, as they were read first, and the rest as it is read now. */
async function splitPage(
  earlier: StoredPage,
  split: ItemVersion | undefined,
  limit: number,
  readFrom: (from: string, limit: number) => Promise<StoredPage>,
): Promise<StoredPage> {
  if (!split) return earlier;
  const before = earlier.items.filter(([{ key }]) => compareKeys(key, split.key) < 0);
  const older = earlier.items.flat().filter(({ key, at }) => key === split.key && at < split.at);
  const later = await readFrom(split.key, Math.max(1, limit - before.length));
  const rest = later.items.flat().filter(({ key, at }) => key !== split.key || at >= split.at);
  const items = [...before, ...grouped([...older, ...rest])];
  // A page has a key at least unless there are no more.
  if (items.length === 0 && later.next !== undefined) return readFrom(split.key, limit);
  return { items, ...(later.next !== undefined && { next: later.next }) };
}

interface StalePage {
  readonly range: KeyRange;
  readonly limit: number;
  readonly after?: string;
  readonly isSeen: () => boolean;
}

/** A page of which each version that came or went lately may be seen or not. */
function stalePage(now: StoredPage, stale: readonly ItemVersion[], { range, after, isSeen }: StalePage): StoredPage {
  const isHere = ({ key }: ItemVersion) =>
    (after === undefined || compareKeys(key, after) > 0) &&
    (range.from === undefined || compareKeys(key, range.from) >= 0) &&
    (range.until === undefined || compareKeys(key, range.until) < 0) &&
    (now.next === undefined || compareKeys(key, now.next) <= 0);
  const idOf = ({ key, at }: ItemVersion) => `${key} ${at}`;
  const old = new Map(stale.filter(isHere).map((version) => [idOf(version), version]));
  const current = new Map(now.items.flat().map((version) => [idOf(version), version]));
  const seen = [...new Map([...old, ...current]).entries()]
    .filter(([id]) => (old.has(id) && current.has(id)) || isSeen())
    .map(([, version]) => version)
    .sort((a, b) => compareKeys(a.key, b.key) || (a.at < b.at ? -1 : 1));
  return { items: grouped(seen), ...(now.next !== undefined && { next: now.next }) };
}

/** Versions in order of key, all of a key together. */
function grouped(versions: readonly ItemVersion[]): StoredItem[] {
  const items = new Map<string, ItemVersion[]>();
  for (const version of versions) {
    const known = items.get(version.key);
    if (known) known.push(version);
    else items.set(version.key, [version]);
  }
  return [...items.values()].flatMap(([first, ...rest]) => (first ? [[first, ...rest] as StoredItem] : []));
}
