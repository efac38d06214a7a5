import { type Collection, compareKeys } from "../model/collection.ts";
import type { Claim, CollectionRecord, Hint, Notices, PublishedPosition } from "../model/collection-record.ts";
import { SyncError } from "../model/errors.ts";
import { EPOCH } from "../model/instant.ts";
import type { Store } from "../store/port.ts";
import { CLAIM_MS, isTakeable, withoutLapsed } from "./due.ts";
import { damageCondition, noting, withPublished } from "./notices.ts";
import { type ClaimedEnd, hinted, released } from "./reschedule.ts";
import type { VerifyReport } from "./verify-scope.ts";

/*
 * A claim says who syncs a collection. It keeps others from doing the same work, and no more than that: two syncs of one collection do no
 * harm, which the scopes' states see to.
 */

/** How long a claim of a process lasts that renews it while it syncs, ms. */
export const RENEWED_CLAIM_MS = 30_000;

/** A claim to be made. */
export interface ClaimRequest {
  readonly id: string;
  /** How long it lasts. Default: longer than any invocation. */
  readonly ms?: number;
  /** Another worker has a claim in the same target. */
  readonly beside?: boolean;
}

/**
 * Claims a collection's sync, even if another process has claimed it; the end of that one's sync is then not noted. Enters a collection that
 * was never synced; a retired one is answered as it is, and not claimed.
 */
export async function claim(
  store: Store,
  { collection, ...request }: ClaimRequest & { readonly collection: Collection },
): Promise<CollectionRecord> {
  return update(store, initialRecord(collection), (record) =>
    record.status === "retired" ? undefined : claimedBy(record, request, store.now()),
  );
}

/**
 * Claims a collection's sync if it is due and nobody has a claim on it: as its record was read, or as it is by now. Answers the record as it is
 * then; undefined when somebody else was faster.
 */
export async function tryClaim(
  store: Store,
  read: CollectionRecord,
  request: ClaimRequest,
): Promise<CollectionRecord | undefined> {
  const record = await update(store, read, (current) => {
    const now = store.now();
    return isTakeable(current, now) ? claimedBy(withoutLapsed(current, now), request, now) : undefined;
  });
  // The answer to an earlier request may be lost: the claim is then found made.
  return record.claim?.id === request.id ? record : undefined;
}

function claimedBy(
  record: CollectionRecord,
  { id, ms = CLAIM_MS, beside = false }: ClaimRequest,
  now: number,
): CollectionRecord {
  return { ...record, claim: { id, at: now, expires: now + ms, ...(beside && { beside }) } };
}

/** The record of a collection of which nothing is stored, before it is entered: it is due at once. */
export function initialRecord(collection: Collection): CollectionRecord {
  return { collection, revision: 0, status: "active", nextAt: 0, published: { at: EPOCH } };
}

/**
 * Ends a claim: says when the collection is due again. Does nothing when another claim has superseded it. A machine whose clock is wrong
 * says nothing: by that the collection might not be due for years.
 */
export async function release(store: Store, claimed: CollectionRecord, end: ClaimedEnd): Promise<void> {
  if (end.failure?.code === "clock") return giveBack(store, claimed);
  await updateClaimed(store, claimed, (record) => released(record, end, store.now()));
}

/** Gives a claim back, of which nothing was done: what was due is due. */
export async function giveBack(store: Store, claimed: CollectionRecord): Promise<void> {
  await updateClaimed(store, claimed, ({ claim: _claim, ...record }) => record);
}

/** Renews a claim, unless another has superseded it. */
export async function renew(store: Store, claimed: CollectionRecord): Promise<void> {
  const expires = store.now() + RENEWED_CLAIM_MS;
  await updateClaimed(store, claimed, (record) => ({ ...record, claim: { ...record.claim, expires } }));
}

