import { startDigest } from "./digest.ts";
import type { ListedItem, RemovalCause } from "./item.ts";
import type { IndexEntry } from "./store.ts";

/** A change that a sync found, before it has an instant. `known` says whether the store may hold the item or its tombstone. */
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
  seen(): Iterable<string>;
  /** How many of the keys listed so far were stored as present. */
  readonly seenPresent: number;
  /** The digest of the stored items once the changes seen so far, and the removal of these keys, are applied to it. */
  digestAfter(digest: string | undefined, removed: readonly string[]): string;
}

/** What is known of a key beside the hash of an item stored as present that was not listed so far. */
const TOMBSTONE = Symbol("stored as a tombstone, not listed");
const SEEN = Symbol("listed");

/** `tombstones` says whether those that are stored are among what is taken in. */
export function startComparison(tombstones = true): Comparison {
  // Of a million items this one map is most of what a sync holds: a key is in it once, whatever is known of it.
  const keys = new Map<string, string | typeof TOMBSTONE | typeof SEEN>();
  const change = startDigest();
  let seenPresent = 0;
  const see = (key: string) => {
    const before = keys.get(key);
    keys.set(key, SEEN);
    if (typeof before === "string") seenPresent += 1;
    return before;
  };
  return {
    get seenPresent() {
      return seenPresent;
    },
    store(entries) {
      for (const { key, hash, present } of entries) keys.set(key, present ? hash : TOMBSTONE);
    },
    see(listed) {
      const stored = see(listed.key);
      if (stored === SEEN) return "repeated";
      if (stored === listed.hash) return "unchanged";
      change.toggle(listed.hash);
      if (typeof stored !== "string") {
        return { kind: "added", key: listed.key, known: stored === TOMBSTONE || !tombstones, listed };
      }
      change.toggle(stored);
      return { kind: "modified", key: listed.key, known: true, listed };
    },
    keep(key) {
      see(key);
    },
    missing(counts) {
      const missing = [];
      for (const [key, known] of keys) if (typeof known === "string" && counts(key)) missing.push(key);
      return missing;
    },
    *seen() {
      for (const [key, known] of keys) if (known === SEEN) yield key;
    },
    digestAfter(digest, removed) {
      const after = startDigest(digest);
      after.toggle(change.text());
      for (const key of removed) {
        const known = keys.get(key);
        if (typeof known === "string") after.toggle(known);
      }
      return after.text();
    },
  };
}
