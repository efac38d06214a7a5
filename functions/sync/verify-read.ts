import { type Collection, compareKeys, inRange, type KeyRange } from "../model/collection.ts";
import { EPOCH, type Instant } from "../model/instant.ts";
import type { Change, ItemVersion, LogPosition } from "../model/item.ts";
import type { ScopeState } from "../model/scope-state.ts";
import { type EdgeRef, edgeRefsOf, itemPages, logPages, type Store } from "../store/port.ts";
import { uncommittedInstants } from "./heads.ts";
import type { SyncHost } from "./job.ts";
import type { Evidence } from "./verify-item.ts";

/** Which records to read, and which of them do not count. */
export interface Reading {
  readonly store: Store;
  readonly collection: Collection;
  readonly range: KeyRange;
  readonly uncommitted: ReadonlySet<Instant>;
  /** Where in the log the committed changes of each item in the range are. */
  readonly positions: ReadonlyMap<string, readonly Instant[]>;
  /** Ends the reading between two requests. */
  readonly signal: AbortSignal;
}

const PAGE = 500;
const LOG_PAGE = 1_000;

/** Prepares to read what is stored of scopes, whose states were read before. Reads the log once for all of them. */
export async function openReadings(
  { store, signal }: Pick<SyncHost, "store" | "signal">,
  collection: Collection,
  states: readonly ScopeState[],
): Promise<Reading[]> {
  const uncommitted = await uncommittedInstants(store, collection, states);
  const readings = states.map(({ range }) => {
    return { store, collection, signal, uncommitted, range, positions: new Map<string, Instant[]>() };
  });
  const readingOf = finder(readings);
  for await (const changes of logPages(store, collection, { after: EPOCH }, LOG_PAGE)) {
    signal.throwIfAborted();
    for (const { after: version } of changes) {
      const { key, at } = version;
      const positions = uncommitted.has(at) ? undefined : readingOf(key)?.positions;
      const instants = positions?.get(key);
      if (instants) instants.push(at);
      else positions?.set(key, [at]);
    }
  }
  return readings;
}

/** Reads all that is stored in a range: what has versions in order of keys, then what only the log knows. */
export async function* readRange(reading: Reading, keptSince: Instant): AsyncGenerator<ReadonlyMap<string, Evidence>> {
  const { store, collection, range, positions, signal } = reading;
  const stored = new Set<string>();
  for await (const items of itemPages(store, collection, range, { limit: PAGE })) {
    signal.throwIfAborted();
    for (const [{ key }] of items) if (positions.has(key)) stored.add(key);
    yield* withLog(reading, new Map(items.map((versions) => [versions[0].key, versions])));
  }
  // The log may be kept longer than tombstones.
  const isLost = ([key, instants]: readonly [string, readonly Instant[]]) =>
    !stored.has(key) && instants.some((at) => at > keptSince);
  yield* withLog(reading, new Map([...positions].filter(isLost).map(([key]) => [key, []])));
}

/** Adds the committed changes of items to their versions, some items at a time. */
async function* withLog(
  { store, collection, positions, uncommitted, signal }: Reading,
  items: ReadonlyMap<string, readonly ItemVersion[]>,
): AsyncGenerator<ReadonlyMap<string, Evidence>> {
  let some = new Map<string, { versions: ItemVersion[]; log: Change[] }>();
  let wanted: LogPosition[] = [];
  const filled = async () => {
    signal.throwIfAborted();
    for (const change of await store.changesAt(collection, wanted)) some.get(change.after.key)?.log.push(change);
    return some;
  };
  for (const [key, versions] of items) {
    some.set(key, { versions: versions.filter(({ at }) => !uncommitted.has(at)), log: [] });
    wanted.push(...(positions.get(key) ?? []).map((at) => ({ key, at })));
    if (wanted.length < LOG_PAGE) continue;
    yield await filled();
    some = new Map();
    wanted = [];
  }
  if (some.size > 0) yield await filled();
}

/** Those of the items of which a record of Edges is missing. */
export async function itemsWithoutEdges(
  { store, collection }: Reading,
  versions: readonly ItemVersion[],
): Promise<ReadonlySet<string>> {
  const needed = versions.flatMap(edgeRefsOf);
  if (needed.length === 0) return new Set();
  const nameOf = ({ node, end, key, edgeAt }: EdgeRef) => JSON.stringify([node, end, key, edgeAt]);
  const found = new Set((await store.edgesAt(collection, needed)).map(nameOf));
  return new Set(needed.filter((edge) => !found.has(nameOf(edge))).map(({ key }) => key));
}

/** Finds what a key belongs to. Ranges do not overlap. */
function finder<T extends { readonly range: KeyRange }>(all: readonly T[]): (key: string) => T | undefined {
  const sorted = [...all].sort((a, b) => compareKeys(a.range.from ?? "", b.range.from ?? ""));
  return (key) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(sorted[middle]?.range.from ?? "", key) <= 0) low = middle + 1;
      else high = middle;
    }
    const found = sorted[low - 1];
    return found && inRange(found.range, key) ? found : undefined;
  };
}
