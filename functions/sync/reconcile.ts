import { partsOf, scopeFrom } from "../model/collection.ts";
import { formatError, SyncError, serviceError } from "../model/errors.ts";
import { type Instant, instantOf } from "../model/instant.ts";
import { initialState, type ScopeState, type UnchangedRun } from "../model/scope-state.ts";
import type { SyncRecord } from "../model/sync-record.ts";
import { assertClock, clockError } from "./clock-check.ts";
import { compareListing, type Listing, startListing } from "./compare.ts";
import type { PendingChange } from "./diff.ts";
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
  const startedAt = instantOf(host.store.now());
  const started = host.clock.monotonic();
  const sync: RunningSync = { host, job, listing: startListing() };
  const end = await runSync(sync).catch((error: unknown) => endFailed(sync, error));
  if (end.status === "skipped") return end;
  const { outcome, at, state, error } = end;
  const { counts, closedAt } = sync.listing;
  const record: SyncRecord = {
    collection: job.collection,
    startedAt,
    scope: job.scope.id,
    kind: job.kind,
    ...(error ? { ...counts, added: 0, modified: 0, removed: 0, unchanged: 0 } : counts),
    outcome,
    ...(at !== undefined && { at }),
    durationMs: Math.round(host.clock.monotonic() - started),
    ...(error && { error: { code: error.code, message: formatError(error) } }),
    ...(job.hint && { hint: job.hint }),
    ...(!error && sync.endedRun && { unchangedBefore: sync.endedRun }),
  };
  const known = outcome === "unavailable" && state?.unavailableSince !== state?.lastAttemptAt;
  return {
    status: "ended",
    record: known ? record : await recordSync(host, record),
    ...(known && { known }),
    ...(state && { state }),
    ...(!error && closedAt !== undefined && { next: scopeFrom(closedAt) }),
  };
}

/** A sync that is running: what it has found and begun so far. */
interface RunningSync {
  readonly host: SyncHost;
  readonly job: SyncJob;
  readonly listing: Listing;
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
      readonly at?: Instant;
      readonly state?: ScopeState;
      readonly error?: SyncError;
    };

async function runSync(sync: RunningSync): Promise<SyncEnd> {
  const { host, job, listing } = sync;
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
  const writeAhead = async (changes: readonly PendingChange[]) => (await transaction()).apply(changes);
  const diff = await compareListing(host, job, { state, listing, writeAhead });
  assertClock(host, job);
  assertAccount(job, state, listing);
  const removals = await decideRemovals(host, job, state, { listing, diff });
  const { pending } = removals;
  const { counts } = listing;
  Object.assign(counts, diff.counts, { removed: removals.changes.length });
  if (pending) Object.assign(counts, { pending: pending.count, pendingReason: pending.reason });
  const changes = [...diff.changes, ...removals.changes];
  const conclusion: Conclusion = { removals, now: instantOf(host.store.now()) };
  sync.conclusion = conclusion;
  // A scope is closed only once nobody can commit to its old range, and nothing uncommitted lies in what is left to the next one.
  const mustSettle = listing.closedAt !== undefined && (state.holder !== undefined || state.discarding.length > 0);
  if (changes.length === 0 && !sync.transaction && !mustSettle) return noteUnchanged(sync, state, conclusion);

  job.onProgress?.({ step: "writing", changes: changes.length });
  const begun = await transaction();
  if (job.orphaned && (await isNamedByPlan(host, job))) {
    throw new SyncError("superseded", "the scope is planned again");
  }
  await begun.apply(changes);
  counts.modified -= begun.reindexed();
  counts.unchanged += begun.reindexed();
  const committed = await commit(host, begun, (current) => {
    if (current.unchanged) sync.endedRun = current.unchanged;
    const isNew = current.firstListing === undefined && current.lastCompleteAt === undefined;
    return {
      ...concluded(sync, current, conclusion),
      ...(listing.whole && isNew && { firstListing: begun.at }),
      count: current.count + counts.added - counts.removed,
      checksum: diff.checksumAfter(removals.changes.map(({ key }) => key)),
    };
  });
  return ended(committed, conclusion, begun.at);
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

/** What a sync that listed does with what is missing, and when that was decided. */
interface Conclusion {
  readonly removals: Removals;
  readonly now: Instant;
}

/** The scope's state after a sync that did not fail, but for count and checksum. */
function concluded({ job, listing }: RunningSync, state: ScopeState, { removals, now }: Conclusion): ScopeState {
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
    ...concluded(sync, state, conclusion),
    revision: state.revision + 1,
    // A sync with removals pending leaves a record of its own.
    ...(!removals.pending && { unchanged: { since, until: now, count: count + 1 } }),
  };
  const stored = await sync.host.store.putScopeState(next);
  if (!stored) return { status: "skipped", reason: "another sync was faster" };
  if (removals.pending && state.unchanged) sync.endedRun = state.unchanged;
  return ended(next, conclusion);
}

function ended(state: ScopeState, { removals }: Conclusion, at?: Instant): SyncEnd {
  const outcome = removals.pending === undefined ? "complete" : "held";
  return { status: "ended", outcome, state, ...(at !== undefined && { at }) };
}

/** Ends a sync that failed: what it wrote will never be committed, and the failure is noted in the scope's state. */
async function endFailed(sync: RunningSync, cause: unknown): Promise<SyncEnd> {
  const { host, job, transaction, conclusion } = sync;
  const error = clockError(host, job) ?? serviceError("the sync", cause);
  // That another sync was faster is no failure of the scope, and what a wrong clock says is not noted.
  const isNoted = error.code !== "superseded" && error.code !== "clock";
  const note = (state: ScopeState) => (isNoted ? failed(state, error, instantOf(host.store.now())) : state);
  try {
    const committed = transaction && (await abort(host, transaction, note));
    // The state may say by now what another sync made of the scope.
    if (committed && conclusion) return ended(committed, conclusion, transaction.at);
    if (error.code === "superseded") return { status: "skipped", reason: formatError(error) };
    return failedEnd(error, transaction || !isNoted ? undefined : await noteFailure(host, job, note));
  } catch (ending) {
    // Whatever this sync came upon, another one was writing meanwhile.
    if (ending instanceof SyncError && ending.code === "superseded")
      return { status: "skipped", reason: ending.message };
    // A state that cannot be read cannot be written either.
    if (formatError(ending) === formatError(error)) return failedEnd(error);
    const noted = `${formatError(error)}; it could not be noted in the scope: ${formatError(ending)}`;
    return failedEnd(new SyncError(error.code, noted));
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

function failedEnd(error: SyncError, state?: ScopeState): SyncEnd {
  const outcome = state?.outcome === "unavailable" ? "unavailable" : outcomeOf(error);
  return { status: "ended", outcome, error, ...(state && { state }) };
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
