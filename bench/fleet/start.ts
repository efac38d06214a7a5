import { type Collection, collectionOf, partsOf, serviceOf, type Target } from "../../functions/model/collection.ts";
import type { CollectionRecord } from "../../functions/model/collection-record.ts";
import { DEFAULT_GUARD } from "../../functions/model/guard.ts";
import { instantOf } from "../../functions/model/instant.ts";
import type { ScopeState } from "../../functions/model/scope-state.ts";
import type { Source } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { dueKind, intervalsOf, nextDue } from "../../functions/sync/due.ts";
import { DEFAULT_LEASE_MS, DEFAULT_LIMITS, type SyncHost } from "../../functions/sync/job.ts";
import { released } from "../../functions/sync/reschedule.ts";
import { syncCollection } from "../../functions/sync/sync-collection.ts";
import { addTarget } from "../../functions/sync/targets.ts";
import type { Random } from "../../test/sync/harness/random.ts";
import { START } from "../../test/sync/harness/simulation.ts";
import { connect } from "./connect.ts";
import { DAY_MS, hasHints, type Services, type Upstream } from "./upstream.ts";

/*
 * What is stored of a fleet that is inventoried for a day. Its first listings are real syncs, but for empty collections, which are copies of
 * one; when each is due comes of the engine's own planning, played over that day.
 */

/** Between two dispatches. */
const MINUTE_MS = 60_000;
/** An empty collection's sync, about, ms. */
const SYNC_MS = 300;
/** Targets begin at so many times of an interval. */
const BEGINNINGS = 3_600;
const NOWHERE = { account: "000000000000", region: "nowhere-1" };

export interface WarmStart {
  readonly random: Random;
  readonly services: Services;
  readonly store: Store;
  /** What the store's clock says from now on, virtual time. */
  setTime(at: number): void;
}

/** A copy of a collection that is empty. */
interface Empty {
  readonly record: CollectionRecord;
  readonly states: readonly ScopeState[];
}

/** Fills the store. The answer is to be used in its place: it keeps collections' records in memory, and copies what is empty when it is asked for. */
export async function startWarm(warm: WarmStart): Promise<Store> {
  const { services, random, setTime } = warm;
  const { store, records, copies } = keepRecords(warm.store);
  setTime(-DAY_MS);
  const targets = new Map<string, Target>();
  for (const { collection } of services.collections) {
    const { account, region } = partsOf(collection);
    targets.set(`${account}/${region}`, { account, region });
  }
  for (const target of targets.values()) await addTarget(store, { ...target, origin: "configuration" });

  // What was begun together is due together, if it is due equally often.
  const begun = new Map<string, number>();
  for (const { collection } of services.collections) {
    const target = targetOf(collection);
    if (!begun.has(target)) begun.set(target, Math.floor(random.next() * BEGINNINGS) / BEGINNINGS);
  }
  const usedTargets = new Set([...services.inUse.keys()].map((collection) => targetOf(collection)));
  const empty = new Map<string, Empty>();
  const playedEmpty = new Map<string, Played>();
  // Parents come before what is listed for each of them.
  for (const { collection, source } of services.collections) {
    const upstream = services.inUse.get(collection);
    const target = targetOf(collection);
    const share = begun.get(target) ?? 0;
    const playing = { source, changes: upstream?.changes ?? [], begun: share };
    const known = upstream ? undefined : playedEmpty.get(`${source.id} ${share}`);
    const played = known ?? play(playing);
    if (!upstream) playedEmpty.set(`${source.id} ${share}`, played);
    if (upstream) beginChanges(services, upstream, played.listedAt);
    const isUsed = usedTargets.has(target);
    const copied = isUsed ? undefined : empty.get(source.id);
    const stored = copied ?? (await firstSync({ ...warm, store }, { collection, source, at: played.listedAt }));
    if (!isUsed) empty.set(source.id, stored);
    if (copied) copies.set(collection, copied.states);
    const { nextIncrementalAt: _next, quiet: _quiet, foundAt: _foundAt, ...rest } = stored.record;
    // What was listed first was published then.
    const { committedAt } = rest;
    records.set(collection, {
      ...{ ...rest, ...played.due, collection },
      ...(committedAt !== undefined && { published: { at: committedAt } }),
    });
  }
  return store;
}

