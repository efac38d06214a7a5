import { isDeepStrictEqual } from "node:util";
import { createChecksum } from "../model/checksum.ts";
import { type Collection, creationOf } from "../model/collection.ts";
import { EPOCH, type Instant, instantOf } from "../model/instant.ts";
import type { Change } from "../model/item.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Source } from "../model/source.ts";
import type { Store } from "../store/port.ts";
import { arbitrate, type Inspection, type Suspect } from "./arbitrate.ts";
import type { SyncHost } from "./job.ts";
import { itemProblem, MAX_PROBLEMS_NAMED, notDiscarded, type Problem, scopeProblem } from "./problems.ts";
import { type Expectations, type Explanation, explain, hashAfter } from "./verify-item.ts";
import { itemsWithoutEdges, openReadings, type Reading, readRange } from "./verify-read.ts";

/** `busy`: syncs wrote the scope whenever it was read. */
export type VerifyOutcome = "ok" | "damaged" | "repaired" | "busy";

/** What was found out about one scope. */
export interface VerifyReport {
  readonly collection: Collection;
  readonly scope: string;
  readonly outcome: VerifyOutcome;
  /** Present items. */
  readonly items: number;
  /** The first problems, those that last before the others. Of a repaired scope, what was wrong with it; those that last still are. */
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

/** A scope that was read while nobody committed to it. */
export interface VerifiedResult {
  readonly scope: VerifiedScope;
  readonly report: VerifyReport;
}

const MAX_ATTEMPTS = 4;
const DAY_MS = 86_400_000;
/** The log may expire while it is read. */
const EXPIRY_MARGIN_MS = 3_600_000;
const MAX_CLOCK_ERROR_MS = 300_000;
/** More items than this, and more than half of them, do not all get damaged in the same way. */
const MAX_OTHER_HASHES = 10;

/** Compares what is stored of scopes with their states. Scopes that are committed to meanwhile are read again, a few times. */
export async function verifyScopes(
  host: Pick<SyncHost, "store" | "signal">,
  verified: VerifiedCollection,
  scopes: readonly VerifiedScope[],
): Promise<VerifiedResult[]> {
  const results: VerifiedResult[] = [];
  let open = scopes;
  for (let attempt = 1; open.length > 0 && attempt <= MAX_ATTEMPTS; attempt += 1) {
    const moved: VerifiedScope[] = [];
    const states = open.map(({ state }) => state);
    const readings = await openReadings(host, verified.collection, states);
    for (const [index, scope] of open.entries()) {
      const reading = readings[index];
      if (!reading) continue;
      const inspection = await inspectScope(reading, expectationsOf(host.store, verified, scope));
      const stored = await host.store.scopeState(verified.collection, scope.state.scope);
      if (isSameCommit(scope.stored, stored)) {
        const problems = problemsOf(scope, inspection, verified);
        const outcome = problems.length > 0 ? "damaged" : "ok";
        const report = reportOf(scope.state, outcome, problems);
        results.push({ scope: { ...scope, ...(stored && { stored }) }, report });
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
  const sorted = [...problems].sort((a, b) => Number(b.lasting ?? false) - Number(a.lasting ?? false));
  const named = sorted.slice(0, MAX_PROBLEMS_NAMED);
  return { collection, scope, outcome, items: count, problems: named, problemCount: problems.length };
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

/** Reads all that is stored of a scope. Sums up what has nothing wrong with it, and explains the rest. */
export async function inspectScope(reading: Reading, expected: Expectations): Promise<Inspection> {
  const sum = createChecksum();
  const suspects: Suspect[] = [];
  const effects = new Map<Instant, { count: number; sum: ReturnType<typeof createChecksum> }>();
  let [count, present, unsound] = [0, 0, 0];
  let lastKey: string | undefined;
  for await (const items of readRange(reading, expected.keptSince)) {
    const explained = [...items].map(([key, evidence]) => ({ key, evidence, all: explain(evidence, expected) }));
    const edges = explained.flatMap(({ all: [{ lost }] }) => lost.edges);
    const unlinked = await itemsWithoutEdges(reading, edges);
    for (const { key, evidence, all } of explained) {
      const [likeliest] = all;
      const { head, problems } = likeliest;
      if (evidence.versions.length > 0) lastKey = key;
      if (head?.state === "present") present += 1;
      if (likeliest.isUnsound) unsound += 1;
      const change = evidence.log.find(({ after }) => after.at === head?.at);
      if (change) noteEffect(effects, change);
      if (problems.length > 0 || unlinked.has(key)) {
        const isNamed = suspects.length < MAX_PROBLEMS_NAMED;
        const named = () => all.map((each) => problemsOfItem(key, each, unlinked.has(key)));
        suspects.push({ key, hashes: all.map(hashAfter), problems: isNamed ? named() : undefined });
      } else if (head?.state === "present") {
        sum.xor(head.hash);
        count += 1;
      }
    }
  }
  if (unsound > MAX_OTHER_HASHES && unsound * 2 > present) {
    return { ...(await inspectScope(reading, { ...expected, rules: undefined })), otherHashes: unsound };
  }
  return {
    ...{ expected, count, checksum: sum.text(), suspects, otherHashes: 0 },
    effects: new Map([...effects].map(([at, effect]) => [at, { count: effect.count, checksum: effect.sum.text() }])),
    ...(lastKey !== undefined && { lastKey }),
  };
}

function noteEffect(
  effects: Map<Instant, { count: number; sum: ReturnType<typeof createChecksum> }>,
  { before, after }: Change,
): void {
  const effect = effects.get(after.at) ?? { count: 0, sum: createChecksum() };
  effects.set(after.at, effect);
  if (before?.state === "present") {
    effect.count -= 1;
    effect.sum.xor(before.hash);
  }
  if (after.state === "present") {
    effect.count += 1;
    effect.sum.xor(after.hash);
  }
}

/** Whether nothing was committed, begun or given up between two readings of a state. */
function isSameCommit(before: ScopeState | undefined, after: ScopeState | undefined): boolean {
  return isDeepStrictEqual(before && commitOf(before), after && commitOf(after));
}

function commitOf({ committedAt, lease, writing, discarding, count, checksum, range }: ScopeState) {
  return { committedAt, lease, writing, discarding, count, checksum, range };
}

function problemsOf(
  { state, stored, problems: known }: VerifiedScope,
  inspection: Inspection,
  { source }: VerifiedCollection,
): Problem[] {
  const { choices, count, matches, discard } = arbitrate(inspection, stored);
  const { suspects, otherHashes, lastKey } = inspection;
  const ofItems = suspects.flatMap(
    ({ key, problems }, index) => problems?.[choices[index] ?? 0] ?? [itemProblem("item changed", key)],
  );
  if (!stored) return [...known, ...ofItems.filter(({ lasting }) => lasting)];
  const problems = [...known, ...ofItems];
  if (discard !== undefined) {
    problems.push(notDiscarded(discard));
  } else if (!matches) {
    const found = suspects.length > 0 ? "what can be restored" : "what is stored";
    const counted = count === state.count ? `${state.count} items with another checksum` : `${state.count} items`;
    problems.push(scopeProblem("checksum", `${found} are ${count} items; the scope's state says ${counted}`));
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

function problemsOfItem(key: string, { problems }: Explanation, isUnlinked: boolean): Problem[] {
  const named = problems.map(({ kind, at }) => itemProblem(kind, key, at));
  return isUnlinked ? [...named, itemProblem("edges missing", key)] : named;
}
