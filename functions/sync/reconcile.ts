import { partsOf, type Scope, scopeFrom } from "../model/collection.ts";
import { NO_COUNTS, type SyncCounters } from "../model/counters.ts";
import { formatError, SyncError, serviceError } from "../model/errors.ts";
import { type Instant, instantOf } from "../model/instant.ts";
import { initialState, type ScopeState, type UnchangedRun } from "../model/scope-state.ts";
import type { SyncRecord } from "../model/sync-record.ts";
import { assertClock, clockError } from "./clock-check.ts";
import { compareListing, type Listing } from "./compare.ts";
import type { SyncHost, SyncJob, SyncResult } from "./job.ts";
import { isNamedByPlan } from "./plan.ts";
import { decideRemovals, type Removals } from "./removals.ts";
import { assertMayCommit } from "./retired.ts";
import { isHeld } from "./settle.ts";
import { abort, beginTransaction, commit, type SyncTransaction } from "./transaction.ts";
import { isRefused } from "./unavailable.ts";

/**
 * Brings one scope up to date with what its service lists. Lists without a lease; a listing that failed changes nothing; one that found
 * nothing new makes one write. Whatever a sync fails on is in its record: this never rejects.
 */
export async function reconcileScope(host: SyncHost, job: SyncJob): Promise<SyncResult> {
  const { store, clock } = host;
  const startedAt = instantOf(store.now());
  const started = clock.monotonic();
  const sync: RunningSync = { host, job, counters: NO_COUNTS };
  const end = await runSync(sync).catch((error: unknown) => endFailed(sync, error));
  if (end.status === "skipped") return end;
  const record: SyncRecord = {
    collection: job.collection,
    startedAt,
    scope: job.scope.id,
    kind: job.kind,
    ...end.counters,
    outcome: end.outcome,
    ...(end.at !== undefined && { at: end.at }),
    durationMs: Math.round(clock.monotonic() - started),
    ...(end.error && { error: { code: end.error.code, message: formatError(end.error) } }),
    ...(job.hint && { hint: job.hint }),
    ...(!end.error && sync.endedRun && { unchangedBefore: sync.endedRun }),
  };
  const known = record.outcome === "unavailable" && end.state?.unavailableSince !== end.state?.lastAttemptAt;
  const recorded = known ? record : await recordSync(host, record);
  return {
    status: "ended",
    record: recorded,
    ...(known && { known }),
    ...(end.state && { state: end.state }),
    ...(end.next && { next: end.next }),
  };
}

/** A sync that is running: what it has counted and begun so far. */
interface RunningSync {
  readonly host: SyncHost;
  readonly job: SyncJob;
  counters: SyncCounters;
  transaction?: SyncTransaction;
  /** What its commit says, once that may have been sent. */
  conclusion?: Conclusion;
  /** The run of unchanged syncs that the scope's state no longer has after this sync. */
  endedRun?: UnchangedRun;
}

type SyncEnd =
  | { readonly status: "skipped"; readonly reason: string }
  | {
      readonly status: "ended";
      readonly outcome: SyncRecord["outcome"];
      readonly counters: SyncCounters;
      readonly at?: Instant;
      readonly state?: ScopeState;
      readonly next?: Scope;
      readonly error?: SyncError;
    };

async function runSync(sync: RunningSync): Promise<SyncEnd> {
  const { host, job } = sync;
  const stored = job.state ?? (await host.store.scopeState(job.collection, job.scope.id));
  const state = await awaitTurn(host, job, stored ?? initialState(job.collection, job.scope));
  if (!state) return { status: "skipped", reason: "already being synced by another process" };
  if (state.ended === "target retired") await assertMayCommit(host.store, state);

  const transaction = async () => {
    if (sync.transaction) return sync.transaction;
    assertClock(host, job);
    sync.transaction = await beginTransaction(host, job, state);
    return sync.transaction;
  };
  let reindexed = 0;
  const { listing, diff } = await compareListing(host, job, state, async (changes) => {
    reindexed += await (await transaction()).apply(changes);
  });
  sync.counters = { ...NO_COUNTS, ...listing.counts, ...diff?.counts };
  if (!diff) throw listing.error;
  assertClock(host, job);
  assertAccount(job, state, listing);
  const removals = await decideRemovals(host, job, state, { listing, diff });
  const { pending } = removals;
  sync.counters = {
    ...sync.counters,
    removed: removals.changes.length,
    ...(pending && { pending: pending.count, pendingReason: pending.reason }),
  };
  const changes = [...diff.changes, ...removals.changes];
  const conclusion = { job, listing, removals, now: instantOf(host.store.now()) };
  sync.conclusion = conclusion;
  // A scope is closed only once nobody can commit to its old range, and nothing uncommitted lies in what is left to the next one.
  const mustSettle = listing.closedAt !== undefined && (state.holder !== undefined || state.discarding.length > 0);
  if (changes.length === 0 && !sync.transaction && !mustSettle) return noteUnchanged(sync, state, conclusion);

  job.onProgress?.({ step: "writing", changes: changes.length });
  const begun = await transaction();
  if (job.orphaned && (await isNamedByPlan(host, job))) {
    throw new SyncError("superseded", "the scope is planned again");
  }
  reindexed += await begun.apply(changes);
  const { counters } = sync;
  sync.counters = { ...counters, modified: counters.modified - reindexed, unchanged: counters.unchanged + reindexed };
  const committed = await commit(host, begun, (current) => {
    if (current.unchanged) sync.endedRun = current.unchanged;
    return {
      ...concluded(current, conclusion),
      ...(listing.whole && isNew(current) && { firstListing: begun.at }),
      count: current.count + sync.counters.added - sync.counters.removed,
      checksum: diff.checksumAfter(removals.changes.map(({ key }) => key)),
    };
  });
  return endOf(sync, committed, { at: begun.at, listing, removals });
}

