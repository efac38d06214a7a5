import { createChecksum, EMPTY_CHECKSUM } from "../model/checksum.ts";
import { SyncError } from "../model/errors.ts";
import type { ItemVersion, RemovalCause } from "../model/item.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { SyncLimits } from "./job.ts";
import type { ListedItem, RejectedItem } from "./parse-item.ts";

/** A change that a sync found, before it has an instant. `mayExist`: the store may hold a version of the key. */
export type PendingChange =
  | {
      readonly kind: "added" | "modified";
      readonly key: string;
      readonly listed: ListedItem;
      readonly mayExist: boolean;
    }
  | { readonly kind: "removed"; readonly key: string; readonly cause: RemovalCause };

/** Compares what is listed with what is stored. */
export interface Differ {
  /** Takes in items, and what could not be stored of what was listed with them: stored items of these keys are retained. */
  add(items: readonly ListedItem[], rejected: readonly RejectedItem[]): Promise<void>;
  /** What has changed, nothing more to come. */
  finish(): Promise<DiffResult>;
  /** Distinct items listed so far. */
  readonly listed: number;
}

export interface DiffResult {
  /** Additions and modifications that were not written ahead. */
  readonly changes: readonly PendingChange[];
  readonly counts: { readonly added: number; readonly modified: number; readonly unchanged: number };
  /** Keys stored as present that were not listed. */
  readonly missing: readonly string[];
  /** Items stored as present in the listed range. */
  readonly present: number;
  readonly listedKeys: () => Iterable<string>;
  /** The scope's checksum once the changes and the removal of these keys are applied to it. */
  readonly checksumAfter: (removed: readonly string[]) => string;
}

export interface DiffOptions {
  /** The scope's state as it was read before the listing. */
  readonly state: ScopeState;
  /** Whether the whole scope is listed, so that count and checksum tell whether anything changed. */
  readonly whole: boolean;
  /** The version of the source; where the state has another, every item is compared. */
  readonly sourceVersion: number;
  /** The stored heads of what is listed, page by page; read no sooner than needed. */
  readonly heads: (consistency: "strong" | "eventual") => AsyncIterable<readonly ItemVersion[]>;
  /** Rejects when the state is not the one that was read any more: what another sync writes does not match it. */
  readonly assertCurrent: () => Promise<void>;
  /** Takes changes ahead of the listing's end, so that memory stays bounded. */
  readonly writeAhead: (changes: readonly PendingChange[]) => Promise<void>;
  readonly limits: SyncLimits;
}

/** What is known of a key besides the hash that is stored of a present item. */
const LISTED = "listed";
const TOMBSTONE = "tombstone";
const BATCH_CHARACTERS = 16_000_000;
/** What is stored of a scope tells whether its listing will fit into the buffer: documents are seldom shorter. */
const DOCUMENT_CHARACTERS = 500;

/**
 * Pages are buffered up to a bound. A listing that ends within it, with the count and checksum of what is stored, is unchanged, and no
 * item is read. Otherwise the stored heads are read, and what is listed is compared with them item by item.
 */
