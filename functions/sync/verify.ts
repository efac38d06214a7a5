import type { Collection } from "../model/collection.ts";
import { SyncError } from "../model/errors.ts";
import { EPOCH, instantOf } from "../model/instant.ts";
import { initialState, type ScopeState } from "../model/scope-state.ts";
import type { Store } from "../store/port.ts";
import { noteDamage } from "./claim.ts";
import { isClaimed } from "./due.ts";
import type { SyncHost } from "./job.ts";
import { itemProblem, notDiscarded, type Problem, scopeProblem } from "./problems.ts";
import { repairScope } from "./repair.ts";
import { readLayout, type ScopeLayout } from "./scope-layout.ts";
import { isHeld } from "./settle.ts";
import {
  reportOf,
  type VerifiedCollection,
  type VerifiedResult,
  type VerifiedScope,
  type VerifyReport,
  verifyScopes,
} from "./verify-scope.ts";

export interface VerifyRequest extends VerifiedCollection {
  /** Repairs what is damaged. */
  readonly repair?: boolean;
  /** Which scopes to verify. Default: all. */
  readonly isDue?: (state: ScopeState) => boolean;
}

/** Scopes are verified together, up to so many items or scopes, since the log is read once for each lot. */
const LOT = { items: 20_000, scopes: 500 };

/**
 * Verifies the scopes of a collection, those verified the longest ago first, some at a time: what is stored must match the scope's count
 * and checksum; and versions, log and edges must agree. Notes in a scope's state when nothing is wrong with it, and writes nothing else
 * unless it is to repair, but for the notice in the collection's record that it is damaged.
 */
export async function* verifyCollection(syncHost: SyncHost, request: VerifyRequest): AsyncGenerator<VerifyReport[]> {
  const host = { ...syncHost, store: withUnreadableAsMissing(syncHost.store) };
  const record = await host.store.collectionRecord(request.collection);
  // What was damaged is verified whole until nothing is: only then is it known to be well again.
  const isDamaged = record?.notices?.damaged !== undefined;
  const damaged: VerifyReport[] = [];
  try {
    for await (const reports of verifyLots(host, isDamaged ? { ...request, isDue: () => true } : request)) {
      damaged.push(...reports.filter(({ outcome }) => outcome === "damaged"));
      yield reports;
    }
  } catch (error) {
    if (record && !isDamaged && damaged.length > 0)
      await noteDamage(host.store, record, damaged).catch(() => undefined);
    throw error;
  }
  if (record && (isDamaged || damaged.length > 0)) await noteDamage(host.store, record, damaged);
}

async function* verifyLots(host: SyncHost, request: VerifyRequest): AsyncGenerator<VerifyReport[]> {
  const { collection, source, isDue = () => true } = request;
  const layout = await readLayout(host.store, collection, source);
  if (layout.outside.length > 0) yield [outsideReport(collection, layout.outside)];
  const scopes = await scopesOf(host.store, collection, layout);
  const due = scopes.filter(({ stored, problems }) => !stored || problems.length > 0 || isDue(stored));
  due.sort((a, b) => ((a.stored?.verifiedAt ?? "") < (b.stored?.verifiedAt ?? "") ? -1 : 1));
  for (const lot of lotsOf(due)) {
    host.signal.throwIfAborted();
    const results = await verifyScopes(host, request, lot);
    // Whatever else writes a scope's state ends a sync of it that is listing.
    const canNote = !(await isBeingSynced(host.store, collection));
    const reports: VerifyReport[] = [];
    for (const result of results) {
      const { scope, report } = result;
      if (report.outcome === "ok" && scope.stored && canNote) await noteVerified(host.store, scope.stored);
      reports.push(report.outcome === "damaged" && request.repair ? await repair(host, request, result) : report);
    }
    yield reports;
  }
}

/** The store, where a state that cannot be read is missing: it is found and repaired as one that is. */
function withUnreadableAsMissing(store: Store): Store {
  return {
    ...store,
    scopeState: (collection, scope) =>
      store.scopeState(collection, scope).catch((error: unknown) => {
        if (error instanceof SyncError && error.code === "damaged") return undefined;
        throw error;
      }),
  };
}