/**
 * Throws SyncError `foreign` when nobody has said that the credentials are of the collection's account, and every item whose ARN tells whose it
 * is belongs to another one: the credentials are then most likely that one's.
 */
function assertAccount(job: SyncJob, { approvedAccount }: ScopeState, { accounts }: Listing): void {
  const { source, collection, isAccountVerified = true, approveAccount = false } = job;
  const { account } = partsOf(collection);
  if (isAccountVerified || approveAccount || accounts.size === 0 || accounts.has(account)) return;
  const others = [...accounts].sort();
  if (others.every((other) => other === approvedAccount)) return;
  const remedy = `Use credentials of ${account}, or approve it with --approve-account ${source.id}`;
  const said = `STS cannot be asked, and every item is account ${others.join(" or ")}'s, not ${account}'s`;
  throw new SyncError("foreign", `${source.operation}: ${said}: nothing was stored. ${remedy}`);
}

/** A scope that a live sync holds is left to it; a dead one's lease is waited out. Answers the state to go by. */
async function awaitTurn(host: SyncHost, job: SyncJob, state: ScopeState): Promise<ScopeState | undefined> {
  const { store, clock, leaseMs, signal } = host;
  if (!isHeld(state, store.now())) return state;
  job.onProgress?.({ step: "waiting", until: state.expires ?? 0 });
  for (;;) {
    await clock.sleep(Math.max(1, Math.min((state.expires ?? 0) - store.now() + 1, leaseMs / 8)), signal);
    const stored = (await store.scopeState(job.collection, job.scope.id)) ?? state;
    if (!isHeld(stored, store.now())) return stored;
    if (stored.lease !== state.lease || stored.expires !== state.expires) return undefined;
  }
}

interface Conclusion {
  readonly job: SyncJob;
  readonly listing: Listing;
  readonly removals: Removals;
  readonly now: Instant;
}

/** Whether the scope was never listed whole. */
function isNew({ firstListing, lastCompleteAt }: ScopeState): boolean {
  return firstListing === undefined && lastCompleteAt === undefined;
}

/** The scope's state after a sync that did not fail, but for count and checksum. */
function concluded(state: ScopeState, { job, listing, removals, now }: Conclusion): ScopeState {
  const { error: _error, pending: _pending, unchanged: _unchanged, ended: _ended, ...known } = state;
  const { unavailableSince: _since, ...rest } = known;
  const { whole } = listing;
  const isHeldBack = removals.pending !== undefined;
  const newest = [state.newest ?? "", (job.source.listedByCreation && listing.newest) || ""].sort().at(-1);
  // An incremental sync knows nothing of what is pending in the rest of the scope.
  const pending = whole ? removals.pending : state.pending;
  return {
    ...rest,
    outcome: isHeldBack ? "held" : "complete",
    lastAttemptAt: now,
    ...(newest && { newest }),
    ...approvedAccount(job, listing),
    ...(whole && { sourceVersion: job.source.version }),
    ...(whole && !isHeldBack && { lastCompleteAt: now }),
    ...(pending && pending.count > 0 && { pending }),
    ...(listing.parentNotFound && !isHeldBack && { ended: "parent removed" as const }),
    ...(listing.closedAt !== undefined && { range: { ...state.range, until: listing.closedAt } }),
  };
}

/** A person's word about whose the items are is remembered. */
function approvedAccount(
  { collection, approveAccount }: SyncJob,
  { accounts }: Listing,
): Pick<ScopeState, "approvedAccount"> {
  const [only, ...others] = accounts;
  const isOther = only !== undefined && others.length === 0 && only !== partsOf(collection).account;
  return approveAccount && isOther ? { approvedAccount: only } : {};
}

/**
 * Notes a sync that changed nothing: one compare-and-set on the revision that was read, without lease or instant. When another sync wrote the
 * state meanwhile, that one was faster, and there is nothing left to note.
 */
