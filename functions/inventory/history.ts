import type { Instant } from "../model/instant.ts";
import type { Change, ItemRef, ItemVersion } from "../model/item.ts";
import { isVisible, type VisibleChange } from "./changes.ts";
import { readItem } from "./items.ts";
import type { ReadSnapshot } from "./read-timestamp.ts";

/** One version in an item's history. */
export interface HistoryEntry {
  /** The version that a visible change made: its number, its instant, its cause. */
  readonly version: ItemVersion;
  /** What the item was from then on: the version itself, or what reindexing made of it. */
  readonly content: ItemVersion;
  /** The change that made the version, as long as the log keeps it. */
  readonly change?: VisibleChange;
  /** When the next version took its place. */
  readonly until?: Instant;
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  /** The instant to go on from; absent at the end. */
  readonly next?: Instant;
}

/**
 * Reads an item's versions as of the snapshot, newest first. The history ends with the oldest version that the log still tells of.
 * Undefined when the item was never seen until then.
 *
 * A reindexed version counts as the version before it: one entry has the content of the newer, and the number, instant and change of
 * the older. Numbers and instants in a history are therefore those of the changes that the log shows.
 */
export async function readHistory(
  snapshot: ReadSnapshot,
  item: ItemRef,
  page: { readonly limit: number; readonly before?: Instant },
): Promise<HistoryPage | undefined> {
  let until = page.before;
  let version = until === undefined ? await readItem(snapshot, item) : (await changeAt(snapshot, item, until))?.before;
  if (until === undefined && version === undefined) return undefined;
  const entries: HistoryEntry[] = [];
  while (version !== undefined) {
    if (entries.length === page.limit) return { entries, ...(until !== undefined && { next: until }) };
    const entry = await entryOf(snapshot, version);
    entries.push({ ...entry, ...(until !== undefined && { until }) });
    until = entry.version.at;
    version = entry.change?.before;
  }
  return { entries };
}

/** A longer history is read only newest first: its versions lead to older ones alone. */
export const MAX_ASCENDING = 2_000;

/**
 * The same oldest first, after an instant: every page reads the versions down to there. Undefined when the item was never seen until then;
 * `too long` when more than MAX_ASCENDING versions would have to be read.
 */
export async function readHistoryAscending(
  snapshot: ReadSnapshot,
  item: ItemRef,
  { limit, after }: { readonly limit: number; readonly after?: Instant },
): Promise<HistoryPage | "too long" | undefined> {
  const oldest: HistoryEntry[] = [];
  let before: Instant | undefined;
  for (let read = 0; ; read += READ_AT_A_TIME) {
    if (read >= MAX_ASCENDING) return "too long";
    const page = await readHistory(snapshot, item, { limit: READ_AT_A_TIME, ...(before !== undefined && { before }) });
    if (!page) return undefined;
    const later = page.entries.filter(({ version }) => after === undefined || version.at > after);
    oldest.push(...later);
    // One more than the page says that there is more.
    oldest.splice(0, oldest.length - limit - 1);
    before = page.next;
    if (before === undefined || later.length < page.entries.length) break;
  }
  const entries = oldest.reverse().slice(0, limit);
  const last = entries.at(-1);
  return { entries, ...(oldest.length > limit && last && { next: last.version.at }) };
}

const READ_AT_A_TIME = 100;

/** The entry of a version: reindexing is passed over, down to the version that a visible change made. */
async function entryOf(
  snapshot: ReadSnapshot,
  content: ItemVersion,
): Promise<Pick<HistoryEntry, "version" | "content" | "change">> {
  for (let version = content; ; ) {
    const change: Change | undefined = await changeAt(snapshot, version, version.at);
    if (!change) return { version, content };
    if (isVisible(change)) return { version, content, change };
    if (!change.before) return { version, content };
    version = change.before;
  }
}

async function changeAt(
  { store }: ReadSnapshot,
  { collection, key }: ItemRef,
  at: Instant,
): Promise<Change | undefined> {
  return (await store.changesAt(collection, [{ at, key }]))[0];
}
