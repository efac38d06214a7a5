import { creationOf, type KeyRange } from "../model/collection.ts";
import type { SyncCounters } from "../model/counters.ts";
import { SyncError } from "../model/errors.ts";
import { epochMs, type Instant, instantOf } from "../model/instant.ts";
import type { ScopeState } from "../model/scope-state.ts";
import { type Page, ParentNotFoundError } from "../model/source.ts";
import { createDiffer, type DiffResult, type PendingChange } from "./diff.ts";
import { readHeads } from "./heads.ts";
import { createHoldback, type Holdback } from "./holdback.ts";
import type { SyncHost, SyncJob } from "./job.ts";
import { listRange, type ParsedDocuments, parseDocuments } from "./list.ts";

/** What a sync counts of its listing. */
type ListingCounts = Omit<SyncCounters, keyof DiffResult["counts"] | "removed" | "pending" | "pendingReason">;

/** What a listing gave. */
export interface Listing {
  readonly counts: ListingCounts;
  /** The accounts that the items' own ARNs name. */
  readonly accounts: ReadonlySet<string>;
  /** Some answer had no list at all. */
  readonly listMissing: boolean;
  readonly parentNotFound: boolean;
  /** Whether the whole scope was to be listed, not just its newest part. */
  readonly whole: boolean;
  /** Where the open scope can be closed: everything created before was listed, nothing is stored from it on. */
  readonly closedAt?: Instant;
  /** The newest instant of creation listed, of a source listed by creation. */
  readonly newest?: Instant;
  /** Set when the listing failed; then nothing else can be concluded. */
  readonly error?: unknown;
}

export interface Comparison {
  readonly listing: Listing;
  /** Absent when the listing failed. */
  readonly diff?: DiffResult;
}

const MAX_REJECTIONS_KEPT = 5;

const NOTHING_LISTED = {
  counts: { pages: 0, listed: 0, retries: 0, rejected: 0, rejections: [] },
  ...{ accounts: new Set<string>(), listMissing: false, parentNotFound: false },
};

/** What a sync of the job lists: the whole scope, or its newest part. */
function listedRange({ source, kind }: SyncJob, state: ScopeState): { range: KeyRange; whole: boolean } {
  const { listedByCreation } = source;
  const isIncremental =
    kind === "incremental" && state.newest !== undefined && state.sourceVersion === source.version && listedByCreation;
  if (!isIncremental) return { range: state.range, whole: true };
  const from = instantOf(epochMs(state.newest ?? "") - listedByCreation.overlapMs);
  if (state.range.from !== undefined && from <= state.range.from) return { range: state.range, whole: true };
  return { range: { ...state.range, from }, whole: false };
}

/** Takes changes ahead of the listing's end. */
type WriteAhead = (changes: readonly PendingChange[]) => Promise<void>;

/**
 * Lists, and compares with what is stored, page by page. Failures of the listing are in the answer; those of the store are thrown. Items
 * that do not match the state are damaged only if the state is still the one that was read: otherwise another sync is writing them.
 */
export async function compareListing(
  host: SyncHost,
  job: SyncJob,
  state: ScopeState,
  writeAhead: WriteAhead,
): Promise<Comparison> {
  try {
    return await listAndCompare(host, job, state, writeAhead);
  } catch (error) {
    if (!(error instanceof SyncError && error.code === "damaged")) throw error;
    const stored = await host.store.scopeState(state.collection, state.scope);
    if (stored?.revision === state.revision) throw error;
    throw new SyncError("superseded", "another sync was faster");
  }
}

