import type { Collection, KeyRange } from "../model/collection.ts";
import { BEGINNING, earliest, type Instant } from "../model/instant.ts";
import type { Change, Item, ItemVersion } from "../model/item.ts";
import type { ItemPlace, LogPosition, Standing, Store } from "../store/port.ts";
import { concurrently } from "../sync/concurrently.ts";

/*
 * Reading is pinned to an instant. Everything a sync changes carries an instant later than any that a reader was
 * given before the sync marked its scope dirty, so what is read at a pinned instant stays what it is, whatever runs.
 */

const READS_AT_ONCE = 16;

/** An item as it was at an instant. */
export type ItemAt = Item;

/**
 * The newest instant at which everything in the collections is whole: the newest snapshot, but no later than what a live
 * sync is applying. A scope that a dead sync left dirty holds nothing back; it is itself read at its own last instant.
 * `now` is epoch milliseconds.
 */
export async function pinnedInstant(store: Store, collections: readonly Collection[], now: number): Promise<Instant> {
  return (await pinCollections(store, collections, now)).at;
}

/** Collections pinned to an instant, with the standings that it was found from. */
export interface Pinned {
  readonly at: Instant;
  /** No instant later than this had been issued. */
  readonly clock: Instant;
  readonly standings: ReadonlyMap<Collection, readonly Standing[]>;
}

/** Finds the collections' pinned instant as `pinnedInstant` does, and keeps the standings read for it. */
export async function pinCollections(store: Store, collections: readonly Collection[], now: number): Promise<Pinned> {
  // Before the standings, which are not all read at one moment: a sync that marks its scope after that has been read gets
  // an instant later than this one, and so stays out of sight until it is whole.
  const clock = await store.readClock();
  const read = await concurrently(READS_AT_ONCE, collections, (collection) => store.standings(collection));
  return {
    at: earliest(clock, pinOf(read.flat(), now)),
    clock,
    standings: new Map(collections.map((collection, place) => [collection, read[place] ?? []])),
  };
}

/** The pinned instant of scopes whose standings were read at one moment. */
export function pinOf(standings: readonly Standing[], now: number): Instant {
  const newest = standings.reduce((at, { snapshotAt }) => (snapshotAt && snapshotAt > at ? snapshotAt : at), BEGINNING);
  const live = standings.filter(({ lease, dirtyBy }) => lease && lease.until >= now && lease.holder === dirtyBy);
  return earliest(newest, ...live.map((standing) => standing.dirtySince));
}

/** The instants at which a collection's scopes are to be read, for a reader pinned to `at`. */
export type ScopeInstants = (scope: string) => Instant;

/** A scope that is dirty is read no later than its mark: later than that there are only changes not yet whole. */
export async function scopeInstants(store: Store, collection: Collection, at: Instant): Promise<ScopeInstants> {
  return instantsIn(await store.standings(collection), at);
}

/** The same, of standings read since the reader was pinned to `at`. */
export function instantsIn(standings: readonly Standing[], at: Instant): ScopeInstants {
  const dirty = new Map<string, Instant>();
  for (const { scope, dirtySince } of standings) {
    if (dirtySince !== undefined && dirtySince < at) dirty.set(scope, dirtySince);
  }
  return (scope) => dirty.get(scope) ?? at;
}

/** What is known of an item's past ends before the instant it is asked at: it has been kept for its time and deleted. */
export class BeyondRetention extends Error {
  override readonly name = "BeyondRetention";
}

const ATTEMPTS = 8;

/**
 * Those of the items that existed at their scope's instant, as they then were, in the order given. Answers tombstones
 * too. An item not changed since is its own version; of another, its chain of changes is followed to the first change
 * after the instant, which holds what was there before.
 */
