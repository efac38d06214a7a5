import { isDeepStrictEqual } from "node:util";
import type { Collection } from "../model/collection.ts";
import { SyncError } from "../model/errors.ts";
import { EPOCH, instantOf } from "../model/instant.ts";
import { initialState, type ScopeState } from "../model/scope-state.ts";
import type { Store } from "../store/port.ts";
import { noteDamage } from "./claim.ts";
import { isClaimed } from "./due.ts";
import type { SyncHost } from "./job.ts";
import { itemProblem, MAX_PROBLEMS_NAMED, notDiscarded, type Problem, scopeProblem } from "./problems.ts";
import { repairScope } from "./repair.ts";
import { readLayout, type ScopeLayout } from "./scope-layout.ts";
import { isHeld } from "./settle.ts";
import { openReadings, type VerifiedCollection, type VerifiedScope } from "./verify-read.ts";
import { inspectScope, type VerifyOutcome, type VerifyReport } from "./verify-scope.ts";

export interface VerifyRequest extends VerifiedCollection {
  /** Repairs what is damaged. */
  readonly repair?: boolean;
  /** Which scopes to verify. Default: all. */
  readonly isDue?: (state: ScopeState) => boolean;
}

const MAX_ATTEMPTS = 4;
const MAX_LOT = { items: 20_000, scopes: 500 };

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
  if (layout.outside.length > 0) {
    const nowhere = initialState(collection, { id: "none", range: {} });
    const problems = layout.outside.map((key) => itemProblem("item outside scopes", key));
    yield [reportOf({ ...nowhere, count: problems.length }, "damaged", problems)];
  }
  const scopes = await scopesOf(host.store, collection, layout);
  const due = scopes.filter(({ stored, problems }) => !stored || problems.length > 0 || isDue(stored));
  due.sort((a, b) => ((a.stored?.verifiedAt ?? "") < (b.stored?.verifiedAt ?? "") ? -1 : 1));
  for (const lot of lotsOf(due)) yield await verifyScopes(host, request, lot);
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

/** Verifies scopes together. Those that are committed to meanwhile are read again, a few times. */
async function verifyScopes(
  host: SyncHost,
  request: VerifyRequest,
  scopes: readonly VerifiedScope[],
): Promise<VerifyReport[]> {
  const reports: VerifyReport[] = [];
  let open = scopes;
  for (let attempt = 1; open.length > 0 && attempt <= MAX_ATTEMPTS; attempt += 1) {
    host.signal.throwIfAborted();
    const moved: VerifiedScope[] = [];
    for (const reading of await openReadings(host, request, open)) {
      const { scope } = reading;
      const { problems } = await inspectScope(reading);
      const stored = await host.store.scopeState(request.collection, scope.state.scope);
      if (isSameCommit(scope.stored, stored)) {
        reports.push(await conclude(host, request, { ...scope, ...(stored && { stored }) }, problems));
      } else if (stored) {
        const { range } = scope.problems.length > 0 ? scope.state : stored;
        moved.push({ ...scope, stored, state: { ...stored, range } });
      }
    }
    open = moved;
  }
  return [...reports, ...open.map(({ state }) => reportOf(state, "busy"))];
}

/** Whether nothing was committed, begun or given up between two readings of a state. */
function isSameCommit(before: ScopeState | undefined, after: ScopeState | undefined): boolean {
  return isDeepStrictEqual(before && commitOf(before), after && commitOf(after));
}

function commitOf({ committedAt, lease, writing, discarding, count, checksum, range }: ScopeState) {
  return { committedAt, lease, writing, discarding, count, checksum, range };
}

