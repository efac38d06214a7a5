import { creationOf, type KeyRange } from "../model/collection.ts";
import { SyncError } from "../model/errors.ts";
import type { Instant } from "../model/instant.ts";
import type { Change, ItemVersion, LogPosition } from "../model/item.ts";
import type { ScopeState } from "../model/scope-state.ts";
import { arbitrate, type Verdict } from "./arbitrate.ts";
import { explain } from "./diagnose.ts";
import { type Inspected, type Inspection, inspectScopes, readEvidence } from "./inspect.ts";
import type { SyncHost } from "./job.ts";
import { itemProblem, type Problem } from "./problems.ts";
import { remedyOf } from "./remedy.ts";
import { abort, type Begun, begin, commit } from "./transaction.ts";
import { expectationsOf, inspectedOf, type VerifiedCollection, type VerifiedScope } from "./verify-scopes.ts";

/** How many instants may have to be discarded before what is stored makes sense. */
const MAX_ROUNDS = 8;
const ITEMS_AT_ONCE = 200;

/**
 * Repairs a scope under its lease, so that nobody else commits to it meanwhile. What was lost of what was committed is put again as it was,
 * from what is left; where the truth is not left, a change is logged under a new instant, so that readers and followers of the log agree
 * from then on. The scope's count and checksum are those of what is stored then. Answers what cannot be repaired.
 *
 * Everything here may arrive late. Restored records are immutable, and older than a scope's next commit; what is deleted was never
 * committed; and each lot is put only when the lease is known to be held.
 */
export async function repairScope(
  host: SyncHost,
  verified: VerifiedCollection,
  scope: VerifiedScope,
): Promise<readonly Problem[]> {
  const seen = scope.stored ?? (await newState(host, scope.state));
  const { at, lease } = await begin(host, seen);
  const begun: Begun = { at, lease, superseded: [] };
  try {
    if (at <= (seen.committedAt ?? "")) {
      throw new SyncError(
        "clock",
        `the clock is behind the last commit of scope ${seen.scope}: set it, then repair again`,
      );
    }
    const repair = await settleScope({ host, verified, scope, begun });
    await commit(host, { ...begun, superseded: repair.superseded }, (state) =>
      repaired(state, scope.state.range, repair),
    );
    return repair.lasting;
  } catch (error) {
    await abort(host, begun, (state) => state);
    throw error;
  }
}

/** The state of a scope whose state is missing. Its lease number is later than those of writers that left a mark. */
async function newState({ store }: SyncHost, state: ScopeState): Promise<ScopeState> {
  const marks = (await store.marks()).filter(
    ({ collection, scope }) => collection === state.collection && scope === state.scope,
  );
  return { ...state, lease: Math.max(state.lease, ...marks.map(({ lease }) => lease)) };
}

interface Repair {
  readonly verdict: Verdict;
  readonly lasting: readonly Problem[];
  readonly superseded: Begun["superseded"];
  readonly lostUntil?: Instant;
  /** Of a scope listed by creation. */
  readonly newest?: Instant;
}

interface Repairing {
  readonly host: SyncHost;
  readonly verified: VerifiedCollection;
  readonly scope: VerifiedScope;
  readonly begun: Begun;
}

async function settleScope(repairing: Repairing): Promise<Repair> {
  const { host, verified, scope, begun } = repairing;
  const { store } = host;
  for (let round = 1; ; round += 1) {
    const state = { ...begun.lease.state, range: scope.state.range };
    const from = await inspectedOf(host, [state], verified);
    const expected = expectationsOf(store, verified, { ...scope, state });
    const [inspection] = await inspectScopes(from, [{ state, expected }]);
    if (!inspection) throw new Error(`scope ${state.scope} was not inspected`);
    const verdict = arbitrate(inspection, scope.stored);
    if (verdict.discard === undefined || round === MAX_ROUNDS) {
      const isByCreation = verified.source?.listedByCreation && inspection.lastKey !== undefined;
      return {
        verdict,
        ...(isByCreation && { newest: creationOf(inspection.lastKey) }),
        ...(await repairItems(repairing, from, { inspection, verdict })),
      };
    }
    await store.addDiscards(verified.collection, [verdict.discard]);
  }
}

async function repairItems(
  { host, begun }: Repairing,
  from: Inspected,
  { inspection, verdict }: { readonly inspection: Inspection; readonly verdict: Verdict },
): Promise<Omit<Repair, "verdict">> {
  const { suspects, positions, expected, state } = inspection;
  const signal = AbortSignal.any([host.signal, begun.lease.signal]);
  const lasting: Problem[] = [];
  const superseded: LogPosition[] = [];
  let lostUntil: Instant | undefined;
  let lot = emptyLot();
  const keys = suspects.map(({ key }) => key);
  for await (const { key, evidence } of readEvidence(from, keys, positions)) {
    const explanation = explain(evidence, expected)[verdict.choices[lot.first + lot.items] ?? 0] ?? {};
    const remedy = remedyOf(evidence, explanation, expected, { at: begun.at, scope: state.scope });
    const { restore, drop, change, lostAt } = remedy;
    lot.items += 1;
    lot.versions.push(...restore.versions);
    lot.changes.push(...restore.changes);
    lot.edges.push(...restore.edges);
    lot.dropVersions.push(...drop.versions.map((at) => ({ key, at })));
    lot.dropChanges.push(...drop.changes.map((at) => ({ key, at })));
    if (change) {
      lot.written.push(change);
      superseded.push(...evidence.versions.map(({ at }) => ({ key, at })));
    }
    if (lostAt !== undefined) {
      lasting.push(itemProblem("log gap", key, lostAt));
      if (lostUntil === undefined || lostAt > lostUntil) lostUntil = lostAt;
    }
    if (lot.items < ITEMS_AT_ONCE) continue;
    await applyMends(host, begun, { lot, signal });
    lot = emptyLot(lot.first + lot.items);
  }
  await applyMends(host, begun, { lot, signal });
  return { lasting, superseded, ...(lostUntil !== undefined && { lostUntil }) };
}

/** What is written for some items. */
interface Lot {
  /** How many suspects came before. */
  readonly first: number;
  items: number;
  readonly versions: ItemVersion[];
  readonly changes: Change[];
  readonly edges: ItemVersion[];
  readonly dropVersions: LogPosition[];
  readonly dropChanges: LogPosition[];
  readonly written: Change[];
}

function emptyLot(first = 0): Lot {
  return {
    ...{ first, items: 0, versions: [], changes: [], edges: [] },
    ...{ dropVersions: [], dropChanges: [], written: [] },
  };
}

async function applyMends(
  { store }: SyncHost,
  { lease }: Begun,
  { lot, signal }: { readonly lot: Lot; readonly signal: AbortSignal },
): Promise<void> {
  if (lot.items === 0) return;
  const { versions, changes, edges, dropVersions, dropChanges, written } = lot;
  // Proves that the lease is held still: what is restored must not come after commits of others.
  const { collection } = await lease.update((state) => state);
  await store.restore({ versions, changes, edges }, signal);
  await store.delete(collection, { versions: dropVersions, changes: dropChanges }, signal);
  await store.write(written, signal);
}

function repaired(state: ScopeState, range: KeyRange, { verdict, lostUntil, newest = "" }: Repair): ScopeState {
  const { newest: newestBefore = "", ...rest } = state;
  const newestNow = newest > newestBefore ? newest : newestBefore;
  return {
    ...{ ...rest, range, count: verdict.count, checksum: verdict.checksum },
    ...(newestNow !== "" && { newest: newestNow }),
    ...(lostUntil !== undefined && { logLostUntil: lostUntil }),
  };
}