export async function itemsAt(store: Store, items: readonly Item[], instantOf: ScopeInstants): Promise<ItemAt[]> {
  const found = new Map<string, ItemAt>();
  let open = [...items];
  for (let attempt = 0; open.length > 0; attempt += 1) {
    if (attempt === ATTEMPTS) throw new BeyondRetention(`the past of item ${open[0]?.key} is not kept that long`);
    const broken: Item[] = [];
    for (const { item, version } of await versionsAt(store, open, instantOf)) {
      if (version === "broken") broken.push(item);
      else if (version === item) found.set(item.key, item);
      else if (version)
        found.set(item.key, { collection: item.collection, key: item.key, scope: item.scope, ...version });
    }
    // A dead sync was undone between the reading of item and change: the item is back as it was, read it again.
    open = broken.length > 0 ? await reread(store, broken) : [];
  }
  return items.flatMap((item) => found.get(item.key) ?? []);
}

async function reread(store: Store, items: readonly Item[]): Promise<Item[]> {
  const [first] = items;
  if (!first) return [];
  return store.items(
    first.collection,
    items.map((item) => item.key),
  );
}

type Found = { readonly item: Item; readonly version: ItemVersion | undefined | "broken" };

async function versionsAt(store: Store, items: readonly Item[], instantOf: ScopeInstants): Promise<Found[]> {
  const found: Found[] = [];
  let open: { item: Item; next: LogPosition }[] = [];
  for (const item of items) {
    if (item.changedAt <= instantOf(item.scope)) found.push({ item, version: item });
    else open.push({ item, next: { at: item.changedAt, key: item.key } });
  }
  const [first] = items;
  while (first && open.length > 0) {
    const changes = await changesAtPositions(store, first.collection, open);
    const further: typeof open = [];
    for (const { item, next } of open) {
      const change = changes.get(item.key);
      const before = change?.before;
      if (!change) found.push({ item, version: "broken" });
      else if (!before || before.changedAt <= instantOf(item.scope)) found.push({ item, version: before });
      else further.push({ item, next: { at: before.changedAt, key: next.key } });
    }
    open = further;
  }
  return found;
}

async function changesAtPositions(
  store: Store,
  collection: Collection,
  open: readonly { readonly next: LogPosition }[],
): Promise<Map<string, Change>> {
  const changes = await store.changes(
    collection,
    open.map(({ next }) => next),
  );
  return new Map(changes.map((change) => [change.key, change]));
}

/** One page of a collection's items and tombstones as they were. `after` is the key to go on after; absent at the end. */
export interface ItemPage {
  readonly items: ItemAt[];
  readonly after?: string;
}

/** Reads a page of at most `limit` items, in key order, as of `at`; items that did not exist then leave it shorter. */
export async function itemPageAt(
  store: Store,
  collection: Collection,
  range: KeyRange,
  at: Instant,
  page: { readonly limit: number; readonly after?: string },
): Promise<ItemPage> {
  const instants = await scopeInstants(store, collection, at);
  const { items, end } = await store.itemPage(collection, range, page);
  const last = items.at(-1);
  return {
    items: await itemsAt(store, items, instants),
    ...(!end && last && { after: last.key }),
  };
}

/** One item as it was at an instant; undefined when it was never seen until then. */
export async function itemAt(
  store: Store,
  collection: Collection,
  key: string,
  at: Instant,
): Promise<ItemAt | undefined> {
  const instants = await scopeInstants(store, collection, at);
  const [item] = await itemsAt(store, await store.items(collection, [key]), instants);
  return item;
}

/** The newest snapshots that a reader has seen of collections, from one reading to the next. */
export type SeenSnapshots = Map<Collection, Instant>;

/** An item as of a snapshot; `stored` is its record, which may be of something later. */
export interface NewestItem {
  readonly at: Instant;
  readonly stored: Item | undefined;
  readonly item: ItemAt | undefined;
}

/**
 * One item of a collection that is one scope, as of its newest snapshot.
 *
 * Mostly in one read. All that a snapshot holds was stored before its instant stood in the scope's standing, and what is
 * stored later is later: so an item that is read after its snapshot was seen, by whatever request, can be told as of it, and
 * the standing needs no order with the item, only to be read as well, to show that there is no newer snapshot. One
 * scope has its standing read at one moment, so the clock is not needed either.
 */
