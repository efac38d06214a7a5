import type { Collection } from "../model/collection.ts";
import type { Position } from "./cursors.ts";

/** One row of a list, and the position after which a later page goes on. */
export interface Row {
  /** Makes the JSON text of the row. */
  readonly text: () => string;
  readonly after: readonly string[];
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
  readonly collections: readonly Collection[];
  readonly from: Position | undefined;
  readonly limit: number;
  readonly read: (request: BatchRequest) => Promise<Batch>;
}

/** One page of a list: its rows as JSON text, and where the next page begins. */
export interface WalkedPage {
  readonly texts: readonly string[];
  readonly next?: Position;
}

/** Lambda answers at most 6 MB, counted with the body quoted once more; some of it is left for the envelope. */
export const MAX_PAGE_BYTES = 5_400_000;
/** A page goes on reading for rows until it has read this many records, or twice its limit. */
const READ_BUDGET = 2_000;
/** What a read costs of the budget even if it finds nothing. */
const MIN_READ_COST = 20;
/** Records to read at a time when not every record is a row. */
export const FILTERED_BATCH = 200;

/**
 * Walks collections one after another, from `from` on, until a page is full: as many rows as the limit says, as large as a response may
 * be, or as many records read as one request should. A page may therefore be short while there is more.
 */
export async function walk({ collections, from, limit, read }: Walk): Promise<WalkedPage> {
  const texts: string[] = [];
  const fits = pageCapacity();
  let budget = Math.max(2 * limit, READ_BUDGET);
  const ahead = collections.filter((collection) => !from || collection >= from.collection);
  for (const [index, collection] of ahead.entries()) {
    let after = collection === from?.collection ? from.after : undefined;
    let prefetched: Promise<Batch> | undefined;
    let filtering = false;
    for (let end = false; !end; ) {
      if (texts.length === limit || budget <= 0) return { texts, next: positionOf(collection, after) };
      const batch: Batch = await (prefetched ??
        read({ collection, after, remaining: limit - texts.length, filtering }));
      budget -= Math.max(batch.read, MIN_READ_COST);
      filtering ||= batch.rows.length < batch.read;
      const remaining = limit - texts.length - batch.rows.length;
      // The next batch is read while the texts of this one are made.
      const more = batch.next !== undefined && remaining > 0 && budget > 0;
      prefetched = more ? read({ collection, after: batch.next, remaining, filtering }) : undefined;
      // The page may end before the batch is awaited. If it does not, the failure is met there.
      prefetched?.catch(() => undefined);
      for (const row of batch.rows) {
        const text = row.text();
        if (texts.length === limit || !fits(text, texts)) return { texts, next: positionOf(collection, after) };
        texts.push(text);
        after = row.after;
      }
      after = batch.next;
      end = after === undefined;
    }
    const next = ahead[index + 1];
    if (texts.length === limit && next !== undefined) return { texts, next: { collection: next } };
  }
  return { texts };
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
