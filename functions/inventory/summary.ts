import { type CollectionRecord, totalsOf } from "../model/collection-record.ts";
import { CONDITIONS, type Condition } from "../model/condition.ts";
import { earliest, type Instant } from "../model/instant.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import type { Store } from "../store/port.ts";
import {
  type CollectionState,
  isRecordFresh,
  judgeCollection,
  readCollectionState,
  type SourceSchedule,
} from "./freshness.ts";

/** What a look at many collections says of one. */
export interface CollectionSummary {
  readonly record: CollectionRecord;
  readonly condition: Condition;
  readonly items: number;
  /** Removals that are pending. */
  readonly pending: number;
  /** When what waits longest in it was last complete; absent when something never was. */
  readonly lastCompleteAt?: Instant;
}

/** What several collections come to. */
export interface CollectionsSummary {
  readonly collections: number;
  readonly items: number;
  readonly pending: number;
  readonly conditions: Readonly<Record<Condition, number>>;
  /** When the one that waits longest was last complete, of those of which that is expected; absent when one never was. */
  readonly lastCompleteAt?: Instant;
}

const CONCURRENT_READS = 16;

/**
 * Says what is the case with each collection by its record, which the end of each sync writes: no scope is read. Only where a record does not say
 * enough are they: an earlier version wrote it, or a sync is under way, or a scope is unavailable, of a collection that may be stale.
 */
export async function summarizeCollections(
  store: Store,
  collections: readonly { readonly record: CollectionRecord; readonly source: SourceSchedule }[],
): Promise<CollectionSummary[]> {
  const now = store.now();
  const summaries = collections.map(({ record, source }) => ofRecord(record, source, now));
  const unknown = collections.flatMap((each, index) => (summaries[index] ? [] : [{ ...each, index }]));
  await mapConcurrent(CONCURRENT_READS, unknown, async ({ record, source, index }) => {
    summaries[index] = ofState(await readCollectionState(store, record), source, now);
  });
  return summaries.filter((summary) => summary !== undefined);
}

/** Adds collections up. */
export function addUp(summaries: readonly CollectionSummary[]): CollectionsSummary {
  const conditions = Object.fromEntries(CONDITIONS.map((condition) => [condition, 0])) as Record<Condition, number>;
  for (const { condition } of summaries) conditions[condition] += 1;
  const expected = summaries.filter(({ condition }) => condition !== "retired" && condition !== "unavailable");
  const lastCompleteAt = expected.map(({ lastCompleteAt = "" }) => lastCompleteAt).sort()[0];
  return {
    collections: summaries.length,
    items: summaries.reduce((sum, { items }) => sum + items, 0),
    pending: summaries.reduce((sum, { pending }) => sum + pending, 0),
    conditions,
    ...(lastCompleteAt && { lastCompleteAt }),
  };
}

function ofRecord(record: CollectionRecord, source: SourceSchedule, now: number): CollectionSummary | undefined {
  const { totals, freshAt, pending = 0 } = record;
  if (totals === undefined) return undefined;
  const isFresh = isRecordFresh(record, source, now);
  if (!isFresh && (record.claim || totals.unavailable)) return undefined;
  const plan = source.planned ? record.plan?.lastCompleteAt : undefined;
  const lastCompleteAt = freshAt === undefined ? undefined : earliest(freshAt, plan);
  return summaryOf(record, source, { totals, pending, isStale: !isFresh, lastCompleteAt });
}

/** By the states of its scopes, which are never older than its record. */
export function ofState(state: CollectionState, source: SourceSchedule, now: number): CollectionSummary {
  const { lastCompleteAt, stale } = judgeCollection(state, source, now);
  const pending = state.scopes.reduce((sum, { pending, ended }) => sum + (ended ? 0 : (pending?.count ?? 0)), 0);
  return summaryOf(state.record, source, { totals: totalsOf(state.scopes), pending, isStale: stale, lastCompleteAt });
}

interface Facts {
  readonly totals: NonNullable<CollectionRecord["totals"]>;
  readonly pending: number;
  readonly isStale: boolean;
  readonly lastCompleteAt: Instant | undefined;
}

function summaryOf(record: CollectionRecord, { planned }: SourceSchedule, facts: Facts): CollectionSummary {
  const { totals, pending, isStale, lastCompleteAt } = facts;
  const { items, scopes = 1, failed = 0, unavailable = 0 } = totals;
  const plan = planned ? record.plan : undefined;
  const conditions: Record<Condition, boolean> = {
    retired: record.status === "retired",
    unavailable: plan?.unavailableSince !== undefined || (unavailable > 0 && unavailable === scopes),
    failed: failed > 0 || plan?.error !== undefined,
    held: pending > 0,
    new: isStale && lastCompleteAt === undefined,
    stale: isStale,
    ok: true,
  };
  const condition = PRECEDENCE.find((each) => conditions[each]) ?? "ok";
  return { record, condition, items, pending, ...(lastCompleteAt !== undefined && { lastCompleteAt }) };
}

/** Of a collection that is retired or unavailable, nothing else is expected. */
const PRECEDENCE: readonly Condition[] = ["retired", "unavailable", "failed", "held", "new", "stale", "ok"];
