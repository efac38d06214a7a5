import type { KeyRange } from "../model/collection.ts";
import { startDigest } from "../model/digest.ts";
import type { Consistency, IndexEntry } from "../store/port.ts";
import { concurrently } from "./concurrently.ts";
import { compareWithOutline, type Outlined } from "./outline.ts";

export interface SnapshotIndexOptions {
  /** What is listed of the whole scope, in key order, each key once; undefined when that is not known. */
  readonly listed: readonly Outlined[] | undefined;
  readonly range: KeyRange;
  /** The scope's present items, as its standing tells. */
  readonly snapshot: { readonly items: number; readonly digest: string };
  readonly outline: () => Promise<Uint8Array | undefined>;
  readonly index: (range: KeyRange, consistency: Consistency) => AsyncIterable<IndexEntry[]>;
}

/** What is stored in a scope. */
export interface SnapshotIndex {
  readonly entries: readonly IndexEntry[];
  /** Whether all tombstones are among them, too. */
  readonly tombstones: boolean;
}

const RANGES_IN_FLIGHT = 8;

/**
 * Reads what is stored in a scope, as cheaply as it can be had: what is listed as the outline has it is stored as it is listed, and the
 * rest is read eventually consistent, at half the price; or all of it is. Neither is believed unless it has the snapshot's number of items
 * and its digest. Failing that, it is read strongly.
 */
export async function readSnapshotIndex(options: SnapshotIndexOptions): Promise<SnapshotIndex> {
  const { range, snapshot, index } = options;
  for (const read of [readElsewhere, readEventually]) {
    const entries = await read(options);
    if (entries && isOf(snapshot, entries)) return { entries, tombstones: false };
  }
  return { entries: await entriesOf(index(range, "strong")), tombstones: true };
}

async function readElsewhere(options: SnapshotIndexOptions): Promise<IndexEntry[] | undefined> {
  const { listed, range, index } = options;
  const outline = listed && (await options.outline());
  if (!outline) return undefined;
  const { same, elsewhere } = compareWithOutline(listed, outline, range);
  // Many small ranges cost more than they save.
  if (same.length * 2 < listed.length) return undefined;
  const read = await concurrently(RANGES_IN_FLIGHT, elsewhere, (part) => entriesOf(index(part, "eventual")));
  return [...same.map(({ key, hash }): IndexEntry => ({ key, hash, present: true })), ...read.flat()];
}

function readEventually({ range, index }: SnapshotIndexOptions): Promise<IndexEntry[]> {
  return entriesOf(index(range, "eventual"));
}

async function entriesOf(pages: AsyncIterable<IndexEntry[]>): Promise<IndexEntry[]> {
  const entries: IndexEntry[] = [];
  for await (const page of pages) for (const entry of page) entries.push(entry);
  return entries;
}

function isOf(snapshot: SnapshotIndexOptions["snapshot"], entries: readonly IndexEntry[]): boolean {
  const digest = startDigest();
  let items = 0;
  for (const { hash, present } of entries) {
    if (!present) continue;
    digest.toggle(hash);
    items += 1;
  }
  return items === snapshot.items && digest.text() === snapshot.digest;
}
