import { type Collection, collectionOf, partsOf, serviceOf, type Target } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import { SyncError } from "../model/errors.ts";
import { instantOf } from "../model/instant.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import type { Source } from "../model/source.ts";
import { type TargetOrigin, type TargetRecord, targetName } from "../model/target-record.ts";
import type { Store } from "../store/port.ts";
import { initialRecord } from "./claim.ts";
import type { SyncHost } from "./job.ts";
import { endScopes, isEnding } from "./retire.ts";

/** What is said of a target. */
export type TargetEntry = Pick<TargetRecord, "account" | "region" | "origin" | "sources">;

/** What became of a target. `kept`: it was retired by somebody whose word counts for more. */
export type TargetOutcome = "added" | "brought back" | "changed" | "unchanged" | "kept";

const MAX_ATTEMPTS = 20;

/**
 * Has a target inventoried. Brings a retired one back, unless somebody else retired it: then only a person does. A person's or the
 * configuration's word about an active one replaces the organization's.
 */
export async function addTarget(store: Store, entry: TargetEntry): Promise<TargetOutcome> {
  return replaceTarget(store, entry, (stored) => {
    if (!stored) return { outcome: "added", next: activeTarget(store, entry) };
    if (stored.status === "retired") {
      const mayBringBack = entry.origin === "person" || entry.origin === stored.origin;
      return mayBringBack ? { outcome: "brought back", next: activeTarget(store, entry) } : { outcome: "kept" };
    }
    const isOverruled = entry.origin === "organization" && stored.origin !== "organization";
    if (isOverruled || (isSame(stored, entry) && stored.goneSince === undefined)) return { outcome: "unchanged" };
    return { outcome: "changed", next: { ...activeTarget(store, entry), since: stored.since } };
  });
}

/** Retires a target on this word, also one that has no record since it was only ever synced by hand. Answers whether it was not retired before. */
export async function retireTarget(store: Store, target: Target, origin: TargetOrigin): Promise<boolean> {
  const outcome = await replaceTarget(store, target, (stored) => {
    if (stored?.status === "retired") return { outcome: "unchanged" };
    const { goneSince: _gone, ...rest } = stored ?? activeTarget(store, { ...target, origin });
    return { outcome: "changed", next: { ...rest, origin, status: "retired", since: instantOf(store.now()) } };
  });
  return outcome === "changed";
}

/**
 * Retires a target that a whole listing of the organization lacks, or, as long as that waits for a person, notes that it is gone. `seen` is its
 * record from before the listing: on another one nothing is written, since somebody has said something about the target meanwhile, and a
 * listing that comes late must not undo that. Answers whether it is written.
 */
export async function putGone(
  store: Store,
  seen: TargetRecord,
  { retire }: { readonly retire: boolean },
): Promise<boolean> {
  const { goneSince, ...rest } = seen;
  const revision = seen.revision + 1;
  const now = instantOf(store.now());
  if (retire) return store.putTarget({ ...rest, revision, status: "retired", since: now });
  return goneSince === undefined && (await store.putTarget({ ...rest, revision, goneSince: now }));
}

function activeTarget(store: Store, entry: TargetEntry): Omit<TargetRecord, "revision"> {
  const { account, region, origin, sources } = entry;
  return { account, region, status: "active", origin, ...(sources && { sources }), since: instantOf(store.now()) };
}

function isSame(stored: TargetRecord, { origin, sources }: TargetEntry): boolean {
  return stored.origin === origin && JSON.stringify(stored.sources) === JSON.stringify(sources);
}

async function replaceTarget(
  store: Store,
  target: Target,
  change: (stored: TargetRecord | undefined) => { outcome: TargetOutcome; next?: Omit<TargetRecord, "revision"> },
): Promise<TargetOutcome> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const stored = await store.target(target);
    const { outcome, next } = change(stored);
    if (!next || (await store.putTarget({ ...next, revision: (stored?.revision ?? 0) + 1 }))) return outcome;
  }
  throw new SyncError(
    "unavailable",
    `the record of target ${targetName(target)} is written by too many at once: try again`,
  );
}

/** A source, with all regions in which it may be asked. */
export type RegionalSource = Pick<Source, "id" | "regions">;

