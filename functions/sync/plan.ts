import {
  type Collection,
  collectionOf,
  creationStart,
  ENTIRE_COLLECTION,
  PLAN,
  partsOf,
  type Scope,
  scopeFrom,
} from "../model/collection.ts";
import type { PlanState } from "../model/collection-record.ts";
import { NO_COUNTS } from "../model/counters.ts";
import { formatError, SyncError, serviceError } from "../model/errors.ts";
import { type Instant, instantOf } from "../model/instant.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Connection, PlannedFrom } from "../model/source.ts";
import type { Store } from "../store/port.ts";
import { clockError } from "./clock-check.ts";
import { readHeads } from "./heads.ts";
import type { SyncHost, SyncJob, SyncRequest } from "./job.ts";
import { parseDocument } from "./parse-item.ts";
import { isWaiting } from "./unavailable.ts";

/** A scope to be synced. */
export interface PlannedScope {
  readonly scope: Scope;
  /** Stored, and no longer named by a complete plan. */
  readonly orphaned: boolean;
  /** Its state when it was planned; absent when nothing is stored of it. */
  readonly state?: ScopeState;
}

export interface Plan {
  readonly scopes: readonly PlannedScope[];
  /** Scopes that are unavailable, and not tried this time. */
  readonly waiting: number;
  /** All that is stored of the collection's scopes. */
  readonly states: readonly ScopeState[];
  /** Of a source whose scopes are planned. */
  readonly plan?: PlanState;
}

/** What planning needs of a collection. */
export interface PlanRequest extends Pick<SyncRequest, "source" | "collection" | "kind"> {
  readonly connection: Pick<Connection, "plan"> & Partial<Pick<Connection, "clockOffset">>;
  /** Also tries what is unavailable and would not be due yet. */
  readonly retryUnavailable?: boolean;
}

/**
 * The scopes of a collection that are to be synced: everything, as one scope; where it was ever listed by creation its closed ranges and
 * the open one (only that one, incrementally); of a source with a plan those of its parents, and after them those stored that a
 * complete plan no longer names; none that is unavailable and need not be tried yet. A plan that fails names none, is recorded, and is
 * thrown as SyncError.
 */
export async function planScopes(host: PlanHost, request: PlanRequest): Promise<Plan> {
  const { source, collection, kind } = request;
  if (source.planned) return planByParents(host, request);
  const states = await host.store.scopeStates(collection);
  const ranges = creationScopes(states);
  const planned = withStates(kind === "incremental" ? ranges.slice(-1) : ranges, states);
  return { ...withoutWaiting(host, request, planned), states };
}

/** Leaves out the scopes that are unavailable and need not be tried yet. */
function withoutWaiting(
  { store }: PlanHost,
  { source, retryUnavailable = false }: PlanRequest,
  planned: readonly PlannedScope[],
): Pick<Plan, "scopes" | "waiting"> {
  const isDue = ({ state, orphaned }: PlannedScope) =>
    retryUnavailable || orphaned || !state || !isWaiting(state, source.intervalMinutes * 60_000, store.now());
  const scopes = planned.filter(isDue);
  return { scopes, waiting: planned.length - scopes.length };
}

type PlanHost = Pick<SyncHost, "store" | "clock" | "signal">;

/** Scopes that are named, with what is stored of each: one read of the collection serves all. */
function withStates(scopes: readonly Scope[], states: readonly ScopeState[]): PlannedScope[] {
  const byId = new Map(states.map((state) => [state.scope, state]));
  return scopes.map((scope) => {
    const state = byId.get(scope.id);
    return { scope, orphaned: false, ...(state && { state }) };
  });
}

async function planByParents(host: PlanHost, request: PlanRequest): Promise<Plan> {
  const { source, collection, connection } = request;
  const { store, clock, signal } = host;
  const startedAt = instantOf(store.now());
  const started = clock.monotonic();
  let named: NamedScopes;
  try {
    named = await namedScopes(host, request);
  } catch (error) {
    const failure = serviceError(source.operation, signal.aborted ? signal.reason : error);
    const wrongClock = clockError(host, { connection });
    if (wrongClock) throw wrongClock;
    const durationMs = Math.round(clock.monotonic() - started);
    await recordFailedPlan(host, { collection, startedAt, durationMs }, failure);
    throw failure;
  }
  const { planned } = named;
  const stored = await store.scopeStates(collection);
  const orphaned = stored.filter((state) => !planned.has(state.scope) && !hasEnded(state));
  const now = instantOf(store.now());
  const scopes = [
    ...withStates([...planned.values()], stored),
    ...orphaned.map((state) => ({ scope: { id: state.scope, range: state.range }, orphaned: true, state })),
  ];
  const plan = { lastAttemptAt: now, lastCompleteAt: named.freshAt ?? now };
  return { ...withoutWaiting(host, request, scopes), states: stored, plan };
}

