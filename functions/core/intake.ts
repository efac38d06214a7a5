import { type Comparison, type Draft, startComparison } from "./compare.ts";
import { positionOf } from "./cut.ts";
import { startDigest } from "./digest.ts";
import type { ListedItem } from "./item.ts";
import { readAhead } from "./read-ahead.ts";
import type { IndexEntry } from "./store.ts";

/** Takes in what a sync lists, item by item, and finds out what has changed. */
export interface Intake {
  take(items: readonly ListedItem[]): Promise<void>;
  /** Takes in a key whose document could not be stored: what is stored of it stays. */
  keep(key: string): Promise<void>;
  /** What has changed since the scope's snapshot, nothing more to come; `position` is where the listing was cut, if it was. */
  end(position: string | undefined): Promise<Intaken>;
  /** Items taken in so far, each key once. */
  readonly listed: number;
}

export interface Intaken {
  /** Additions and modifications that were not applied yet. */
  readonly drafts: readonly Draft[];
  /** Absent when everything listed is as it was, so that nothing had to be compared. */
  readonly comparison?: Comparison;
}

export interface IntakeOptions {
  /** The stored index of what is listed, in key order; read once, and no sooner than needed. */
  readonly index: () => AsyncIterable<IndexEntry[]>;
  /** Whether items come in the order of their keys' positions, so that the index can be read in step with them. */
  readonly ascending: () => boolean;
  /** Applies changes ahead of the listing's end. */
  readonly apply: (drafts: readonly Draft[]) => Promise<void>;
  readonly onFound: (kind: "added" | "modified" | "unchanged", count: number) => void;
  /** The snapshot that the listing may turn out to be equal to; absent when there is none of just what is listed. */
  readonly snapshot: { readonly items: number; readonly digest: string } | undefined;
  /** Changes kept in memory before they are applied. */
  readonly flushItems: number;
  /** Characters of listed content kept in memory in the hope that all of it is unchanged. */
  readonly lookAhead: number;
}

const FLUSH_CHARACTERS = 16_000_000;
const INDEX_PAGES_AHEAD = 4;

/**
 * Starts taking in a listing. A listing that fits the look-ahead and has the digest of the snapshot is known to be unchanged
 * without reading a single item from the store. Any other is compared with the scope's index, in passing once
 * the look-ahead is full.
 */
export function startIntake(options: IntakeOptions): Intake {
  const { apply, onFound, snapshot, flushItems, lookAhead } = options;
  const digest = startDigest();
  const waiting = { items: [] as ListedItem[], characters: 0 };
  const changed = { drafts: [] as Draft[], characters: 0 };
  let comparison: Comparison | undefined;
  let stored: StoredIndex | undefined;
  let listed = 0;

  const startComparing = async () => {
    comparison = startComparison();
    stored = startStoredIndex(options.index(), comparison);
    const items = waiting.items.splice(0);
    listed = 0;
    await compare(comparison, items);
    return comparison;
  };

  const compare = async (comparison: Comparison, items: readonly ListedItem[]) => {
    const last = items.at(-1);
    if (!last) return;
    await stored?.readPast(options.ascending() ? positionOf(last.key) : undefined);
    for (const item of items) {
      const found = comparison.see(item);
      if (found === "repeated") continue;
      listed += 1;
      if (found === "unchanged") {
        onFound("unchanged", 1);
        continue;
      }
      onFound(found.kind === "added" ? "added" : "modified", 1);
      changed.drafts.push(found);
      changed.characters += item.size;
      if (changed.drafts.length >= flushItems || changed.characters >= FLUSH_CHARACTERS) await apply(takeDrafts());
    }
  };

  const takeDrafts = () => {
    changed.characters = 0;
    return changed.drafts.splice(0);
  };

  return {
    get listed() {
      return listed;
    },
    async take(items) {
      if (comparison) return compare(comparison, items);
      for (const item of items) {
        waiting.items.push(item);
        waiting.characters += item.size;
        digest.toggle(item.hash);
      }
      listed += items.length;
      if (!snapshot || waiting.characters > lookAhead) await startComparing();
    },
    async keep(key) {
      const comparing = comparison ?? (await startComparing());
      await stored?.readPast(undefined);
      comparing.keep(key);
    },
    async end(position) {
      if (!comparison && position === undefined && listed === snapshot?.items && digest.text() === snapshot.digest) {
        onFound("unchanged", listed);
        return { drafts: [] };
      }
      const compared = comparison ?? (await startComparing());
      await stored?.readPast(position);
      return { drafts: takeDrafts(), comparison: compared };
    },
  };
}

interface StoredIndex {
  /** Takes in all that is stored at positions up to this one; everything, for none. */
  readPast(position: string | undefined): Promise<void>;
}

function startStoredIndex(index: AsyncIterable<IndexEntry[]>, comparison: Comparison): StoredIndex {
  const pages = readAhead(index, INDEX_PAGES_AHEAD)[Symbol.asyncIterator]();
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
