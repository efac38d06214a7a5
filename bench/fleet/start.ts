import { type Collection, partsOf, type Target } from "../../functions/model/collection.ts";
import type { CollectionRecord } from "../../functions/model/collection-record.ts";
import { DEFAULT_GUARD } from "../../functions/model/guard.ts";
import { instantOf } from "../../functions/model/instant.ts";
import type { ScopeState } from "../../functions/model/scope-state.ts";
import type { Source } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { dueKind, type Intervals, nextDue } from "../../functions/sync/due.ts";
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

export interface WarmStart {
  readonly random: Random;
  readonly services: Services;
  readonly store: Store;
  /** What the store's clock says from now on, virtual time. */
  setTime(at: number): void;
}

export async function startWarm(warm: WarmStart): Promise<void> {
  const { services, store, random, setTime } = warm;
  setTime(-DAY_MS);
  const targets = new Map<string, Target>();
  for (const { collection } of services.collections) {
    const { account, region } = partsOf(collection);
    targets.set(`${account}/${region}`, { account, region });
  }
  for (const target of targets.values()) await addTarget(store, { ...target, origin: "configuration" });

  const usedTargets = new Set([...services.inUse.keys()].map((collection) => targetOf(collection)));
  const empty = new Map<string, { record: CollectionRecord; states: readonly ScopeState[] }>();
  // Parents come before what is listed for each of them.
  for (const { collection, source } of services.collections) {
    const upstream = services.inUse.get(collection);
    const played = play(random, { collection, source, changes: upstream?.changes ?? [] });
    if (upstream) beginChanges(services, upstream, played.listedAt);
    const isUsed = usedTargets.has(targetOf(collection));
    const copied = isUsed ? undefined : empty.get(source.id);
    const stored = copied ?? (await firstSync(warm, { collection, source, upstream, at: played.listedAt }));
    if (!isUsed) empty.set(source.id, stored);
    if (copied) for (const state of copied.states) await store.putScopeState({ ...state, collection, revision: 1 });
    const { nextIncrementalAt: _next, quiet: _quiet, foundAt: _foundAt, ...rest } = stored.record;
    const { nextAt, nextIncrementalAt, quiet, foundAt, freshAt } = played.record;
    const record: CollectionRecord = {
      ...{ ...rest, collection, revision: copied ? 1 : stored.record.revision + 1, nextAt },
      ...(nextIncrementalAt !== undefined && { nextIncrementalAt }),
      ...(quiet !== undefined && { quiet }),
      ...(foundAt !== undefined && { foundAt }),
      ...(freshAt !== undefined && { freshAt }),
    };
    if (!(await store.putCollectionRecord(record))) throw new Error(`the record of ${collection} was not stored`);
  }
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

/** When a collection's syncs were, and what its record says after the last of them. */
function play(
  random: Random,
  { collection, source, changes }: Pick<Upstream, "collection" | "source" | "changes">,
): { record: CollectionRecord; listedAt: number } {
  const intervals = intervalsOf(source);
  let record: CollectionRecord = {
    ...{ collection, revision: 1, status: "active" },
    nextAt: START - DAY_MS + Math.floor(random.next() * intervals.fullMs),
    // What is in use was so before that day.
    ...(changes.length > 0 && { foundAt: START - 2 * DAY_MS }),
  };
  let listedAt = -DAY_MS;
  for (;;) {
    const at = nextDue(record) - START + Math.floor(random.next() * MINUTE_MS);
    if (at >= 0) return { record, listedAt };
    const now = START + at;
    const kind = dueKind(record, now) ?? "full";
    const found = changes.filter((change) => change.at > listedAt && change.at <= at).length;
    const claimed = { ...record, claim: { id: "before", at: now, expires: now + MINUTE_MS } };
    record = released(claimed, { kind, intervals, found, freshAt: instantOf(now) }, now + SYNC_MS);
    listedAt = at;
  }
}

function intervalsOf({ intervalMinutes, listedByCreation }: Source): Intervals {
  return {
    fullMs: intervalMinutes * MINUTE_MS,
    ...(listedByCreation && { incrementalMs: listedByCreation.incrementalMinutes * MINUTE_MS }),
  };
}

interface FirstSync {
  readonly collection: Collection;
  readonly source: Source;
  readonly upstream: Upstream | undefined;
  readonly at: number;
}

async function firstSync({ store, setTime }: WarmStart, { collection, source, upstream, at }: FirstSync) {
  setTime(at);
  let holders = 0;
  const host: SyncHost = {
    ...{ store, leaseMs: DEFAULT_LEASE_MS, guard: DEFAULT_GUARD, limits: DEFAULT_LIMITS },
    clock: { monotonic: () => 0, sleep: (_ms, signal) => untilAborted(signal) },
    ...{ holder: () => `first ${holders++}`, signal: new AbortController().signal },
  };
  const connection = connect({ source, target: partsOf(collection), upstream, time: () => at });
  const { scopes, failure } = await syncCollection(host, {
    ...{ source, collection, connection, kind: "full", intervals: intervalsOf(source) },
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
