import type { Collection, KeyRange, Target } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import type { Instant } from "../model/instant.ts";
import type { Change, ItemRef, ItemVersion, LogPosition } from "../model/item.ts";
import type { NameOf } from "../model/node.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { SyncRecord } from "../model/sync-record.ts";
import type { DiscoveryRecord, TargetRecord } from "../model/target-record.ts";

/** The format of what is stored. A store with a newer one is refused; so is an older one that cannot be migrated. */
export const STORED_FORMAT = 1;

/** A database that expires log records by itself keeps them so much longer than retention, for what is deleted on their word. */
export const LOG_GRACE_DAYS = 14;

/** Who writes: the scope, and the number of its lease. */
export interface Writer {
  readonly collection: Collection;
  readonly scope: string;
  readonly lease: number;
}

/** All stored versions of one key, oldest first, discarded ones among them. */
export type StoredItem = readonly [ItemVersion, ...ItemVersion[]];

/** The read timestamp, the record of an item's collection, its discarded instants and the item's head, read in this order. */
export type ItemView = readonly [
  Instant,
  CollectionRecord | undefined,
  ReadonlySet<Instant>,
  head: ItemVersion | undefined,
];

/** Groups versions by key: they come in order of key and instant. */
export function byKey(versions: readonly ItemVersion[]): StoredItem[] {
  const items: [ItemVersion, ...ItemVersion[]][] = [];
  for (const version of versions) {
    const last = items.at(-1);
    if (last?.[0].key === version.key) last.push(version);
    else items.push([version]);
  }
  return items;
}

/** In which direction a list is read. */
export type Order = "asc" | "desc";

/** Whether a read sees every write acknowledged before it, or may miss the latest, for half the price. Default: strong. */
export type Consistency = "strong" | "eventual";

/**
 * A stretch of a collection's log: after `after` (exclusive), up to `until` (inclusive), before `before` (exclusive). A descending reader
 * goes on before the last change that it was given, an ascending one after it.
 */
export interface LogRange {
  readonly after?: Instant | LogPosition;
  readonly until?: Instant;
  readonly before?: LogPosition;
}

/** The words of a search, folded (see model/search.ts). */
export interface CandidateSearch {
  readonly collections: readonly Collection[];
  readonly words: readonly string[];
  /** Where the words are: the name is all words together, begins with them, has each of them; or they are anywhere in the item. */
  readonly where: "exact" | "prefix" | "name" | "text";
  readonly order: Order;
  /** What people call an item: the same for every search, since an index keeps it. */
  readonly nameOf: NameOf;
}

/** A page of items that a search has to look at. `next` is the item to go on after; absent at the end. */
export interface CandidatePage {
  readonly items: readonly ItemRef[];
  readonly next?: ItemRef;
}

/** Which sync records to read. */
export interface SyncRange {
  /** The first: an instant, or a record's syncKey. */
  readonly since?: string;
  /** Exclusive: syncKeys of records. */
  readonly before?: string;
  readonly after?: string;
  /** Newest first by default. */
  readonly order?: Order;
}

/** A page of keys in order. `next` is the key to go on after, in the order of the page; absent at the end of the range. */
export interface StoredPage {
  readonly items: readonly StoredItem[];
  readonly next?: string;
}

/** Exact records to delete. Deleting one that is not there does nothing. */
export interface Deletion {
  readonly versions?: readonly { readonly key: string; readonly at: Instant }[];
  readonly changes?: readonly LogPosition[];
  /** Edges that the version of that key and instant introduced: of each node that its edges name. */
  readonly edges?: readonly EdgeRef[];
}

/** Where an item names a node: at an end of an edge, or as itself. */
export type EdgeEnd = "from" | "to" | "self";

/** One record of Edges. */
export interface EdgeRef {
  readonly node: string;
  readonly end: EdgeEnd;
  readonly key: string;
  readonly edgeAt: Instant;
}

/** The records of Edges that lead to a version, each once. */
export function edgeRefsOf({ key, edges, names = [], edgeAt }: ItemVersion): EdgeRef[] {
  const ends = {
    from: edges.map(({ from }) => from),
    to: edges.map(({ to }) => to),
    self: names,
  };
  return (["from", "to", "self"] as const).flatMap((end) =>
    [...new Set(ends[end])].map((node) => ({ node, end, key, edgeAt })),
  );
}