export function createDiffer(options: DiffOptions): Differ {
  const { state, whole, sourceVersion, heads, writeAhead, limits } = options;
  /** Items, and keys of rejected ones, in the order listed. */
  const buffer: (ListedItem | string)[] = [];
  const bufferedKeys = new Map<string, typeof LISTED>();
  const listedSum = createChecksum();
  const change = createChecksum();
  const counts = { added: 0, modified: 0, unchanged: 0 };
  let stored: Map<string, string> | undefined;
  let mayMissTombstones = false;
  let present = 0;
  let listed = 0;
  let bufferedCharacters = 0;
  let batch: PendingChange[] = [];
  let batchCharacters = 0;

  const startComparing = async () => {
    const index = await readStored();
    stored = index.hashes;
    present = index.present;
    bufferedKeys.clear();
    listed = 0;
    for (const entry of buffer.splice(0)) {
      if (typeof entry === "string") retain(entry, stored);
      else await compare(entry, stored);
    }
    bufferedCharacters = 0;
    return stored;
  };

  const readStored = async (): Promise<StoredIndex> => {
    if (state.committedAt === undefined) return { hashes: new Map(), present: 0, checksum: EMPTY_CHECKSUM };
    if (!whole) return indexOf(heads("strong"));
    const eventual = await indexOf(heads("eventual"));
    mayMissTombstones = true;
    if (matches(eventual, state)) return eventual;
    const strong = await indexOf(heads("strong"));
    mayMissTombstones = false;
    if (matches(strong, state)) return strong;
    await options.assertCurrent();
    throw new SyncError(
      "damaged",
      `what is stored of scope ${state.scope} does not match its checksum: run \`stocktake verify --repair\``,
    );
  };

  const retain = (key: string, stored: Map<string, string>) => {
    // Of a tombstone nothing is retained: should the item be listed again as it can be stored, that counts.
    if (stored.has(key) && stored.get(key) !== TOMBSTONE) stored.set(key, LISTED);
  };

  const compare = async (item: ListedItem, stored: Map<string, string>) => {
    const known = stored.get(item.key);
    // Of a key that is listed more than once, the first counts.
    if (known === LISTED) return;
    stored.set(item.key, LISTED);
    listed += 1;
    if (known === item.hash) {
      counts.unchanged += 1;
      return;
    }
    change.xor(item.hash);
    const isAdded = known === undefined || known === TOMBSTONE;
    if (!isAdded) change.xor(known);
    const mayExist = known !== undefined || mayMissTombstones;
    counts[isAdded ? "added" : "modified"] += 1;
    batch.push({ kind: isAdded ? "added" : "modified", key: item.key, listed: item, mayExist });
    batchCharacters += item.document.length;
    if (batch.length >= limits.batchChanges || batchCharacters >= BATCH_CHARACTERS) await writeAhead(takeBatch());
  };

  const takeBatch = () => {
    const taken = batch;
    batch = [];
    batchCharacters = 0;
    return taken;
  };

  const buffered = (item: ListedItem) => {
    if (bufferedKeys.has(item.key)) return;
    bufferedKeys.set(item.key, LISTED);
    buffer.push(item);
    listed += 1;
    listedSum.xor(item.hash);
    bufferedCharacters += item.document.length + item.key.length;
  };

  return {
    get listed() {
      return listed;
    },
    async add(items, rejected) {
      const keys = rejected.flatMap(({ key }) => key ?? []);
      // Of a scope that was never committed nothing is stored, and a large one will not fit into the buffer: there is nothing to wait for.
      const isLarge = state.count * DOCUMENT_CHARACTERS > limits.bufferedCharacters;
      if (!stored && (state.committedAt === undefined || isLarge)) await startComparing();
      if (stored) {
        for (const item of items) await compare(item, stored);
        for (const key of keys) retain(key, stored);
        return;
      }
      for (const item of items) buffered(item);
      buffer.push(...keys);
      if (bufferedCharacters > limits.bufferedCharacters) await startComparing();
    },
    async finish() {
      const isKnown = whole && state.committedAt !== undefined && state.sourceVersion === sourceVersion;
      if (!stored && isKnown && listed === state.count && listedSum.text() === state.checksum) {
        stored = bufferedKeys;
        present = listed;
        counts.unchanged = listed;
      }
      const index = stored ?? (await startComparing());
      const missing: string[] = [];
      for (const [key, hash] of index) if (hash !== LISTED && hash !== TOMBSTONE) missing.push(key);
      return {
        changes: takeBatch(),
        counts,
        missing,
        present,
        listedKeys: () => keysListed(index),
        checksumAfter(removed) {
          const after = createChecksum(state.checksum);
          after.xor(change.text());
          for (const key of removed) after.xor(index.get(key) ?? EMPTY_CHECKSUM);
          return after.text();
        },
      };
    },
  };
}

function* keysListed(index: ReadonlyMap<string, string>): Generator<string> {
  for (const [key, hash] of index) if (hash === LISTED) yield key;
}

/** The hash that is stored of each key, how many are present, and their checksum. */
interface StoredIndex {
  readonly hashes: Map<string, string>;
  readonly present: number;
  readonly checksum: string;
}

async function indexOf(pages: AsyncIterable<readonly ItemVersion[]>): Promise<StoredIndex> {
  const hashes = new Map<string, string>();
  const sum = createChecksum();
  let present = 0;
  for await (const heads of pages) {
    for (const { key, state, hash } of heads) {
      hashes.set(key, state === "present" ? hash : TOMBSTONE);
      if (state !== "present") continue;
      sum.xor(hash);
      present += 1;
    }
  }
  return { hashes, present, checksum: sum.text() };
}

function matches({ present, checksum }: StoredIndex, state: ScopeState): boolean {
  return present === state.count && checksum === state.checksum;
}
