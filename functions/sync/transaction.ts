import { isDeepStrictEqual } from "node:util";
import { SyncError } from "../model/errors.ts";
import type { Instant } from "../model/instant.ts";
import type { Change, GraphMembers, ItemVersion, LogPosition, MutableVersion, RemovalCause } from "../model/item.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Source } from "../model/source.ts";
import type { PendingChange } from "./diff.ts";
import { headsOf, uncommittedInstants } from "./heads.ts";
import type { SyncHost, SyncJob } from "./job.ts";
import { holdLease, type Lease } from "./lease.ts";
import { isRejected, type ListedItem, parseDocument, parseItem } from "./parse-item.ts";
import { assertMayCommit } from "./retired.ts";
import { deleteDiscarded } from "./scrub.ts";

/** The right to write to a scope under one instant, until it is committed or given up. */
export interface Begun {
  /** The instant of all its changes. */
  readonly at: Instant;
  readonly lease: Lease;
  /** The versions that its changes supersede: to be deleted once it is committed. */
  readonly superseded: readonly LogPosition[];
  /** Aborts when the host's does, or the lease is lost. */
  readonly signal: AbortSignal;
  /** Writes changes under the instant. */
  write(changes: readonly Change[]): Promise<void>;
}

/** The changes of one sync, invisible until they are committed. */
export interface SyncTransaction extends Begun {
  /** Writes what was found. */
  apply(changes: readonly PendingChange[]): Promise<void>;
  /** How many of the changes turned out to be reindexed only. */
  reindexed(): number;
}

/** Changes written at a time: the versions before them are in memory meanwhile. */
const CHUNK = 2_000;

/**
 * Acquires the scope on the revision of `seen`, and begins: ticks the clock with a mark that holds readers back, then registers the instant
 * in the scope's state. Nothing is written under an instant that is not registered. Throws SyncError `superseded` when another sync
 * wrote the state meanwhile. What `confirm` throws, once the scope is acquired, gives it up again.
 */
export async function begin(
  host: SyncHost,
  seen: ScopeState,
  confirm: () => Promise<void> = async () => undefined,
): Promise<Begun> {
  const lease = await holdLease(host, seen);
  try {
    await confirm();
    const at = await host.store.begin({ collection: seen.collection, scope: seen.scope, lease: lease.number });
    await lease.update((state) => ({ ...state, writing: at }));
    const superseded: LogPosition[] = [];
    const signal = AbortSignal.any([host.signal, lease.signal]);
    return {
      ...{ at, lease, superseded, signal },
      async write(changes) {
        signal.throwIfAborted();
        for (const { before } of changes) if (before) superseded.push({ key: before.key, at: before.at });
        await host.store.write(changes, signal);
      },
    };
  } catch (error) {
    await release(host, lease);
    throw error;
  }
}

/** Begins to write the changes of a sync. */
export async function beginTransaction(host: SyncHost, job: SyncJob, seen: ScopeState): Promise<SyncTransaction> {
  const { store } = host;
  const uncommitted = await uncommittedInstants(store, seen.collection, [seen]);
  const begun = await begin(host, seen, () => assertMayCommit(store, seen));
  let reindexed = 0;
  return {
    ...begun,
    reindexed: () => reindexed,
    async apply(pending) {
      for (let from = 0; from < pending.length; from += CHUNK) {
        const chunk = pending.slice(from, from + CHUNK);
        const known = chunk.filter((change) => change.kind === "removed" || change.mayExist).map(({ key }) => key);
        const heads = await headsOf(store, seen.collection, known, uncommitted);
        let changes: Change[];
        try {
          changes = chunk.map((change) => changeOf(change, heads.get(change.key), { job, at: begun.at }));
        } catch (error) {
          // A writer that has taken over changes what is stored, too: only under the lease it is damaged.
          await begun.lease.update((state) => state);
          throw error;
        }
        reindexed += changes.filter(({ kind }) => kind === "reindexed").length;
        await begun.write(changes);
      }
    },
  };
}

/** Gives up a lease under which nothing was written. What fails here is left to the writer that takes over. */
async function release({ store }: SyncHost, lease: Lease): Promise<void> {
  try {
    const { collection, scope } = await lease.update(({ holder: _holder, expires: _expires, ...state }) => state);
    await store.deleteMarks({ collection, scope, lease: lease.number });
  } catch {
    // The lease expires, and the mark goes with the takeover: the error that led here is the one to be told.
  } finally {
    await lease.stop();
  }
}

/** The change that removes an item whose head is `before`. */
export function removalOf(
  before: ItemVersion,
  { at, scope, cause }: { readonly at: Instant; readonly scope: string; readonly cause: RemovalCause },
): Change {
  const after = { ...before, at, scope, cause, state: "removed" as const };
  return { kind: "removed", before, after: { ...after, version: before.version + 1, previousAt: before.at } };
}