async function noteUnchanged(sync: RunningSync, state: ScopeState, conclusion: Conclusion): Promise<SyncEnd> {
  const { removals, now } = conclusion;
  const { since = now, count = 0 } = state.unchanged ?? {};
  const next: ScopeState = {
    ...concluded(state, conclusion),
    revision: state.revision + 1,
    // A sync with removals pending leaves a record of its own.
    ...(!removals.pending && { unchanged: { since, until: now, count: count + 1 } }),
  };
  const stored = await sync.host.store.putScopeState(next);
  if (!stored) return { status: "skipped", reason: "another sync was faster" };
  if (removals.pending && state.unchanged) sync.endedRun = state.unchanged;
  return endOf(sync, next, conclusion);
}

function endOf(
  { counters }: RunningSync,
  state: ScopeState,
  { at, listing, removals }: { at?: Instant; listing: Listing; removals: Removals },
): SyncEnd {
  return {
    status: "ended",
    outcome: removals.pending === undefined ? "complete" : "held",
    counters,
    ...(at !== undefined && { at }),
    state,
    ...(listing.closedAt !== undefined && { next: scopeFrom(listing.closedAt) }),
  };
}

/** Ends a sync that failed: what it wrote will never be committed, and the failure is noted in the scope's state. */
async function endFailed(sync: RunningSync, cause: unknown): Promise<SyncEnd> {
  const { host, job, transaction, counters } = sync;
  const error = clockError(host, job) ?? (cause instanceof SyncError ? cause : serviceError("the sync", cause));
  // That another sync was faster is no failure of the scope, and what a wrong clock says is not noted.
  const isNoted = error.code !== "superseded" && error.code !== "clock";
  const note = (state: ScopeState) => (isNoted ? failed(state, error, instantOf(host.store.now())) : state);
  try {
    const committed = transaction && (await abort(host, transaction, note));
    // The state may say by now what another sync made of the scope.
    if (committed && sync.conclusion) return endOf(sync, committed, { at: transaction.at, ...sync.conclusion });
    if (error.code === "superseded") return { status: "skipped", reason: formatError(error) };
    return failedEnd(counters, error, transaction || !isNoted ? undefined : await noteFailure(host, job, note));
  } catch (ending) {
    // Whatever this sync came upon, another one was writing meanwhile.
    if (ending instanceof SyncError && ending.code === "superseded")
      return { status: "skipped", reason: ending.message };
    // A state that cannot be read cannot be written either.
    if (formatError(ending) === formatError(error)) return failedEnd(counters, error);
    const noted = `${formatError(error)}; it could not be noted in the scope: ${formatError(ending)}`;
    return failedEnd(counters, new SyncError(error.code, noted));
  }
}

/** The scope's state after a sync that failed. */
function failed(state: ScopeState, error: SyncError, now: Instant): ScopeState {
  const { unavailableSince, ended, ...rest } = state;
  const isUnavailable = isRefused(error.code, state);
  return {
    ...rest,
    outcome: isUnavailable ? "unavailable" : outcomeOf(error),
    lastAttemptAt: now,
    error: { code: error.code, message: formatError(error) },
    ...(isUnavailable && { unavailableSince: unavailableSince ?? now }),
    // Of a target that has come back something is expected again.
    ...(ended === "parent removed" && { ended }),
  };
}

/** What may be another account's waits for a person, and is no failure. */
function outcomeOf({ code }: SyncError): "held" | "failed" {
  return code === "foreign" ? "held" : "failed";
}

function failedEnd(counters: SyncCounters, error: SyncError, state?: ScopeState): SyncEnd {
  const { added: _added, modified: _modified, removed: _removed, unchanged: _unchanged, ...rest } = counters;
  return {
    status: "ended",
    outcome: state?.outcome === "unavailable" ? "unavailable" : outcomeOf(error),
    counters: { ...NO_COUNTS, ...rest },
    error,
    ...(state && { state }),
  };
}

/** Without a lease: should another sync write the state at the same moment, its word is newer. Answers the state if it was written. */
async function noteFailure(
  { store }: SyncHost,
  { collection, scope }: SyncJob,
  note: (state: ScopeState) => ScopeState,
): Promise<ScopeState | undefined> {
  const state = (await store.scopeState(collection, scope.id)) ?? initialState(collection, scope);
  const next = { ...note(state), revision: state.revision + 1 };
  return (await store.putScopeState(next)) ? next : undefined;
}

/** Syncs that found nothing new leave no record of their own: the scope's state counts them. */
async function recordSync({ store }: SyncHost, record: SyncRecord): Promise<SyncRecord> {
  if (record.outcome === "complete" && record.at === undefined) return record;
  if (record.error?.code === "clock") return record;
  try {
    await store.recordSync(record);
    return record;
  } catch (error) {
    const failure = new SyncError("unavailable", `the sync's record could not be stored: ${formatError(error)}`);
    const earlier = record.error ? `${record.error.message}; ` : "";
    return { ...record, error: { code: record.error?.code ?? failure.code, message: `${earlier}${failure.message}` } };
  }
}