export async function newestItem(
  store: Store,
  { collection, scope, key }: ItemPlace & { readonly scope: string },
  seen: SeenSnapshots,
): Promise<NewestItem> {
  const known = seen.get(collection) ?? BEGINNING;
  const { standing, item } = await store.standingAndItem(collection, scope, key);
  const at = standing?.snapshotAt ?? BEGINNING;
  if (at !== BEGINNING) seen.set(collection, at);
  const stored = at === known ? item : (await store.items(collection, [key]))[0];
  const [found] = await itemsAt(store, stored ? [stored] : [], () => at);
  return { at, stored, item: found };
}

export interface ChangePage {
  readonly changes: Change[];
  readonly after?: LogPosition;
}

/**
 * A page of at most `limit` changes after `after` (exclusive) and no later than `at`, a pinned instant or one before
 * it, in order of time and then of key. What a sync is applying, or died applying, is not among them.
 */
export async function changePageAt(
  store: Store,
  collection: Collection,
  at: Instant,
  page: { readonly limit: number; readonly after?: Instant | LogPosition },
): Promise<ChangePage> {
  const instants = await scopeInstants(store, collection, at);
  const range = { until: at, ...(page.after !== undefined && { after: page.after }) };
  const { changes, end } = await store.changePage(collection, range, page.limit);
  const last = changes.at(-1);
  return {
    changes: changes.filter((change) => change.at <= instants(change.scope)),
    ...(!end && last && { after: { at: last.at, key: last.key } }),
  };
}

/**
 * The changes of one item up to `at`, newest first, at most `limit`; `next` is the instant of the change to go on
 * with. The chain ends early where older changes are past their retention.
 */
export async function itemHistory(
  store: Store,
  collection: Collection,
  key: string,
  at: Instant,
  page: { readonly limit: number; readonly from?: Instant },
): Promise<{ readonly changes: Change[]; readonly next?: Instant }> {
  const version = page.from === undefined ? await itemAt(store, collection, key, at) : undefined;
  let next = page.from ?? version?.changedAt;
  const changes: Change[] = [];
  while (next !== undefined && changes.length < page.limit) {
    const [change]: Change[] = await store.changes(collection, [{ at: next, key }]);
    if (!change) return { changes };
    changes.push(change);
    next = change.previousAt;
  }
  return { changes, ...(next !== undefined && { next }) };
}

/** One version in an item's history. */
export interface HistoryEntry {
  readonly version: ItemVersion;
  /** The change that made it, as long as that is kept. */
  readonly change?: Change;
  /** When the next version took its place. */
  readonly until?: Instant;
}

/**
 * An item's versions up to `at`, newest first, at most `limit`; `rest` is the instant to go on before. The history begins
 * with the oldest version that something kept still tells of. Undefined when the item was never seen until `at`.
 */
export async function itemVersions(
  store: Store,
  collection: Collection,
  key: string,
  at: Instant,
  page: { readonly limit: number; readonly before?: Instant },
): Promise<{ readonly entries: HistoryEntry[]; readonly rest?: Instant } | undefined> {
  const changeAt = async (instant: Instant) => (await store.changes(collection, [{ at: instant, key }]))[0];
  let until = page.before;
  let version = until === undefined ? await itemAt(store, collection, key, at) : (await changeAt(until))?.before;
  if (until === undefined && version === undefined) return undefined;
  const entries: HistoryEntry[] = [];
  while (version !== undefined) {
    if (entries.length === page.limit) return { entries, ...(until !== undefined && { rest: until }) };
    const change: Change | undefined = await changeAt(version.changedAt);
    entries.push({ version, ...(change && { change }), ...(until !== undefined && { until }) });
    until = version.changedAt;
    version = change?.before;
  }
  return { entries };
}