/** The version that follows on an item's head with what was listed. */
export function versionAfter(
  before: ItemVersion | undefined,
  listed: ListedItem,
  { collection, at, scope }: Pick<ItemVersion, "collection" | "at" | "scope">,
): ItemVersion {
  const { key, hash, document, edges, names } = listed;
  const keepsEdges = before?.state === "present" && hasSameEdges(before, listed);
  const after: MutableVersion = {
    collection,
    key,
    at,
    scope,
    state: "present",
    version: (before?.version ?? 0) + 1,
    hash,
    document,
    edges,
    edgeAt: keepsEdges ? before.edgeAt : at,
    firstSeenAt: before?.firstSeenAt ?? at,
  };
  if (names) after.names = names;
  if (before) after.previousAt = before.at;
  return after;
}

/** The change that takes an item from its head to what was listed. */
function changeOf(
  pending: PendingChange,
  before: ItemVersion | undefined,
  { job, at }: { readonly job: SyncJob; readonly at: Instant },
): Change {
  const by = { collection: job.collection, at, scope: job.scope.id };
  const isLost = pending.kind !== "added" && before?.state !== "present";
  if (pending.kind === "removed" && before && !isLost) return removalOf(before, { ...by, cause: pending.cause });
  if (pending.kind === "removed" || isLost) throw lostVersion(job, pending.key);
  const { listed } = pending;
  const after = versionAfter(before, listed, by);
  // A version that only the source's new declaration made keeps its number: people do not see it. It may come long after the source's
  // version changed, as of an item that was rejected meanwhile.
  const isReindexed = before?.state === "present" && hashNow(job.source, before) === listed.hash;
  if (isReindexed) return { kind: "reindexed", before, after: { ...after, version: before.version } };
  return before ? { kind: pending.kind, before, after } : { kind: pending.kind, after };
}

/** The hash that the source, as it is declared now, gives a stored document. */
function hashNow(source: Source, { document }: ItemVersion): string | undefined {
  const parsed = parseItem(source, parseDocument(document));
  return isRejected(parsed) ? undefined : parsed.hash;
}

/** Whether two versions say the same of the graph. */
export function hasSameEdges(a: GraphMembers, b: GraphMembers): boolean {
  return isDeepStrictEqual([a.edges, a.names], [b.edges, b.names]);
}

function lostVersion(job: SyncJob, key: string): SyncError {
  return new SyncError(
    "damaged",
    `item ${key} of scope ${job.scope.id} was stored and is not any more: run \`stocktake verify --repair\``,
  );
}

/**
 * Makes everything written visible, in one write. `conclude` makes the scope's new state of its current one. Afterwards readers need the
 * superseded versions no more. Rejects with everything still invisible, unless the write's answer was lost: see abort.
 */
export async function commit(
  host: SyncHost,
  { at, lease, superseded }: Begun,
  conclude: (state: ScopeState) => ScopeState,
): Promise<ScopeState> {
  await lease.stop();
  const discarded = lease.state.discarding;
  const committed = await lease.update((state) => ({ ...freed(conclude(state)), committedAt: at, discarding: [] }));
  await cleanUp(host, lease, { superseded, discarded });
  return committed;
}

/**
 * Gives the transaction up: its instant is discarded, then its mark goes. Answers the state if it turns out to have been committed after all,
 * as when the answer to the commit was lost. When another writer has taken over, that one has discarded the instant.
 */
export async function abort(
  host: SyncHost,
  { at, lease }: Begun,
  note: (state: ScopeState) => ScopeState,
): Promise<ScopeState | undefined> {
  const { store } = host;
  await lease.stop();
  const discarded = [...lease.state.discarding, at];
  const { collection, scope } = lease.state;
  try {
    await lease.update((state) => ({ ...freed(note(state)), discarding: [at] }));
  } catch (error) {
    const stored = await store.scopeState(collection, scope);
    if (stored?.committedAt !== at) throw error;
    await cleanUp(host, lease, {});
    return stored;
  }
  await store.addDiscards(collection, [at]);
  await cleanUp(host, lease, { discarded });
  return undefined;
}

/** The state without a holder. */
function freed({ holder: _holder, expires: _expires, writing: _writing, ...state }: ScopeState): ScopeState {
  return state;
}

/** Lets readers go on, and deletes what none of them can need. What fails here is done by settling and by the scrub. */
async function cleanUp(
  { store, signal }: SyncHost,
  { number, state: { collection, scope } }: Lease,
  { superseded = [], discarded = [] }: { superseded?: readonly LogPosition[]; discarded?: readonly Instant[] },
): Promise<void> {
  try {
    await store.deleteMarks({ collection, scope, lease: number });
    await store.delete(collection, { versions: superseded }, signal);
    for (const instant of discarded) await deleteDiscarded(store, collection, instant, signal);
  } catch {
    // The sync has ended well, and nothing that is left counts for any reader.
  }
}
