import { type CollectionFilter, freshAtOf, readCollections } from "../inventory/collections.ts";
import { openRead as openSnapshot, type ReadSnapshot, readAt } from "../inventory/read-timestamp.ts";
import type { Collection } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import { EPOCH, type Instant } from "../model/instant.ts";
import type { Cursor } from "./cursors.ts";
import { Problem } from "./problems.ts";
import type { Service } from "./service.ts";

/** An instant that a request names, and the parameter that names it. */
export interface NamedInstant {
  readonly parameter: string;
  readonly instant: Instant | undefined;
}

export interface ReadRequest {
  /** A walk goes on at its first page's instant. */
  readonly cursor?: Cursor | undefined;
  /** The instant to answer for. The default, and the latest possible, is the newest at which everything is complete. */
  readonly at?: NamedInstant;
  /** Another instant whose state, or whose log, the response needs. */
  readonly since?: NamedInstant;
}

/** What a response is read from: the collections that a request covers, and the instant at which they are read. */
export interface Read {
  readonly snapshot: ReadSnapshot;
  readonly records: readonly CollectionRecord[];
  readonly collections: readonly Collection[];
  /** The instants that a response states. */
  readonly instants: { readonly asOf: Instant; readonly freshAt?: Instant };
}

/**
 * Opens a read of the collections that match the filter. Their records are read after the instant: whatever was committed until then is of a
 * collection that has one.
 */
export async function openRead(service: Service, filter: CollectionFilter, request: ReadRequest = {}): Promise<Read> {
  const snapshot = await snapshotOf(service, request);
  return readOf(snapshot, await readCollections(service.store, service.sources, filter));
}

/** Opens a read of one collection, whether or not its source is known. */
export async function openReadOf(service: Service, collection: Collection, request: ReadRequest = {}): Promise<Read> {
  const [snapshot, record] = await Promise.all([
    snapshotOf(service, request),
    service.store.collectionRecord(collection),
  ]);
  return { ...readOf(snapshot, record ? [record] : []), collections: [collection] };
}

function readOf(snapshot: ReadSnapshot, records: readonly CollectionRecord[]): Read {
  const freshAt = freshAtOf(records);
  return {
    snapshot,
    records,
    collections: records.map(({ collection }) => collection),
    instants: { asOf: snapshot.at, ...(freshAt !== undefined && { freshAt }) },
  };
}

async function snapshotOf(service: Service, { cursor, at, since }: ReadRequest): Promise<ReadSnapshot> {
  const newest = await openSnapshot(service.store, undefined, service.retentionDays);
  const named = cursor ? { parameter: "cursor", instant: cursor.at } : at;
  assertKept(service, named, newest);
  if (!cursor) assertKept(service, since, newest);
  return readAt(newest, named?.instant);
}

/** Refuses an instant whose state may have expired: an instant outside the retention period that has had changes since. */
function assertKept(service: Service, named: NamedInstant | undefined, newest: ReadSnapshot): void {
  if (named?.instant === undefined || named.instant >= newest.at) return;
  const oldest = newest.keptSince();
  if (named.instant >= oldest) return;
  const { parameter, instant } = named;
  // The walk began while nothing was complete: nothing has expired since then.
  if (parameter === "cursor" && instant === EPOCH) return;
  const detail =
    parameter === "cursor"
      ? `the walk began at ${instant}, and history is kept for ${service.retentionDays} days: start again without cursor`
      : `${parameter} ${instant} is too long ago: history is kept for ${service.retentionDays} days, since ${oldest}`;
  throw new Problem("beyond-retention", detail, { members: { parameter } });
}

/** A page in order of time reads each collection's list: so many at most. */
const MAX_MERGED_COLLECTIONS = 2_000;

/** Refuses to make one list in order of time of more collections than one request can read. */
export function assertMergeable(collections: number, order: string | undefined): void {
  if (order === undefined || collections <= MAX_MERGED_COLLECTIONS) return;
  const limits = `${collections} collections, and ${MAX_MERGED_COLLECTIONS} can be`;
  const detail = `order=${order} would merge ${limits}: name a source, account or region, or leave order out`;
  throw new Problem("invalid-parameter", detail, { members: { parameter: "order" } });
}