/** Notes that nothing is wrong with a scope; or repairs it, and verifies it again. */
async function conclude(
  host: SyncHost,
  request: VerifyRequest,
  scope: VerifiedScope,
  problems: readonly Problem[],
): Promise<VerifyReport> {
  const { store } = host;
  const { state, stored } = scope;
  if (problems.length === 0) {
    // Whatever else writes a scope's state ends a sync of it that is listing.
    if (stored && !(await isBeingSynced(store, request.collection))) {
      // Another write of the state says that the scope is in use, and will be verified another time.
      await store.putScopeState({ ...stored, revision: stored.revision + 1, verifiedAt: instantOf(store.now()) });
    }
    return reportOf(state, "ok");
  }
  if (!request.repair) return reportOf(state, "damaged", problems);
  if (stored && isHeld(stored, store.now())) return reportOf(state, "busy", problems);
  try {
    await repairScope(host, request, scope);
  } catch (error) {
    // A sync was faster. It fails on the damage, or mends it; in either case the scope can be repaired later.
    if (error instanceof SyncError && error.code === "superseded") return reportOf(state, "busy", problems);
    throw error;
  }
  const repaired = await store.scopeState(request.collection, state.scope);
  if (!repaired) return reportOf(state, "damaged", problems);
  const again = { state: repaired, stored: repaired, problems: [] };
  const [report] = await verifyScopes(host, { ...request, repair: false }, [again]);
  if (report?.outcome === "damaged") return report;
  return reportOf(repaired, report?.outcome === "ok" ? "repaired" : "busy", problems);
}

function reportOf(state: ScopeState, outcome: VerifyOutcome, problems: readonly Problem[] = []): VerifyReport {
  const { collection, scope, count } = state;
  const sorted = [...problems].sort((a, b) => Number(b.lasting ?? false) - Number(a.lasting ?? false));
  const named = sorted.slice(0, MAX_PROBLEMS_NAMED);
  return { collection, scope, outcome, items: count, problems: named, problemCount: problems.length };
}

/** The scopes with the ranges that they must have, and what is wrong with their states, with the clock, and with what was given up. */
async function scopesOf(store: Store, collection: Collection, layout: ScopeLayout): Promise<VerifiedScope[]> {
  const marks = await store.marks();
  const marked = new Set(marks.filter((mark) => mark.collection === collection).map(({ scope }) => scope));
  // Nothing is committed later than the clock, which is the read timestamp as long as no mark holds that back.
  const clock = marks.length === 0 ? await store.readTimestamp() : undefined;
  // What was given up is among the discards before its mark goes.
  const discards = await store.discards(collection);
  const right = new Map(layout.wrong.map(({ id, range }) => [id, range]));
  const stored = layout.states.map((state): VerifiedScope => {
    const { scope, committedAt = EPOCH, discarding } = state;
    const range = right.get(scope);
    right.delete(scope);
    const problems: Problem[] = [];
    if (range) problems.push(scopeProblem("scope range changed", `scope ${scope} does not have its own range of keys`));
    if (clock !== undefined && committedAt > clock) {
      const message = `the clock says ${clock}, before the last commit, which readers do not see`;
      problems.push(scopeProblem("clock behind", message));
    }
    problems.push(...discarding.filter((at) => !marked.has(scope) && !discards.has(at)).map(notDiscarded));
    return { state: range ? { ...state, range } : state, stored: state, problems };
  });
  const missing = [...right].map(([id, range]): VerifiedScope => {
    const message = `there are items of scope ${id}, or scopes after it, but its state is missing`;
    return { state: initialState(collection, { id, range }), problems: [scopeProblem("scope state missing", message)] };
  });
  return [...missing, ...stored];
}

/** Scopes are verified together, up to so many items or scopes, since the log is read once for each lot. */
function lotsOf(scopes: readonly VerifiedScope[]): VerifiedScope[][] {
  const lots: VerifiedScope[][] = [];
  let items = 0;
  for (const scope of scopes) {
    const lot = lots.at(-1);
    items += scope.state.count;
    if (lot && items <= MAX_LOT.items && lot.length < MAX_LOT.scopes) {
      lot.push(scope);
    } else {
      lots.push([scope]);
      items = scope.state.count;
    }
  }
  return lots;
}