/** Records to be put: of a sync, or again, since they were found lost or changed. */
export interface Restoration {
  readonly versions?: readonly ItemVersion[];
  readonly changes?: readonly Change[];
  /** The edges of each version, as of its `edgeAt`. */
  readonly edges?: readonly ItemVersion[];
}

/** The records of a sync's changes. */
export function recordsOf(changes: readonly Change[]): Restoration {
  const versions = changes.map(({ after }) => after);
  return { versions, changes, edges: versions.filter(({ at, edgeAt }) => edgeAt === at) };
}

/**
 * What the engine keeps its state in. Two implementations, store/dynamodb/ and store/sqlite/, one contract test.
 *
 * Versions, changes and edges are immutable and their deletes name what no reader can need, so each of these writes may arrive late, or
 * twice. Scope states, collection records and targets are replaced whole, by compare-and-set on their revision: nothing else is conditional.
 * Reads are strong (they see every write acknowledged before them) unless they say otherwise. Failures are SyncErrors.
 */
export interface Store {
  /** The database's time, epoch ms: of DynamoDB by the Date of its answers, on SQLite the machine's. */
  now(): number;
  /** How far this machine's clock is ahead of the database's, ms; undefined where the database has no clock of its own. */
  clockOffset(): number | undefined;

  // The clock
  /** The least of the clock and the writers' marks, in one read of one record; EPOCH before the first tick. Nothing later is complete. */
  readTimestamp(): Promise<Instant>;
  /**
   * Ticks the clock to `at`, later than any instant before and otherwise the database's time, and in the same write puts the writer's mark
   * just below `at`; a mark that this writer has already stays as it is. Answers `at`.
   */
  begin(writer: Writer): Promise<Instant>;
  /** The writers that have a mark. */
  marks(): Promise<Writer[]>;
  /** Deletes the marks of the scope's writers up to this lease number. */
  deleteMarks(writer: Writer): Promise<void>;
  /** 32 random bytes that authenticate the cursors of this inventory: the same for ever, undefined at most until the first tick. */
  cursorSecret(): Promise<Uint8Array | undefined>;

  // Scopes
  /** Rejects with code `damaged` when the state cannot be read; it is then as absent for whatever else asks for it. */
  scopeState(collection: Collection, scope: string): Promise<ScopeState | undefined>;
  /** Of every scope of the collection, in order of scope id. */
  scopeStates(collection: Collection): Promise<ScopeState[]>;
  /**
   * Compare-and-set: stores the state if the stored one has `revision - 1` (or is absent, and `revision` is 1). Answers whether it is
   * stored; true also when just this state already is, as when the answer to an earlier try was lost.
   */
  putScopeState(state: ScopeState): Promise<boolean>;
  /** Instants of the collection that were never committed: nothing written under them counts. */
  discards(collection: Collection): Promise<ReadonlySet<Instant>>;
  addDiscards(collection: Collection, instants: readonly Instant[]): Promise<void>;

  // Collections: what is inventoried, and when each is due
  collectionRecord(collection: Collection): Promise<CollectionRecord | undefined>;
  /** Of the services (`sagemaker`, see serviceOf), in order of collection. */
  collectionRecords(
    services: readonly string[],
    options?: { readonly consistency?: Consistency },
  ): Promise<CollectionRecord[]>;
  /** Compare-and-set, as putScopeState. */
  putCollectionRecord(record: CollectionRecord): Promise<boolean>;

  // Targets: which accounts and regions are inventoried
  target(target: Target): Promise<TargetRecord | undefined>;
  /** In order of account and region. */
  targets(): Promise<TargetRecord[]>;
  /** Compare-and-set, as putScopeState. */
  putTarget(record: TargetRecord): Promise<boolean>;
  /** How the organization was last discovered. */
  discovery(): Promise<DiscoveryRecord | undefined>;
  putDiscovery(record: DiscoveryRecord): Promise<void>;

