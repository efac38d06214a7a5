import { startDigest } from "./digest.ts";
import type { ListedItem, RemovalCause } from "./item.ts";
import type { IndexEntry } from "./store.ts";

/** A change that a sync found, before it has an instant. `known` says whether the store holds the item or its tombstone. */
export type Draft =
  | { readonly kind: "added" | "modified"; readonly key: string; readonly known: boolean; readonly listed: ListedItem }
  | { readonly kind: "removed"; readonly key: string; readonly known: true; readonly cause: RemovalCause };

/** The running comparison of what is listed with what is stored. */
export interface Comparison {
  /** Takes in what is stored; it must be in before a listed item with one of these keys is. */
  store(entries: readonly IndexEntry[]): void;
  /** Compares one listed item. Of a key that is listed more than once, only the first counts. */
  see(listed: ListedItem): Draft | "unchanged" | "repeated";
  /** Notes that the key was listed, though its document could not be stored: what is stored of it stays. */
  keep(key: string): void;
  /** Keys stored as present, of those for which `counts` holds, that nothing listed so far names. */
  missing(counts: (key: string) => boolean): string[];
  /** Keys listed so far, stored before or not. */
  readonly seen: ReadonlySet<string>;
  /** How many of the keys listed so far were stored as present. */
  readonly seenPresent: number;
  /** The digest of the stored items once the changes seen so far, and the removal of these keys, are applied to it. */
  digestAfter(digest: string | undefined, removed: readonly string[]): string;
}

export function startComparison(): Comparison {
  const index = new Map<string, IndexEntry>();
  const seen = new Set<string>();
  const change = startDigest();
  let seenPresent = 0;
  const takeOut = (key: string) => {
    const stored = index.get(key);
    index.delete(key);
    if (stored?.present) seenPresent += 1;
    return stored;
  };
  return {
    seen,
    get seenPresent() {
      return seenPresent;
    },
    store(entries) {
      for (const entry of entries) index.set(entry.key, entry);
    },
    see(listed) {
      if (seen.has(listed.key)) return "repeated";
      seen.add(listed.key);
      const stored = takeOut(listed.key);
      if (stored?.present && stored.hash === listed.hash) return "unchanged";
      change.toggle(listed.hash);
      if (!stored?.present) return { kind: "added", key: listed.key, known: stored !== undefined, listed };
      change.toggle(stored.hash);
      return { kind: "modified", key: listed.key, known: true, listed };
    },
    keep(key) {
      seen.add(key);
      takeOut(key);
    },
    missing(counts) {
      return [...index.values()].filter((entry) => entry.present && counts(entry.key)).map((entry) => entry.key);
    },
    digestAfter(digest, removed) {
      const after = startDigest(digest);
      after.toggle(change.text());
      for (const key of removed) {
        const entry = index.get(key);
        if (entry) after.toggle(entry.hash);
      }
      return after.text();
    },
  };
}
