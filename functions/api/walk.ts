import type { Collection } from "../model/collection.ts";
import type { ItemVersion } from "../model/item.ts";
import type { Position } from "./cursors.ts";

/** One row of a list, and the position after which a later page goes on. */
export interface Row {
  /** Makes the JSON text of the row. */
  readonly text: () => string;
  readonly after: readonly string[];
  /** Where it belongs among the rows of its page, least first, whatever its position; absent where the position says that. */
  readonly rank?: number;
  /** What it shows: the versions whose ends may have to be named. */
  readonly items?: readonly ItemVersion[];
}

/** What one read of a collection gave. */
export interface Batch {
  readonly rows: readonly Row[];
  /** Records read to get them. */
  readonly read: number;
  /** Where to read on; absent at the collection's end. */
  readonly next?: readonly string[];
}

/** What to read of a collection. */
export interface BatchRequest {
  readonly collection: Collection;
  readonly after: readonly string[] | undefined;
  /** How many more rows the page has room for. */
  readonly remaining: number;
  /** Some of what this page has read of the collection were no rows. */
  readonly filtering: boolean;
}

export interface Walk {
  /** In the order in which they are walked: that of their names, or its reverse. */
  readonly collections: readonly Collection[];
  readonly order?: "asc" | "desc" | undefined;
  readonly from: Position | undefined;
  readonly limit: number;
  readonly read: (request: BatchRequest) => Promise<Batch>;
  /** Called with rows whose texts are made next. */
  readonly prepare?: ((rows: readonly Row[]) => Promise<void>) | undefined;
  /** Makes of a row's JSON what the response has of it. */
  readonly write?: ((json: string) => string) | undefined;
  /** Milliseconds that have passed. */
  readonly elapsed?: () => number;
}

/** One page of a list: its rows as texts, and where the next page begins. */
export interface WalkedPage {
  readonly texts: readonly string[];
  readonly next?: Position;
  /** Records read. */
  readonly read: number;
}

/** Stands for all collections, in lists that have them all in one order. */
export const ALL_COLLECTIONS: Collection = "*";

/** Lambda answers at most 6 MB, counted with the body quoted once more; some of it is left for the envelope. */
export const MAX_PAGE_BYTES = 5_400_000;
/** A page goes on reading for rows until it has read this many records, or twice its limit. */
const READ_BUDGET = 10_000;
/** What a read costs of the budget even if it finds nothing. */
const MIN_READ_COST = 20;
/** A page that has no row yet goes on beyond its budget, but no longer than a deployed API has time for. */
const MAX_EMPTY_MS = 15_000;
/** Records to read at a time when not every record is a row. */
export const FILTERED_BATCH = 200;

/**
 * Walks collections one after another, from `from` on, until a page is full: as many rows as the limit says, as large as a response may
 * be, or, once it has a row, as many records read as one request should. A page may therefore be short while there is more.
 */