  // Versions, changes, edges
  /**
   * Stores each change: its edges (when `after.edgeAt` is `after.at`) and its log record, and only then the version `after`. In no
   * particular order among changes. Any number may have been stored when it rejects; the signal's reason ends it.
   */
  write(changes: readonly Change[], signal: AbortSignal): Promise<void>;
  /**
   * In the order of the keys' UTF-8 bytes, or its reverse. At least one key a page unless the range has no more; each key whole, its
   * versions oldest first and read in that order.
   */
  items(
    collection: Collection,
    range: KeyRange,
    page: {
      readonly limit: number;
      readonly after?: string;
      readonly order?: Order;
      readonly consistency?: Consistency;
    },
  ): Promise<StoredPage>;
  /** Those of the keys that have any version, in no particular order. */
  itemsOf(collection: Collection, keys: readonly string[]): Promise<StoredItem[]>;
  /** The changes at those positions that there are, in no particular order. */
  changesAt(collection: Collection, positions: readonly LogPosition[]): Promise<Change[]>;
  /** A stretch of the log in order of time and key, or its reverse, discarded instants among it. */
  changes(
    collection: Collection,
    range: LogRange,
    limit: number,
    order?: Order,
  ): Promise<{ readonly changes: readonly Change[]; readonly next?: LogPosition }>;
  /** Items that named the node at this end, or as themselves, at some time, page by page, some perhaps repeatedly: candidates. */
  edgeCandidates(end: EdgeEnd, node: string): AsyncIterable<readonly (ItemRef & { readonly edgeAt: Instant })[]>;
  delete(collection: Collection, deletion: Deletion, signal: AbortSignal): Promise<void>;

  // Searching: absent where the database has no index for it
  /**
   * Items in order of collection and key, or its reverse, after `after`. Every item that has the words there at an instant up to the read
   * timestamp is among them, however late the index is. So may others be: who asks looks at each.
   */
  searchCandidates?(
    search: CandidateSearch,
    page: { readonly limit: number; readonly after?: ItemRef },
  ): Promise<CandidatePage>;
  /** The items with this short id, present, removed or known from the log. */
  itemsOfShortId?(shortId: string): Promise<ItemRef[]>;

  /** What reading an item begins with, read at once. Absent where that saves nothing. */
  itemView?(item: ItemRef): Promise<ItemView>;

  // Verifying
  /** Those of the records of Edges that there are, in no particular order. */
  edgesAt(collection: Collection, edges: readonly EdgeRef[]): Promise<EdgeRef[]>;
  /** Stores records as they were, in the place of whatever stands under their keys: edges and log records, and only then versions. */
  restore(restoration: Restoration, signal: AbortSignal): Promise<void>;
  /** Deletes log and sync records that are older than retention. Absent where the database does it by itself. */
  prune?(signal?: AbortSignal): Promise<void>;
  /**
   * Deletes the collection's versions, and then its log records, edges, sync records and what an index has of them, up to an instant. Absent where
   * that is not done. Scope states, discards and the collection's record stay.
   */
  forget?(collection: Collection, until: Instant, signal: AbortSignal): Promise<void>;

  // Syncs
  recordSync(record: SyncRecord): Promise<void>;
  /** In an order, by default newest first. */
  syncs(
    collection: Collection,
    range: SyncRange,
    limit: number,
  ): Promise<{ readonly syncs: readonly SyncRecord[]; readonly next?: string }>;

  close(): Promise<void>;
}

/** All keys of a range with their versions, a page at a time in order. What is deleted meanwhile ends no page early. */
export async function* itemPages(
  store: Pick<Store, "items">,
  collection: Collection,
  range: KeyRange,
  page: { readonly limit: number; readonly consistency?: Consistency },
): AsyncGenerator<readonly StoredItem[]> {
  for (let after: { after?: string } | undefined = {}; after; ) {
    const { items, next }: StoredPage = await store.items(collection, range, { ...page, ...after });
    yield items;
    after = next === undefined ? undefined : { after: next };
  }
}

/** A whole stretch of the log in order of time and key, discarded instants among it, a page at a time. */
export async function* logPages(
  store: Pick<Store, "changes">,
  collection: Collection,
  range: LogRange,
  limit: number,
): AsyncGenerator<readonly Change[]> {
  for (let stretch: LogRange | undefined = range; stretch; ) {
    const { changes, next }: Awaited<ReturnType<Store["changes"]>> = await store.changes(collection, stretch, limit);
    yield changes;
    stretch = next && { ...range, after: next };
  }
}
