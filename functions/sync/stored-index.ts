import type { IndexEntry } from "../store/port.ts";
import type { Comparison } from "./compare.ts";
import { positionOf } from "./cut.ts";
import { readAhead } from "./read-ahead.ts";

/** What is stored of a scope, taken into a comparison no sooner than needed. */
export interface StoredIndex {
  /** Takes in all that is stored at positions up to this one; everything, for none. */
  readPast(position: string | undefined): Promise<void>;
}

const PAGES_AHEAD = 4;

/** `index` comes in key order, and is read from now on, a few pages ahead. */
export function startStoredIndex(index: AsyncIterable<IndexEntry[]>, comparison: Comparison): StoredIndex {
  const pages = readAhead(index, PAGES_AHEAD)[Symbol.asyncIterator]();
  let read: string | undefined = "";
  return {
    async readPast(position) {
      while (read !== undefined && (position === undefined || read <= position)) {
        const { value, done } = await pages.next();
        if (done) {
          read = undefined;
          return;
        }
        comparison.store(value);
        const last = value.at(-1);
        if (last) read = positionOf(last.key);
      }
    },
  };
}
