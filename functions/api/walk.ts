import type { Collection } from "../model/collection.ts";
import type { Position } from "./cursors.ts";

/** One entry of a list, and the place after which a later page goes on. */
export interface Entry {
  /** Makes the JSON text that is answered. */
  readonly text: () => string;
  readonly after: readonly string[];
}

/** What one read of a collection gave. */
export interface Slice {
  readonly entries: readonly Entry[];
  /** Records read to get them. */
  readonly read: number;
  /** Where to read on; absent at the collection's end. */
  readonly rest?: readonly string[];
}

export interface Walk {
  readonly collections: readonly Collection[];
  readonly from: Position | undefined;
  readonly limit: number;
  /** Reads on in a collection, `room` entries being wanted still; `sifting` when not all that this page has read of it were entries. */
  readonly read: (
    collection: Collection,
    after: readonly string[] | undefined,
    room: number,
    sifting: boolean,
  ) => Promise<Slice>;
}

/** One page of a list: its entries as JSON text, and where the next begins. */
export interface WalkedPage {
  readonly texts: readonly string[];
  readonly next?: Position;
}

/** Lambda answers at most 6 MB, counted with the body quoted once more; some of it is left for the envelope. */
export const MAX_PAGE_BYTES = 5_400_000;
/** A page goes on reading for entries until it has read this many records, or twice its limit. */
const READ_BUDGET = 2_000;
/** What a read costs of the budget even if it finds nothing. */
const LEAST_READ = 20;

/**
 * Walks collections one after another, from `from` on, until a page is full: as many entries as the limit says, as
 * large as an answer may be, or as many records read as one request should. So it may be short while there is more.
 */
export async function walk({ collections, from, limit, read }: Walk): Promise<WalkedPage> {
  const texts: string[] = [];
  const fits = pageRoom();
  let budget = Math.max(2 * limit, READ_BUDGET);
  const remaining = collections.filter((collection) => !from || collection >= from.collection);
  for (const [place, collection] of remaining.entries()) {
    let after = collection === from?.collection ? from.after : undefined;
    let ahead: Promise<Slice> | undefined;
    let sifting = false;
    for (let end = false; !end; ) {
      if (texts.length === limit || budget <= 0) return { texts, next: positionOf(collection, after) };
      const slice: Slice = await (ahead ?? read(collection, after, limit - texts.length, sifting));
      budget -= Math.max(slice.read, LEAST_READ);
      sifting ||= slice.entries.length < slice.read;
      const room = limit - texts.length - slice.entries.length;
      // What comes next is read while the texts of this are made.
      ahead = slice.rest && room > 0 && budget > 0 ? read(collection, slice.rest, room, sifting) : undefined;
      // The page may end before it is waited for; if not, its failure is met where it is.
      ahead?.catch(() => undefined);
      for (const { text: textOf, after: place } of slice.entries) {
        const text = textOf();
        if (texts.length === limit || !fits(text, texts)) return { texts, next: positionOf(collection, after) };
        texts.push(text);
        after = place;
      }
      after = slice.rest;
      end = after === undefined;
    }
    const next = remaining[place + 1];
    if (texts.length === limit && next !== undefined) return { texts, next: { collection: next } };
  }
  return { texts };
}

function positionOf(collection: Collection, after: readonly string[] | undefined): Position {
  return { collection, ...(after && { after }) };
}

/** A character is at most three bytes of UTF-8, or two when it is an escaped one. */
const MOST_BYTES = 3;

/** Whether one more text fits a page. Only of pages that may be too large are the sizes counted: that takes its time. */
function pageRoom(): (text: string, before: readonly string[]) => boolean {
  let characters = 0;
  let bytes: number | undefined;
  return (text, before) => {
    characters += text.length;
    if (bytes === undefined && characters * MOST_BYTES <= MAX_PAGE_BYTES) return true;
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
  for (let place = text.indexOf(character); place !== -1; place = text.indexOf(character, place + 1)) count += 1;
  return count;
}
