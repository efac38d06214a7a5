import type { KeyRange } from "../model/collection.ts";
import { startDigest } from "../model/digest.ts";
import { isRefusal, type ListedItem, type Refusal } from "../model/item.ts";
import { type Comparison, type Draft, startComparison } from "./compare.ts";
import { type Cutter, positionOf } from "./cut.ts";
import { startListingText } from "./listing-text.ts";
import { inKeyOrder, type Outlined, outlineOf } from "./outline.ts";
import { readSnapshotIndex, type SnapshotIndexOptions } from "./snapshot-index.ts";
import { type StoredIndex, startStoredIndex } from "./stored-index.ts";

/** Takes in what a sync lists, page by page, and finds out what has changed. */
export interface Intake {
  take(documents: readonly unknown[]): Promise<void>;
  /** Where the listing could be ended now, everything before taken in whole; undefined when it cannot be yet. */
  cut(): Promise<string | undefined>;
  /** What has changed since the scope's snapshot, nothing more to come; `position` is where the listing was cut, if it was. */
  end(position: string | undefined): Promise<Intaken>;
  /** Items taken in so far, each key once as far as they were told apart. */
  readonly listed: number;
}

export interface Intaken {
  /** Additions and modifications that were not applied yet. */
  readonly drafts: readonly Draft[];
  /** Absent when everything listed is as it was, so that nothing had to be compared. */
  readonly comparison?: Comparison;
  /** The listing's own digest, when each of its documents was an item that could be stored, and none came twice. */
  readonly listing?: string;
  /** With the above, and unless there are too many items: their outline. */
  readonly outline?: () => Uint8Array | undefined;
}

/** What is known of the scope as it was last: its items' number and digest, and the digest of a listing that gave just these. */
export interface Snapshot {
  readonly items: number;
  readonly digest: string;
  readonly listing: string | undefined;
}

export interface IntakeOptions {
  /** See Source. */
  readonly rules: string;
  /** An item that can be stored, the reason why not, or undefined of what is to be passed over. */
  readonly examine: (document: unknown) => ListedItem | Refusal | undefined;
  readonly onRefused: (refusal: Refusal) => void;
  /** Of a listing that is ascending and can be cut. */
  readonly cutter: Cutter | undefined;
  /** What is listed, and what is stored of it; read no sooner than needed. */
  readonly range: KeyRange;
  readonly index: SnapshotIndexOptions["index"];
  readonly outline: SnapshotIndexOptions["outline"];
  /** Applies changes ahead of the listing's end. */
  readonly apply: (drafts: readonly Draft[]) => Promise<void>;
  readonly onFound: (kind: "added" | "modified" | "unchanged", count: number) => void;
  /** The snapshot that the listing may turn out to be equal to; absent when there is none of just what is listed. */
  readonly snapshot: Snapshot | undefined;
  /** Changes kept in memory before they are applied. */
  readonly flushItems: number;
  /** Bytes of the listing kept in memory in the hope that all of it is unchanged, and of how many characters uncompressed. */
  readonly lookAhead: number;
  readonly plain: number;
  /** The most items whose outline is made. */
  readonly mostOutlined: number;
}

const FLUSH_CHARACTERS = 16_000_000;

/**
 * Starts taking in a listing. One that fits the look-ahead and is, document by document, the one that the snapshot was made
 * from is known to be unchanged by the digest of its text; one with the same documents in another order, by the digest of its
 * items. Neither reads a single item from the store. Any other is compared with the scope's index, in passing once the look-ahead is full.
 */