async function listAndCompare(
  host: SyncHost,
  job: SyncJob,
  state: ScopeState,
  writeAhead: WriteAhead,
): Promise<Comparison> {
  const { range, whole } = listedRange(job, state);
  const differ = createDiffer({
    state,
    whole,
    sourceVersion: job.source.version,
    writeAhead,
    limits: host.limits,
    heads: (consistency) => readHeads(host.store, state.collection, [state], range, consistency),
  });
  if (job.orphaned) return { listing: { ...NOTHING_LISTED, whole, parentNotFound: true }, diff: await differ.finish() };
  const canClose = whole && range.until === undefined && knowsNewest(job, state);
  const holdback = canClose ? createHoldback() : undefined;
  const startedAt = host.store.now();
  let listing: Listing = { ...NOTHING_LISTED, whole };
  const addPage = async (page: Page) => {
    for (const { items, ...parsed } of parseDocuments(job, range, page.documents)) {
      await differ.add(holdback ? holdback.pass(items) : items, parsed.rejected);
      listing = withDocuments(listing, { items, ...parsed });
    }
    listing = withPage(listing, page, differ.listed);
  };
  const pages = listRange(job, range, host.signal);
  try {
    for (;;) {
      const next = await nextPage(pages);
      if ("error" in next) return { listing: { ...listing, error: next.error } };
      if (next.parentNotFound) listing = { ...listing, parentNotFound: true };
      if (!next.page) break;
      await addPage(next.page);
      job.onProgress?.({ step: "listing", pages: listing.counts.pages, listed: listing.counts.listed });
      const closedAt = holdback && closingPoint({ host, job, state, startedAt }, holdback, differ.listed);
      if (closedAt === undefined) continue;
      return { listing: { ...listing, closedAt, ...newestIn(listing, closedAt) }, diff: await differ.finish() };
    }
    if (holdback) await differ.add(holdback.rest(), []);
    host.signal.throwIfAborted();
    const diff = await differ.finish();
    return { listing: { ...listing, counts: { ...listing.counts, listed: differ.listed } }, diff };
  } finally {
    await pages.return(undefined);
  }
}

/** Whether the newest instant of creation of everything stored in the scope is known: other declarations of the source made other keys. */
function knowsNewest({ source }: SyncJob, { committedAt, newest, sourceVersion }: ScopeState): boolean {
  if (!source.listedByCreation) return false;
  return committedAt === undefined || (newest !== undefined && sourceVersion === source.version);
}

type NextPage = { readonly page?: Page; readonly parentNotFound?: boolean } | { readonly error: unknown };

/** The listing's next page; none at its end, which a parent that is gone is too. */
async function nextPage(pages: AsyncGenerator<Page>): Promise<NextPage> {
  try {
    const { value, done } = await pages.next();
    return done ? {} : { page: value };
  } catch (error) {
    return error instanceof ParentNotFoundError ? { parentNotFound: true } : { error };
  }
}

function withDocuments(listing: Listing, { items, rejected, accounts }: ParsedDocuments): Listing {
  const { counts } = listing;
  const reasons = rejected.map(({ reason }) => reason);
  const newest = items.map(({ key }) => creationOf(key)).reduce((a, b) => (a > b ? a : b), listing.newest ?? "");
  return {
    ...listing,
    counts: {
      ...counts,
      rejected: counts.rejected + reasons.length,
      rejections: [...counts.rejections, ...reasons].slice(0, MAX_REJECTIONS_KEPT),
    },
    accounts: new Set([...listing.accounts, ...accounts]),
    ...(newest !== "" && { newest }),
  };
}

function withPage(listing: Listing, { retries, listMissing }: Page, listed: number): Listing {
  const { counts } = listing;
  return {
    ...listing,
    counts: { ...counts, listed, pages: counts.pages + 1, retries: counts.retries + retries },
    listMissing: listing.listMissing || listMissing === true,
  };
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

/** Of a listing that is left off at an instant: what was created from then on is listed by the next scope's sync. */
function newestIn({ newest }: Listing, closedAt: Instant): { newest?: Instant } {
  if (newest === undefined) return {};
  return { newest: newest < closedAt ? newest : instantOf(epochMs(closedAt) - 1) };
}
