import { startDigest } from "../model/digest.ts";
import type { ListedItem, RemovalCause } from "../model/item.ts";
import type { IndexEntry } from "../store/port.ts";
import { startKeyTable } from "./key-table.ts";

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

/** What is known of a key. */
const LISTED = 0;
const PRESENT = 1;
const TOMBSTONE = 2;
const HASH_BYTES = 16;

/** `tombstones` says whether those that are stored are among what is taken in. */
export function startComparison(tombstones = true): Comparison {
  const keys = startKeyTable();
  let states = Buffer.alloc(256);
  /** Of the keys stored as present. */
  let hashes = Buffer.alloc(256 * HASH_BYTES);
  const change = startDigest();
  let seenPresent = 0;

  const numberOf = (key: string) => {
    const number = keys.numberOf(key);
    if (number === states.length) {
      states = Buffer.concat([states], number * 2);
      hashes = Buffer.concat([hashes], number * 2 * HASH_BYTES);
    }
    return number;
  };
  const hashAt = (number: number) => hashes.toString("base64url", number * HASH_BYTES, (number + 1) * HASH_BYTES);
  /** What is stored under a key that is listed now. */
  const see = (key: string) => {
    const known = keys.size;
    const number = numberOf(key);
    const stored = number === known ? undefined : states[number];
    states[number] = LISTED;
    if (stored === PRESENT) seenPresent += 1;
    return { number, stored };
  };
  function* keysThatAre(state: number) {
    for (let number = 0; number < keys.size; number += 1) if (states[number] === state) yield keys.key(number);
  }

  return {
    get seenPresent() {
      return seenPresent;
    },
    store(entries) {
      for (const { key, hash, present } of entries) {
        const number = numberOf(key);
        states[number] = present ? PRESENT : TOMBSTONE;
        if (present) hashes.write(hash, number * HASH_BYTES, HASH_BYTES, "base64url");
      }
    },
    see(listed) {
      const { number, stored } = see(listed.key);
      if (stored === LISTED) return "repeated";
      if (stored !== PRESENT) {
        change.toggle(listed.hash);
        return { kind: "added", key: listed.key, known: stored === TOMBSTONE || !tombstones, listed };
      }
      const before = hashAt(number);
      if (before === listed.hash) return "unchanged";
      change.toggle(before);
      change.toggle(listed.hash);
      return { kind: "modified", key: listed.key, known: true, listed };
    },
    keep(key) {
      see(key);
    },
    missing: (counts) => [...keysThatAre(PRESENT)].filter(counts),
    seen: () => keysThatAre(LISTED),
    digestAfter(digest, removed) {
      const after = startDigest(digest);
      after.toggle(change.text());
      for (const key of removed) {
        const number = keys.find(key);
        if (number !== undefined && states[number] === PRESENT) after.toggle(hashAt(number));
      }
      return after.text();
    },
  };
}