/** What reconciling the targets came to. */
export interface TargetsReport {
  /** Collections that are due from now on. */
  readonly entered: number;
  /** Collections that are due again. */
  readonly broughtBack: number;
  /** Collections that are no longer due. */
  readonly retired: number;
  /** Items that were removed with them. */
  readonly removed: number;
  /** Scopes that a sync still holds: they end when this is done again. */
  readonly waiting: number;
}

const COLLECTIONS_AT_ONCE = 8;
/** So many new collections are due at once; each further one a moment later. */
const DUE_AT_ONCE = 100;
const SPREAD_MS = 50;

/**
 * Makes the collections agree with the targets: each source that an active target has is due there, and what is retired ends. `sources` are
 * those that are enabled, each with all its regions. A collection whose target has no record, as one that a person syncs by hand, is left
 * alone. May be repeated, be done by several at once, and goes on where it was killed.
 */
export async function reconcileTargets(host: SyncHost, sources: readonly RegionalSource[]): Promise<TargetsReport> {
  const { store, signal } = host;
  // Records first: one that is entered meanwhile is seen next time, and of none is concluded that its target is gone.
  const services = [...new Set(sources.map(({ id }) => serviceOf(id)))];
  const records = new Map((await store.collectionRecords(services)).map((record) => [record.collection, record]));
  const targets = new Map((await store.targets()).map((target) => [targetName(target), target]));
  const wanted = new Set([...targets.values()].flatMap((target) => collectionsOf(target, sources)));
  const counts = { entered: 0, broughtBack: 0, retired: 0, removed: 0, waiting: 0 };

  await mapConcurrent(COLLECTIONS_AT_ONCE, [...wanted], async (collection) => {
    signal.throwIfAborted();
    const known = records.get(collection);
    if (known?.status === "active") return;
    const spread = Math.max(0, counts.entered + counts.broughtBack - DUE_AT_ONCE) * SPREAD_MS;
    const record = startedOver(known ?? initialRecord(collection), { status: "active", nextAt: store.now() + spread });
    if (await store.putCollectionRecord(record)) counts[known ? "broughtBack" : "entered"] += 1;
  });
  await mapConcurrent(COLLECTIONS_AT_ONCE, [...records.values()], async (known) => {
    signal.throwIfAborted();
    let record = known;
    const target = targets.get(targetName(partsOf(record.collection)));
    if (!target || wanted.has(record.collection)) return;
    if (record.status === "active") {
      if (!isExcluded(target, record.collection)) return;
      // A reading that is a moment old: somebody may have brought the target back.
      const now = await store.target(target);
      if (!now || !isExcluded(now, record.collection)) return;
      record = startedOver(record, { status: "retired", nextAt: record.nextAt });
      // Somebody else wrote the record meanwhile: it is seen next time.
      if (!(await store.putCollectionRecord(record))) return;
      counts.retired += 1;
    }
    if (!isEnding(record)) return;
    const { removed, waiting } = await endScopes(host, record);
    counts.removed += removed;
    counts.waiting += waiting;
  });
  return counts;
}

/** The collections that a target is to have. */
export function collectionsOf(target: TargetRecord, sources: readonly RegionalSource[]): Collection[] {
  const { status, region, sources: named } = target;
  if (status === "retired") return [];
  const chosen = sources.filter(({ id, regions }) => (named ? named.includes(id) : regions.includes(region)));
  return chosen.map(({ id }) => collectionOf(id, target));
}

/** Whether somebody said that the collection is not to be inventoried: its target is retired, or names other sources. */
function isExcluded({ status, sources }: TargetRecord, collection: Collection): boolean {
  return status === "retired" || (sources !== undefined && !sources.includes(partsOf(collection).source));
}

/** The record of a collection that begins or is retired: what was noted of it before says nothing of what comes; only its log goes on. */
function startedOver(
  { collection, revision, committedAt, published }: CollectionRecord,
  { status, nextAt }: Pick<CollectionRecord, "status" | "nextAt">,
): CollectionRecord {
  const log = { ...(committedAt && { committedAt }), ...(published && { published }) };
  return { collection, revision: revision + 1, status, nextAt, ...log };
}
