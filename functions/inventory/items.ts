import { type Collection, inRange, type KeyRange } from "../model/collection.ts";
import { SyncError } from "../model/errors.ts";
import { headOf } from "../model/head.ts";
import type { Instant } from "../model/instant.ts";
import type { ItemRef, ItemVersion } from "../model/item.ts";
import type { Order, Store, StoredItem } from "../store/port.ts";
import { HistoryExpiredError } from "./errors.ts";
import type { ReadPage } from "./page.ts";
import type { ReadSnapshot } from "./read-timestamp.ts";

/*
 * From an item's head, if that is later than the read timestamp, its chain leads down through the log: the change at that instant holds the
 * version that was there before. Older versions that are still stored are never used, because they may have arrived late.
 */

/** Reads items as of the snapshot, tombstones among them, in order of keys or its reverse: from a key on, if there is one. */
export async function readItems(
  snapshot: ReadSnapshot,
  collection: Collection,
  range: KeyRange,
  page: { readonly limit: number; readonly after?: string; readonly order?: Order },
): Promise<ReadPage<ItemVersion, string>> {
  const [stored] = await Promise.all([snapshot.store.items(collection, range, page), snapshot.discards(collection)]);
  return {
    rows: await versionsAt(snapshot, collection, stored.items),
    read: stored.items.length,
    ...(stored.next !== undefined && { next: stored.next }),
  };
}

/** Reads those of the items that there are as of the snapshot, tombstones among them, in the order of the keys. */
export async function readItemsOf(
  snapshot: ReadSnapshot,
  collection: Collection,
  keys: readonly string[],
): Promise<ItemVersion[]> {
  if (keys.length === 0) return [];
  const [stored] = await Promise.all([snapshot.store.itemsOf(collection, keys), snapshot.discards(collection)]);
  const byKey = new Map((await versionsAt(snapshot, collection, stored)).map((version) => [version.key, version]));
  return keys.flatMap((key) => byKey.get(key) ?? []);
}

/** Reads items of several collections as of the snapshot, tombstones among them: collection by collection, else in the order of the refs. */
export async function readRefs(snapshot: ReadSnapshot, refs: readonly ItemRef[]): Promise<ItemVersion[]> {
  const keys = new Map<Collection, string[]>();
  for (const { collection, key } of refs) {
    const own = keys.get(collection) ?? [];
    own.push(key);
    keys.set(collection, own);
  }
  const found: ItemVersion[] = [];
  for (const [collection, own] of keys) found.push(...(await readItemsOf(snapshot, collection, own)));
  return found;
}

/** Reads one item as of the snapshot; undefined when it was never seen until then. */
export async function readItem(snapshot: ReadSnapshot, { collection, key }: ItemRef): Promise<ItemVersion | undefined> {
  return (await readItemsOf(snapshot, collection, [key]))[0];
}

/** The store, from which what reading the item begins with has been read at once. What is read again is read from the store. */
export async function withItemView(store: Store, item: ItemRef): Promise<Store> {
  const view = await store.itemView?.(item);
  if (!view) return store;
  const [timestamp, record, discards, head] = view;
  const ofCollection = (collection: Collection) => collection === item.collection;
  const ofItem = (collection: Collection, keys: readonly string[]) =>
    ofCollection(collection) && keys.length === 1 && keys[0] === item.key;
  return {
    ...store,
    readTimestamp: firstAnswer(timestamp, store.readTimestamp, () => true),
    collectionRecord: firstAnswer(record, store.collectionRecord, ofCollection),
    discards: firstAnswer(discards, store.discards, ofCollection),
    itemsOf: firstAnswer(head ? [[head]] : [], store.itemsOf, ofItem),
  };
}

/** Answers what has been read to the first call that asks for it; all others read. */
function firstAnswer<Given extends readonly unknown[], Answer>(
  first: Answer,
  read: (...given: Given) => Promise<Answer>,
  isAsked: (...given: Given) => boolean,
): (...given: Given) => Promise<Answer> {
  let isGiven = false;
  return async (...given) => {
    if (isGiven || !isAsked(...given)) return read(...given);
    isGiven = true;
    return first;
  };
}

/** A chain is broken for a moment when a sync's rows are cleaned up while they are read. */
const MAX_ATTEMPTS = 8;

/** The versions at the read timestamp, in the order of `stored`. */
async function versionsAt(
  snapshot: ReadSnapshot,
  collection: Collection,
  stored: readonly StoredItem[],
): Promise<ItemVersion[]> {
  const versions = new Map<string, ItemVersion>();
  let open = stored;
  for (let attempt = 1; open.length > 0; attempt += 1) {
    const { found, broken } = await followChains(snapshot, collection, open);
    for (const version of found) versions.set(version.key, version);
    const [first] = broken;
    if (first === undefined) break;
    if (attempt === MAX_ATTEMPTS) throw await brokenChain(snapshot, { collection, key: first });
    snapshot.refresh(collection);
    [open] = await Promise.all([snapshot.store.itemsOf(collection, broken), snapshot.discards(collection)]);
  }
  return stored.flatMap(([{ key }]) => versions.get(key) ?? []);
}

/** Follows all chains at once, one read of the log for each step. `broken` are the keys whose log record is missing. */
async function followChains(
  snapshot: ReadSnapshot,
  collection: Collection,
  stored: readonly StoredItem[],
): Promise<{ readonly found: readonly ItemVersion[]; readonly broken: readonly string[] }> {
  const discards = await snapshot.discards(collection);
  const found: ItemVersion[] = [];
  const broken: string[] = [];
  let later: { readonly key: string; readonly at: Instant }[] = [];
  const arrive = (version: ItemVersion | undefined) => {
    if (version === undefined) return;
    if (version.at <= snapshot.at) found.push(version);
    else later.push({ key: version.key, at: version.at });
  };
  for (const versions of stored) arrive(headOf(versions, discards));
  while (later.length > 0) {
    const positions = later;
    later = [];
    const changes = await snapshot.store.changesAt(collection, positions);
    const byKey = new Map(changes.map((change) => [change.after.key, change]));
    for (const { key } of positions) {
      const change = byKey.get(key);
      if (change) arrive(change.before);
      else broken.push(key);
    }
  }
  return { found, broken };
}

async function brokenChain({ store, at, keptSince }: ReadSnapshot, { collection, key }: ItemRef): Promise<Error> {
  const kept = keptSince();
  if (at < kept) return new HistoryExpiredError(`${at} is outside the retention period`, kept);
  const states = await store.scopeStates(collection);
  const lost = states.flatMap(({ range, logLostUntil }) => (inRange(range, key) ? (logLostUntil ?? []) : []));
  const lostUntil = lost.sort().at(-1);
  if (lostUntil !== undefined && at < lostUntil) {
    return new HistoryExpiredError(`part of the change log before ${lostUntil} was lost`, lostUntil);
  }
  const gap = `the change log of item ${key} in ${collection} has a gap after ${at}`;
  return new SyncError("damaged", `${gap}: run \`stocktake verify --repair\``);
}