/** Scopes by their ids; `freshAt`: since when everything in their parents is known, where those were not just listed. */
interface NamedScopes {
  readonly planned: ReadonlyMap<string, Scope>;
  readonly freshAt?: Instant;
}

/** Every scope there is: of the parents that are stored, or of those that the service lists where they are not. */
async function namedScopes(
  { store, signal }: Pick<PlanHost, "store" | "signal">,
  { source, collection, connection }: Pick<PlanRequest, "source" | "collection" | "connection">,
): Promise<NamedScopes> {
  const stored = source.plannedFrom && (await storedParents(store, collection, source.plannedFrom));
  if (stored) return stored;
  const { account, region } = partsOf(collection);
  const planned = new Map<string, Scope>();
  for await (const scope of connection.plan(signal, { account, region })) planned.set(scope.id, scope);
  return { planned };
}

/**
 * The scopes of a collection, by its parents that another source of the same target has stored. Undefined as long as those are not all
 * stored: when they were never listed whole, or that source is not inventoried any more and its items have ended for that reason.
 *
 * A parent counts as present until its removal is committed: pending removals, failed listings and syncs that are still writing orphan
 * nothing.
 */
async function storedParents(
  store: Store,
  collection: Collection,
  { source, scopeOf }: PlannedFrom,
): Promise<NamedScopes | undefined> {
  const { account, region } = partsOf(collection);
  const target = { account, region };
  const parents = collectionOf(source, target);
  // Before the states: what is committed later than this, or is still being written, is not believed when it removes.
  const committedUntil = await store.readTimestamp();
  const states = await store.scopeStates(parents);
  const freshAt = wholeSince(states);
  if (freshAt === undefined) return undefined;
  const planned = new Map<string, Scope>();
  for await (const heads of readHeads(store, parents, states, {})) {
    for (const { state, at, document } of heads) {
      if (state === "removed" && at <= committedUntil) continue;
      const scope = scopeOf(parseDocument(document), target);
      if (scope) planned.set(scope.id, scope);
    }
  }
  return { planned, freshAt };
}

/** Since when everything in a collection without a plan is known; undefined when part of it was never listed, or has ended. */
function wholeSince(states: readonly ScopeState[]): Instant | undefined {
  const times = withStates(creationScopes(states), states).map(({ state }) =>
    state?.ended === undefined ? state?.lastCompleteAt : undefined,
  );
  return times.includes(undefined) ? undefined : times.sort()[0];
}

/**
 * The scopes of a collection that was ever listed by creation, oldest first: each begins where the one before is closed, and the last is
 * open. The open one after the last closed one exists before anything is stored of it. A collection that never was is one open scope.
 * Throws SyncError `damaged` when one ends no later than it begins: there would be no last one.
 */
export function creationScopes(states: readonly ScopeState[]): Scope[] {
  const byId = new Map(states.map((state) => [state.scope, state]));
  const scopes: Scope[] = [];
  let next: Scope | undefined = ENTIRE_COLLECTION;
  while (next) {
    const scope: Scope = { id: next.id, range: byId.get(next.id)?.range ?? next.range };
    scopes.push(scope);
    const { until } = scope.range;
    if (until !== undefined && until <= (creationStart(scope.id) ?? "")) {
      const what = `scope ${scope.id} ends no later than it begins`;
      throw new SyncError("damaged", `${what}: run \`stocktake verify --repair\``);
    }
    next = until === undefined ? undefined : scopeFrom(until);
  }
  return scopes;
}

/** Nothing is left to be done of a scope whose parent is gone, and whose items are. */
function hasEnded({ ended, count, holder }: ScopeState): boolean {
  return ended !== undefined && count === 0 && holder === undefined;
}

/** Reads the plan once more, to tell whether a scope that one plan did not name is really gone. */
export async function isNamedByPlan(host: Pick<PlanHost, "store" | "signal">, job: SyncJob): Promise<boolean> {
  try {
    return (await namedScopes(host, job)).planned.has(job.scope.id);
  } catch (error) {
    throw serviceError(job.source.operation, host.signal.aborted ? host.signal.reason : error);
  }
}

async function recordFailedPlan(
  { store }: PlanHost,
  plan: { readonly collection: Collection; readonly startedAt: string; readonly durationMs: number },
  error: SyncError,
): Promise<void> {
  const failure = { code: error.code, message: formatError(error) };
  await store.recordSync({ ...NO_COUNTS, ...plan, scope: PLAN, kind: "plan", outcome: "failed", error: failure });
}