/** Notes a hint in its collection's record, which makes the collection due. Answers whether that changed anything. */
export async function noteHint(store: Store, collection: Collection, hint: Hint): Promise<boolean> {
  let isNoted = false;
  await updateActive(store, collection, (record) => {
    const next = hinted(record, hint, store.now());
    isNoted = next !== undefined;
    return next;
  });
  return isNoted;
}

/** Has an active collection planned and listed whole now, as a person says, or as what it is planned from has changed. Answers whether it is active. */
export async function requestSync(
  store: Store,
  collection: Collection,
  { approveRemovals = false }: { readonly approveRemovals?: boolean } = {},
): Promise<boolean> {
  return updateActive(store, collection, (record) => {
    const request = { ...record.request, at: store.now(), ...(approveRemovals && { approveRemovals: true as const }) };
    return { ...record, request, nextAt: Math.min(record.nextAt, request.at) };
  });
}

/**
 * Moves the position up to which a collection's changes are published: only ever forward. Every change up to `to` must have been put. So
 * it does no harm whose position is stored: what is before either was put by somebody.
 */
export async function movePublished(
  store: Store,
  record: CollectionRecord,
  to: PublishedPosition,
): Promise<CollectionRecord> {
  return update(store, record, (current) =>
    current.published && !isBefore(current.published, to) ? undefined : { ...current, published: to },
  );
}

/** Notes that notices are published, as they were read: those that have ended or are others by now are left as they are. */
export async function markPublished(
  store: Store,
  record: CollectionRecord,
  published: Notices,
): Promise<CollectionRecord> {
  return update(store, record, (current) => withPublished(current, published));
}

/** Notes what a verification found damaged in a collection whose record was read. */
export async function noteDamage(
  store: Store,
  record: CollectionRecord,
  damaged: readonly VerifyReport[],
): Promise<void> {
  await update(store, record, (current) => {
    const next = noting(current, "damaged", damageCondition(damaged), store.now());
    return next === current ? undefined : next;
  });
}

/** Whether one position is before another. An instant without a key is the end of all its changes. */
export function isBefore(one: PublishedPosition, other: PublishedPosition): boolean {
  if (one.at !== other.at) return one.at < other.at;
  if (one.key === undefined) return false;
  return other.key === undefined || compareKeys(one.key, other.key) < 0;
}

/** Changes the record that has the claim still; one that another claim has superseded stays as it is. */
async function updateClaimed(
  store: Store,
  claimed: CollectionRecord,
  change: (record: CollectionRecord & { readonly claim: Claim }) => CollectionRecord,
): Promise<void> {
  await update(store, claimed, ({ claim, ...record }) =>
    claim && claim.id === claimed.claim?.id ? change({ ...record, claim }) : undefined,
  );
}

/** Changes the record of a collection that is inventoried. Answers whether it is. */
async function updateActive(store: Store, collection: Collection, change: RecordChange): Promise<boolean> {
  const isActive = ({ status, revision }: CollectionRecord) => status === "active" && revision > 0;
  return isActive(
    await update(store, initialRecord(collection), (record) => (isActive(record) ? change(record) : undefined)),
  );
}

/** Makes a record of the one that is stored; undefined leaves that as it is. */
type RecordChange = (record: CollectionRecord) => CollectionRecord | undefined;

const MAX_ATTEMPTS = 20;

/** Replaces a collection's record by what `change` makes of the stored one; of one that is not stored, of `initial`. */
async function update(store: Store, initial: CollectionRecord, change: RecordChange): Promise<CollectionRecord> {
  let record = initial.revision > 0 ? initial : ((await store.collectionRecord(initial.collection)) ?? initial);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const changed = change(record);
    if (!changed) return record;
    const next = { ...changed, revision: record.revision + 1 };
    if (await store.putCollectionRecord(next)) return next;
    record = (await store.collectionRecord(initial.collection)) ?? initial;
  }
  throw new SyncError("unavailable", `the record of ${initial.collection} is written by too many at once: try again`);
}