export async function walk(request: Walk): Promise<WalkedPage> {
  const { collections, order = "asc", from, limit, read: readOf, prepare, write = (json) => json } = request;
  const started = performance.now();
  const { elapsed = () => performance.now() - started } = request;
  const texts: string[] = [];
  const ranks: number[] = [];
  const fits = pageCapacity();
  let budget = Math.max(2 * limit, READ_BUDGET);
  let read = 0;
  const isSpent = () => budget <= 0 && (texts.length > 0 || elapsed() > MAX_EMPTY_MS);
  const pageOf = (next?: Position): WalkedPage => ({ texts: byRank(texts, ranks), read, ...(next && { next }) });
  const ahead = collections.filter(
    (collection) => !from || (order === "asc" ? collection >= from.collection : collection <= from.collection),
  );
  for (const [index, collection] of ahead.entries()) {
    let after = collection === from?.collection ? from.after : undefined;
    let prefetched: Promise<Batch> | undefined;
    let filtering = false;
    for (let end = false; !end; ) {
      if (texts.length === limit || isSpent()) return pageOf(positionOf(collection, after));
      const batch: Batch = await (prefetched ??
        readOf({ collection, after, remaining: limit - texts.length, filtering }));
      read += batch.read;
      budget -= Math.max(batch.read, MIN_READ_COST);
      filtering ||= batch.rows.length < batch.read;
      const remaining = limit - texts.length - batch.rows.length;
      // The next batch is read while the texts of this one are made.
      const more = batch.next !== undefined && remaining > 0 && budget > 0;
      prefetched = more ? readOf({ collection, after: batch.next, remaining, filtering }) : undefined;
      // The page may end before the batch is awaited. If it does not, the failure is met there.
      prefetched?.catch(() => undefined);
      await prepare?.(batch.rows.slice(0, limit - texts.length));
      for (const row of batch.rows) {
        const text = write(row.text());
        if (texts.length === limit || !fits(text, texts)) return pageOf(positionOf(collection, after));
        texts.push(text);
        ranks.push(row.rank ?? 0);
        after = row.after;
      }
      after = batch.next;
      end = after === undefined;
    }
    const next = ahead[index + 1];
    if (texts.length === limit && next !== undefined) return pageOf({ collection: next });
  }
  return pageOf();
}

/** The texts of the least rank first, otherwise as they were. */
function byRank(texts: readonly string[], ranks: readonly number[]): readonly string[] {
  const order = [...ranks.keys()].sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
  return ranks.some((rank) => rank !== ranks[0]) ? order.map((index) => texts[index] ?? "") : texts;
}

const COUNTED_AT_A_TIME = 1_000;
const MAX_COUNTED = 100_000;

/** What a list's response says of how many rows it has on all its pages. */
export type Count = {
  readonly count: number;
  /** Counting ended before the list did. */
  readonly countTruncated?: true;
};

/** Counts the rows of collections, from the beginning. */
export async function countRows(
  collections: readonly Collection[],
  readOf: (request: BatchRequest) => Promise<Pick<Batch, "read" | "next"> & { readonly rows: readonly unknown[] }>,
): Promise<Count> {
  let count = 0;
  let read = 0;
  for (const collection of collections) {
    for (let after: readonly string[] | undefined, end = false; !end; ) {
      if (read >= MAX_COUNTED) return { count, countTruncated: true };
      const batch = await readOf({ collection, after, remaining: COUNTED_AT_A_TIME, filtering: true });
      count += batch.rows.length;
      read += Math.max(batch.read, MIN_READ_COST);
      after = batch.next;
      end = after === undefined;
    }
  }
  return { count };
}

function positionOf(collection: Collection, after: readonly string[] | undefined): Position {
  return { collection, ...(after && { after }) };
}

/** A character is at most three bytes of UTF-8, or two when it is an escaped one. */
const MAX_CHARACTER_BYTES = 3;

/** Tells whether one more text fits a page. Sizes are counted only on pages that may be too large, because counting takes time. */
function pageCapacity(): (text: string, before: readonly string[]) => boolean {
  let characters = 0;
  let bytes: number | undefined;
  return (text, before) => {
    characters += text.length;
    if (bytes === undefined && characters * MAX_CHARACTER_BYTES <= MAX_PAGE_BYTES) return true;
    bytes ??= before.reduce((sum, each) => sum + quotedSize(each), 0);
    bytes += quotedSize(text);
    return bytes <= MAX_PAGE_BYTES || before.length === 0;
  };
}

/** Bytes of a JSON text when it is itself quoted in JSON, as Lambda hands it on. */
export function quotedSize(text: string): number {
  return Buffer.byteLength(text) + occurrences(text, '"') + occurrences(text, "\\");
}

function occurrences(text: string, character: string): number {
  let count = 0;
  for (let index = text.indexOf(character); index !== -1; index = text.indexOf(character, index + 1)) count += 1;
  return count;
}