/** Whether a sync of the collection is under way. */
export async function isBeingSynced(store: Store, collection: Collection): Promise<boolean> {
  const record = await store.collectionRecord(collection);
  return record !== undefined && isClaimed(record, store.now());
}

/** Repairs a scope, and verifies it again. */
async function repair(
  host: SyncHost,
  request: VerifyRequest,
  { scope, report }: VerifiedResult,
): Promise<VerifyReport> {
  const { store } = host;
  if (scope.stored && isHeld(scope.stored, store.now())) return { ...report, outcome: "busy" };
  try {
    await repairScope(host, request, scope);
  } catch (error) {
    // A sync was faster. It fails on the damage, or mends it; in either case the scope can be repaired later.
    if (error instanceof SyncError && error.code === "superseded") return { ...report, outcome: "busy" };
    throw error;
  }
  const stored = await store.scopeState(request.collection, scope.state.scope);
  if (!stored) return report;
  const [again] = await verifyScopes(host, request, [{ state: stored, stored, problems: [] }]);
  if (!again || again.report.outcome === "busy") return { ...report, outcome: "busy" };
  if (again.report.outcome === "damaged") return again.report;
  await noteVerified(store, again.scope.stored ?? stored);
  return { ...report, items: stored.count, outcome: "repaired" };
}

/** Another write of the state says that the scope is in use, and will be verified another time. */
async function noteVerified(store: Store, state: ScopeState): Promise<void> {
  const { verifiedAt: _verifiedAt, ...rest } = state;
  await store.putScopeState({ ...rest, revision: state.revision + 1, verifiedAt: instantOf(store.now()) });
}

async function scopesOf(store: Store, collection: Collection, layout: ScopeLayout): Promise<VerifiedScope[]> {
  const problemsOf = await recordProblems(store, collection);
  const right = new Map(layout.wrong.map(({ id, range }) => [id, range]));
  const stored = layout.states.map((state): VerifiedScope => {
    const range = right.get(state.scope);
    right.delete(state.scope);
    const problems = problemsOf(state);
    if (!range) return { state, stored: state, problems };
    const problem = scopeProblem("scope range changed", `scope ${state.scope} does not have its own range of keys`);
    return { state: { ...state, range }, stored: state, problems: [problem, ...problems] };
  });
  const missing = [...right].map(([id, range]): VerifiedScope => {
    const message = `there are items of scope ${id}, or scopes after it, but its state is missing`;
    return { state: initialState(collection, { id, range }), problems: [scopeProblem("scope state missing", message)] };
  });
  return [...missing, ...stored];
}

/** What is wrong with the clock, and with what the states say was given up. */
async function recordProblems(
  store: Store,
  collection: Collection,
): Promise<(state: ScopeState) => readonly Problem[]> {
  const marks = await store.marks();
  const marked = new Set(marks.filter((mark) => mark.collection === collection).map(({ scope }) => scope));
  // Nothing is committed later than the clock, which is the read timestamp as long as no mark holds that back.
  const clock = marks.length === 0 ? await store.readTimestamp() : undefined;
  // What was given up is among the discards before its mark goes.
  const discards = await store.discards(collection);
  return ({ scope, committedAt = EPOCH, discarding }) => {
    const lost = discarding.filter((at) => !marked.has(scope) && !discards.has(at)).map(notDiscarded);
    if (clock === undefined || committedAt <= clock) return lost;
    const message = `the clock says ${clock}, before the last commit, which readers do not see`;
    return [scopeProblem("clock behind", message), ...lost];
  };
}

function outsideReport(collection: Collection, keys: readonly string[]): VerifyReport {
  const problems = keys.map((key) => itemProblem("item outside scopes", key));
  return { ...reportOf(initialState(collection, { id: "none", range: {} }), "damaged", problems), items: keys.length };
}

function* lotsOf(scopes: readonly VerifiedScope[]): Generator<VerifiedScope[]> {
  let lot: VerifiedScope[] = [];
  let items = 0;
  for (const scope of scopes) {
    const { count } = scope.state;
    if (lot.length > 0 && (items + count > LOT.items || lot.length === LOT.scopes)) {
      yield lot;
      lot = [];
      items = 0;
    }
    lot.push(scope);
    items += count;
  }
  if (lot.length > 0) yield lot;
}
