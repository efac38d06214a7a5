import { isDeepStrictEqual } from "node:util";
import { type Collection, creationOf } from "../model/collection.ts";
import { EPOCH, instantOf } from "../model/instant.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Source } from "../model/source.ts";
import type { Store } from "../store/port.ts";
import { arbitrate, type Verdict } from "./arbitrate.ts";
import { type Expectations, explain } from "./diagnose.ts";
import { type Inspected, type Inspection, inspectScopes, readEvidence } from "./inspect.ts";
import type { SyncHost } from "./job.ts";
import { itemProblem, MAX_PROBLEMS_NAMED, notDiscarded, type Problem, scopeProblem } from "./problems.ts";
import { remedyOf } from "./remedy.ts";

/** `busy`: syncs wrote the scope whenever it was looked at. */
export type VerifyOutcome = "ok" | "damaged" | "repaired" | "busy";

/** What was found out about one scope. */
export interface VerifyReport {
  readonly collection: Collection;
  readonly scope: string;
  readonly outcome: VerifyOutcome;
  /** Present items. */
  readonly items: number;
  /** The first problems. Of a repaired scope, what was wrong with it; those that last still are. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
}

/** The collection whose scopes are verified. */
export interface VerifiedCollection {
  readonly collection: Collection;
  /** Absent when it is not known any more: hashes cannot be computed then. */
  readonly source?: Source;
  readonly retentionDays: number;
}

/** A scope to be verified. */
export interface VerifiedScope {
  /** With the range that it must have. */
  readonly state: ScopeState;
  /** As it is stored; absent when it is missing. */
  readonly stored?: ScopeState;
  /** What is already known to be wrong. */
  readonly problems: readonly Problem[];
}

/** A scope that was looked at while nobody committed to it. */
export interface VerifiedResult {
  readonly scope: VerifiedScope;
  readonly report: VerifyReport;
}

const MAX_ATTEMPTS = 4;
const DAY_MS = 86_400_000;
/** The log may expire while it is read. */
const EXPIRY_MARGIN_MS = 3_600_000;
const MAX_CLOCK_ERROR_MS = 300_000;

/** Compares what is stored of scopes with their states. Scopes that are committed to meanwhile are looked at again, a few times. */
export async function verifyScopes(
  { store, signal }: Pick<SyncHost, "store" | "signal">,
  verified: VerifiedCollection,
  scopes: readonly VerifiedScope[],
): Promise<VerifiedResult[]> {
  const results: VerifiedResult[] = [];
  let open = scopes;
  for (let attempt = 1; open.length > 0 && attempt <= MAX_ATTEMPTS; attempt += 1) {
    const from = await inspectedOf(
      { store, signal },
      open.map(({ state }) => state),
      verified,
    );
    const inspections = await inspectScopes(
      from,
      open.map((scope) => ({ state: scope.state, expected: expectationsOf(store, verified, scope) })),
    );
    const moved: VerifiedScope[] = [];
    for (const [index, scope] of open.entries()) {
      const inspection = inspections[index];
      const stored = await store.scopeState(verified.collection, scope.state.scope);
      if (inspection && isSameCommit(scope.stored, stored)) {
        const problems = await problemsOf(from, verified, { scope, inspection });
        const outcome = problems.length > 0 ? "damaged" : "ok";
        results.push({
          scope: { ...scope, ...(stored && { stored }) },
          report: reportOf(scope.state, outcome, problems),
        });
      } else if (stored) {
        const { range } = scope.problems.length > 0 ? scope.state : stored;
        moved.push({ ...scope, stored, state: { ...stored, range } });
      }
    }
    open = moved;
  }
  return [...results, ...open.map((scope) => ({ scope, report: reportOf(scope.state, "busy", []) }))];
}

export function reportOf(state: ScopeState, outcome: VerifyOutcome, problems: readonly Problem[]): VerifyReport {
  const { collection, scope, count } = state;
  const named = problems.slice(0, MAX_PROBLEMS_NAMED);
  return { collection, scope, outcome, items: count, problems: named, problemCount: problems.length };
}

/** What to read of scopes. Read after their states. */
export async function inspectedOf(
  { store, signal }: Pick<SyncHost, "store" | "signal">,
  states: readonly ScopeState[],
  { collection }: Pick<VerifiedCollection, "collection">,
): Promise<Inspected> {
  const discards = await store.discards(collection);
  const written = states.flatMap(({ writing, discarding }) => [
    ...discarding,
    ...(writing === undefined ? [] : [writing]),
  ]);
  return { store, collection, signal, uncommitted: new Set([...discards, ...written]) };
}

export function expectationsOf(
  store: Store,
  { source, retentionDays }: VerifiedCollection,
  { state, stored }: Pick<VerifiedScope, "state" | "stored">,
): Expectations {
  const keptSince = instantOf(Math.max(0, store.now() - retentionDays * DAY_MS + EXPIRY_MARGIN_MS));
  const { logLostUntil = EPOCH } = state;
  // Of items that were not listed, or rejected, since the source's version changed the hashes are those of the version before.
  const isHashedByRules =
    !stored || (source?.version === state.sourceVersion && !state.pending && state.outcome !== "held");
  return {
    rules: isHashedByRules ? source : undefined,
    committedAt: stored ? (stored.committedAt ?? EPOCH) : instantOf(store.now() + MAX_CLOCK_ERROR_MS),
    keptSince: keptSince > logLostUntil ? keptSince : logLostUntil,
  };
}

/** Whether nothing was committed, begun or given up between two readings of a state. */
function isSameCommit(before: ScopeState | undefined, after: ScopeState | undefined): boolean {
  return isDeepStrictEqual(before && commitOf(before), after && commitOf(after));
}

function commitOf({ committedAt, lease, writing, discarding, count, checksum, range }: ScopeState) {
  return { committedAt, lease, writing, discarding, count, checksum, range };
}

async function problemsOf(
  from: Inspected,
  { source }: VerifiedCollection,
  { scope, inspection }: { readonly scope: VerifiedScope; readonly inspection: Inspection },
): Promise<Problem[]> {
  const { state } = scope;
  if (!scope.stored) return [...scope.problems];
  const verdict = arbitrate(inspection, scope.stored);
  const { otherHashes, lastKey } = inspection;
  const problems = [...scope.problems, ...(await itemProblems(from, inspection, verdict))];
  if (verdict.discard !== undefined) {
    problems.push(notDiscarded(verdict.discard));
  } else if (!verdict.matches) {
    const found = inspection.suspects.length > 0 ? "what can be restored" : "what is stored";
    const counted =
      verdict.count === state.count ? `${state.count} items with another checksum` : `${state.count} items`;
    problems.push(scopeProblem("checksum", `${found} are ${verdict.count} items; the scope's state says ${counted}`));
  }
  if (otherHashes > 0) {
    const message = `${otherHashes} documents do not give their hashes: if the source's declaration changed, raise its version`;
    problems.push(scopeProblem("hashes changed", message));
  }
  if (source?.listedByCreation && lastKey !== undefined && creationOf(lastKey) > (state.newest ?? "")) {
    problems.push(scopeProblem("checksum", "items are stored that are newer than the scope's state says"));
  }
  return problems;
}

/** Problems of items: all are counted, the first described. */
async function itemProblems(from: Inspected, inspection: Inspection, { choices }: Verdict): Promise<Problem[]> {
  const { suspects, positions, expected } = inspection;
  const problems: Problem[] = [];
  const named = suspects.slice(0, MAX_PROBLEMS_NAMED);
  let index = 0;
  for await (const { key, evidence } of readEvidence(
    from,
    named.map(({ key }) => key),
    positions,
  )) {
    const explanation = explain(evidence, expected)[choices[index] ?? 0] ?? {};
    for (const { kind, at } of remedyOf(evidence, explanation, expected).problems)
      problems.push(itemProblem(kind, key, at));
    if (suspects[index]?.edgesMissing) problems.push(itemProblem("edges missing", key));
    index += 1;
  }
  const rest = suspects.slice(named.length).map(({ key }) => itemProblem("item changed", key));
  return [...problems, ...rest];
}
