import { creationOf, type KeyRange } from "../model/collection.ts";
import { NO_COUNTS, type SyncCounters } from "../model/counters.ts";
import { SyncError } from "../model/errors.ts";
import { epochMs, type Instant, instantOf } from "../model/instant.ts";
import type { ScopeState } from "../model/scope-state.ts";
import { ParentNotFoundError } from "../model/source.ts";
import { createDiffer, type DiffResult, type PendingChange } from "./diff.ts";
import { readHeads } from "./heads.ts";
import { createHoldback, type Holdback } from "./holdback.ts";
import type { SyncHost, SyncJob } from "./job.ts";
import { listRange, type ParsedDocuments, parseDocuments } from "./list.ts";

/** What a listing gives, and what the sync counts, page by page: what is known when it fails is known. */
export interface Listing {
  readonly counts: MutableCounters;
  /** The accounts that the items' own ARNs name. */
  readonly accounts: Set<string>;
  /** Some answer had no list at all. */
  listMissing: boolean;
  parentNotFound: boolean;
  /** Whether the whole scope was to be listed, not just its newest part. */
  whole: boolean;
  /** Where the open scope can be closed: everything created before was listed, nothing is stored from it on. */
  closedAt?: Instant;
  /** The newest instant of creation listed, of a source listed by creation. */
  newest?: Instant;
}

type MutableCounters = { -readonly [Counter in keyof SyncCounters]: SyncCounters[Counter] };

/** Nothing is listed yet. */
export function startListing(): Listing {
  return { counts: { ...NO_COUNTS }, accounts: new Set(), listMissing: false, parentNotFound: false, whole: true };
}

const MAX_REJECTIONS_KEPT = 5;

/** What a sync of the job lists: the scope's range, or the newest part of it. */
function listedRange({ source, kind }: SyncJob, { range, newest, sourceVersion }: ScopeState): KeyRange {
  const { listedByCreation, version } = source;
  if (kind !== "incremental" || !listedByCreation || newest === undefined || sourceVersion !== version) return range;
  const from = instantOf(epochMs(newest) - listedByCreation.overlapMs);
  return range.from !== undefined && from <= range.from ? range : { ...range, from };
}

/** What a sync compares: the scope's state, what its listing gives, and where changes go ahead of the listing's end. */
export interface Comparison {
  readonly state: ScopeState;
  readonly listing: Listing;
  readonly writeAhead: (changes: readonly PendingChange[]) => Promise<void>;
}

/** Lists, and compares with what is stored, page by page. */
export async function compareListing(
  host: SyncHost,
  job: SyncJob,
  { state, listing, writeAhead }: Comparison,
): Promise<DiffResult> {
  const range = listedRange(job, state);
  listing.whole = range === state.range;
  const differ = createDiffer({
    state,
    whole: listing.whole,
    sourceVersion: job.source.version,
    writeAhead,
    limits: host.limits,
    heads: (consistency) => readHeads(host.store, state.collection, [state], range, consistency),
    assertCurrent: () => assertCurrent(host, state),
  });
  if (job.orphaned) {
    listing.parentNotFound = true;
    return differ.finish();
  }
  const canClose = listing.whole && range.until === undefined && knowsNewest(job, state);
  const holdback = canClose ? createHoldback() : undefined;
  const startedAt = host.store.now();
  const { counts } = listing;
  try {
    for await (const page of listRange(job, range, host.signal)) {
      for (const documents of parseDocuments(job, range, page.documents)) {
        const { items, rejected } = documents;
        await differ.add(holdback ? holdback.pass(items) : items, rejected);
        addDocuments(listing, documents);
      }
      counts.pages += 1;
      counts.retries += page.retries;
      counts.listed = differ.listed;
      listing.listMissing ||= page.listMissing === true;
      job.onProgress?.({ step: "listing", pages: counts.pages, listed: counts.listed });
      const closedAt = holdback && closingPoint({ host, job, state, startedAt }, holdback, differ.listed);
      if (closedAt === undefined) continue;
      listing.closedAt = closedAt;
      // What was created from then on is listed by the next scope's sync.
      if ((listing.newest ?? "") >= closedAt) listing.newest = instantOf(epochMs(closedAt) - 1);
      return await differ.finish();
    }
  } catch (error) {
    if (!(error instanceof ParentNotFoundError)) throw error;
    listing.parentNotFound = true;
  }
  if (holdback) await differ.add(holdback.rest(), []);
  host.signal.throwIfAborted();
  const diff = await differ.finish();
  counts.listed = differ.listed;
  return diff;
}

/** Throws SyncError `superseded` when another sync has written the state since it was read. */
async function assertCurrent({ store }: SyncHost, { collection, scope, revision }: ScopeState): Promise<void> {
  const stored = await store.scopeState(collection, scope);
  if (stored?.revision !== revision) throw new SyncError("superseded", "another sync was faster");
}

/** Whether the newest instant of creation of everything stored in the scope is known: other declarations of the source made other keys. */
function knowsNewest({ source }: SyncJob, { committedAt, newest, sourceVersion }: ScopeState): boolean {
  if (!source.listedByCreation) return false;
  return committedAt === undefined || (newest !== undefined && sourceVersion === source.version);
}

function addDocuments(listing: Listing, { items, rejected, accounts }: ParsedDocuments): void {
  const { counts } = listing;
  const reasons = rejected.map(({ reason }) => reason);
  counts.rejected += reasons.length;
  counts.rejections = [...counts.rejections, ...reasons].slice(0, MAX_REJECTIONS_KEPT);
  for (const account of accounts) listing.accounts.add(account);
  for (const { key } of items) {
    const created = creationOf(key);
    if (created > (listing.newest ?? "")) listing.newest = created;
  }
}

/**
 * Where an open scope that is large enough, or out of time, is closed: at the newest instant listed so far. Not while items are stored from
 * there on, or they would be in two scopes; and no closer to now than the overlap, or what becomes visible late would wait for a
 * full sync.
 */
function closingPoint(
  { host, job, state, startedAt }: { host: SyncHost; job: SyncJob; state: ScopeState; startedAt: number },
  { boundary }: Holdback,
  listed: number,
): Instant | undefined {
  const isDue =
    listed >= host.limits.scopeItems || (job.deadline !== undefined && host.clock.monotonic() >= job.deadline);
  if (!isDue || boundary === undefined || !job.source.listedByCreation) return undefined;
  const isOld = boundary <= instantOf(startedAt - job.source.listedByCreation.overlapMs);
  const isBeyondStored = boundary > (state.newest ?? "") && boundary > (state.range.from ?? "");
  return isOld && isBeyondStored ? boundary : undefined;
}
