import type { Change, Item, ItemVersion } from "../../functions/model/item.ts";
import type { SyncRecord } from "../../functions/store/port.ts";

/** Records to store, valid in every member, with what a test sets. */

export const COLLECTION = "test.things/123456789012/eu-west-1";

export function instant(second: number): string {
  return new Date(Date.UTC(2026, 2, 1) + second * 1000).toISOString();
}

export function version(set: Partial<ItemVersion> = {}): ItemVersion {
  return {
    state: "present",
    version: 1,
    hash: "hash",
    document: "{}",
    firstSeenAt: instant(0),
    changedAt: instant(0),
    ...set,
  };
}

export function item(key: string, set: Partial<Item> = {}): Item {
  return { collection: COLLECTION, key, scope: "all", ...version(), ...set };
}

export function change(at: string, key: string, set: Partial<Change> = {}): Change {
  return {
    collection: COLLECTION,
    at,
    key,
    scope: "all",
    kind: "added",
    version: 1,
    document: "{}",
    sync: `${instant(0)}#all`,
    ...set,
  };
}

export function syncRecord(startedAt: string, set: Partial<SyncRecord> = {}): SyncRecord {
  return {
    collection: COLLECTION,
    startedAt,
    scope: "all",
    outcome: "complete",
    pages: 1,
    listed: 2,
    added: 3,
    modified: 4,
    removed: 5,
    unchanged: 6,
    held: 7,
    refused: 0,
    refusals: [],
    retries: 8,
    durationMs: 9,
    ...set,
  };
}

/** Keys in the order of their UTF-8 bytes; JavaScript's own order puts the pair of surrogates before U+FF5E. */
export const ORDERED_KEYS = [
  "#",
  "$",
  "A",
  "Z#1",
  "Z#2",
  "Z$",
  "a",
  "aa",
  "a\u0300",
  "é",
  "日本",
  "～",
  "\u{1F600}",
  "\u{1F600}a",
];