/** Keeps records of collections in memory, by compare-and-set as the store does: a dispatch reads hundreds of thousands of them. */
function keepRecords(inner: Store) {
  const records = new Map<Collection, CollectionRecord>();
  const copies = new Map<Collection, readonly ScopeState[]>();
  const copy = async (collection: Collection) => {
    const states = copies.get(collection) ?? [];
    copies.delete(collection);
    for (const state of states) await inner.putScopeState({ ...state, collection, revision: 1 });
  };
  const store: Store = {
    ...inner,
    async scopeState(collection, scope) {
      await copy(collection);
      return inner.scopeState(collection, scope);
    },
    async scopeStates(collection) {
      await copy(collection);
      return inner.scopeStates(collection);
    },
    collectionRecord: async (collection) => records.get(collection),
    collectionRecords: async (services) =>
      [...records.values()].filter(({ collection }) => services.includes(serviceOf(collection))),
    async putCollectionRecord(record) {
      const { collection, revision } = record;
      if (revision !== (records.get(collection)?.revision ?? 0) + 1) return false;
      records.set(collection, record);
      return true;
    },
  };
  return { store, records, copies };
}

function targetOf(collection: Collection): string {
  return collection.slice(collection.indexOf("/"));
}

/** What happened until its last sync is listed; what happened since then waits for the next. */
function beginChanges(services: Services, upstream: Upstream, listedAt: number): void {
  const isHinted = hasHints(partsOf(upstream.collection).account);
  for (const { at, kind, inUse } of upstream.changes) {
    if (at >= 0) return;
    services.change(upstream, kind, at);
    // Events would have told of it.
    if (at > listedAt && !isHinted) upstream.pending.push({ kind, at, inUse, hasHint: false });
    else if (at > listedAt) upstream.pending.push({ kind, at, inUse: false, hasHint: false });
  }
}

interface Played {
  /** What its record says of when it is due. */
  readonly due: Pick<CollectionRecord, "nextAt" | "nextIncrementalAt" | "quiet" | "foundAt" | "freshAt">;
  /** When it was last listed, virtual time. */
  readonly listedAt: number;
}

/** When a collection's syncs were, and what its record says after the last of them. */
function play({ source, changes, begun }: Pick<Upstream, "source" | "changes"> & { readonly begun: number }): Played {
  const intervals = intervalsOf(source.intervalMinutes, source.listedByCreation?.incrementalMinutes);
  let record: CollectionRecord = {
    ...{ collection: collectionOf(source.id, NOWHERE), revision: 1, status: "active" },
    nextAt: START - DAY_MS + Math.floor(begun * intervals.fullMs),
    // What is in use was so before that day.
    ...(changes.length > 0 && { foundAt: START - 2 * DAY_MS }),
  };
  let listedAt = -DAY_MS;
  for (;;) {
    const at = nextDue(record) - START + Math.floor(begun * MINUTE_MS);
    if (at >= 0) {
      const { nextAt, nextIncrementalAt, quiet, foundAt, freshAt } = record;
      const due = {
        nextAt,
        ...(nextIncrementalAt !== undefined && { nextIncrementalAt }),
        ...(quiet !== undefined && { quiet }),
        ...(foundAt !== undefined && { foundAt }),
        ...(freshAt !== undefined && { freshAt }),
      };
      return { due, listedAt };
    }
    const now = START + at;
    const kind = dueKind(record, now) ?? "full";
    const found = changes.filter((change) => change.at > listedAt && change.at <= at).length;
    const claimed = { ...record, claim: { id: "before", at: now, expires: now + MINUTE_MS } };
    record = released(claimed, { kind, intervals, found, freshAt: instantOf(now) }, now + SYNC_MS);
    listedAt = at;
  }
}

interface FirstSync {
  readonly collection: Collection;
  readonly source: Source;
  readonly at: number;
}

async function firstSync({ store, setTime, services }: WarmStart, { collection, source, at }: FirstSync) {
  setTime(at);
  let holders = 0;
  const host: SyncHost = {
    ...{ store, leaseMs: DEFAULT_LEASE_MS, guard: DEFAULT_GUARD, limits: DEFAULT_LIMITS },
    clock: { monotonic: () => 0, sleep: (_ms, signal) => untilAborted(signal) },
    ...{ holder: () => `first ${holders++}`, signal: new AbortController().signal },
  };
  const connection = connect({ source, target: partsOf(collection), services, time: () => at });
  const { scopes, failure } = await syncCollection(host, {
    ...{ source, collection, connection, kind: "full", intervals: intervalsOf(source.intervalMinutes) },
  });
  const failed = scopes.find(({ result }) => result.status !== "ended" || result.record.outcome !== "complete");
  const record = await store.collectionRecord(collection);
  if (failure || failed || !record) throw new Error(`${collection}: ${JSON.stringify(failure ?? failed)}`);
  return { record, states: await store.scopeStates(collection) };
}

/** Nothing takes time, so that only what is ended by its signal waits. */
function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