export function startIntake(options: IntakeOptions): Intake {
  const { cutter, snapshot, onFound } = options;
  const text = startListingText({ rules: options.rules, expected: snapshot?.items ?? 0, plain: options.plain });
  const changed = { drafts: [] as Draft[], characters: 0 };
  let comparing: { readonly comparison: Comparison; readonly stored: StoredIndex } | undefined;
  let outlined: Outlined[] | undefined = [];
  let listed = 0;
  let flawless = true;

  const itemsOf = (documents: readonly unknown[]) => {
    const items: ListedItem[] = [];
    const kept: string[] = [];
    for (const document of documents) {
      const seen = options.examine(document);
      if (seen === undefined) continue;
      if (!isRefusal(seen)) items.push(seen);
      else {
        flawless = false;
        options.onRefused(seen);
        if (seen.key !== undefined) kept.push(seen.key);
      }
    }
    return { items, kept };
  };

  const startComparing = () => {
    const comparison = startComparison();
    comparing = { comparison, stored: startStoredIndex(options.index(options.range, "strong"), comparison) };
    return comparing;
  };

  const comparePagesHeld = async () => {
    startComparing();
    for (const documents of text.takeOut()) await comparePage(documents);
  };

  const comparePage = async (documents: readonly unknown[]) => {
    const { items, kept } = itemsOf(documents);
    if (kept.length > 0) await keep(kept);
    await compare(cutter ? cutter.pass(items) : items);
  };

  const keep = async (keys: readonly string[]) => {
    const { comparison, stored } = comparing ?? startComparing();
    await stored.readPast(undefined);
    for (const key of keys) comparison.keep(key);
  };

  const compare = async (items: readonly ListedItem[]) => {
    const last = items.at(-1);
    if (!last) return;
    const { comparison, stored } = comparing ?? startComparing();
    await stored.readPast(cutter?.ascending ? positionOf(last.key) : undefined);
    for (const item of items) {
      const found = comparison.see(item);
      if (found === "repeated") {
        flawless = false;
        continue;
      }
      listed += 1;
      if (listed > options.mostOutlined) outlined = undefined;
      outlined?.push({ key: item.key, hash: item.hash });
      if (found === "unchanged") {
        onFound("unchanged", 1);
        continue;
      }
      onFound(found.kind === "added" ? "added" : "modified", 1);
      changed.drafts.push(found);
      changed.characters += item.size;
      if (changed.drafts.length >= options.flushItems || changed.characters >= FLUSH_CHARACTERS) {
        await options.apply(takeDrafts());
      }
    }
  };

  const takeDrafts = () => {
    changed.characters = 0;
    return changed.drafts.splice(0);
  };

  const ended = (listing: string): Intaken => ({
    drafts: takeDrafts(),
    ...(comparing && { comparison: comparing.comparison }),
    ...(flawless && listed === text.documents && { listing, outline }),
  });

  const outline = () => {
    const items = outlined && inKeyOrder(outlined);
    return items && outlineOf(items);
  };

  const unchanged = (items: number): Intaken => {
    listed = items;
    onFound("unchanged", items);
    return ended(text.digest());
  };

  /** Looks at each document held, and compares them all unless together they are what is stored. */
  const examinePagesHeld = async (): Promise<Intaken> => {
    const digest = startDigest();
    const pages = Array.from(text.takeOut(), itemsOf);
    const items = pages.flatMap((page) => page.items);
    for (const item of items) digest.toggle(item.hash);
    const storable = pages.every(({ kept }) => kept.length === 0);
    if (storable && items.length === snapshot?.items && digest.text() === snapshot.digest) {
      return unchanged(items.length);
    }
    await startComparingWithSnapshot(storable ? items : []);
    for (const page of pages) {
      await keep(page.kept);
      await compare(page.items);
    }
    return ended(text.digest());
  };

  const startComparingWithSnapshot = async (items: readonly ListedItem[]) => {
    if (!snapshot) {
      const started = startComparing();
      await started.stored.readPast(undefined);
      return started;
    }
    const { range, index, outline } = options;
    const { entries, tombstones } = await readSnapshotIndex({
      listed: inKeyOrder(items),
      range,
      snapshot,
      index,
      outline,
    });
    const comparison = startComparison(tombstones);
    comparison.store(entries);
    comparing = { comparison, stored: { readPast: async () => undefined } };
    return comparing;
  };

  return {
    get listed() {
      return comparing ? listed : text.documents;
    },
    async take(documents) {
      const look = text.add(documents);
      if (look) await comparePage(look);
      else if (!snapshot || text.held > options.lookAhead) await comparePagesHeld();
    },
    async cut() {
      if (!cutter) return undefined;
      if (!comparing) await comparePagesHeld();
      return cutter.position;
    },
    async end(position) {
      if (position === undefined && !comparing) {
        if (text.digest() === snapshot?.listing) return unchanged(text.documents);
        if (text.documents <= options.mostOutlined) return examinePagesHeld();
        await comparePagesHeld();
      }
      if (position === undefined && cutter) await compare(cutter.rest());
      const { stored } = comparing ?? startComparing();
      await stored.readPast(position);
      return ended(text.digest());
    },
  };
}
