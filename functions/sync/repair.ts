import { creationOf } from "../model/collection.ts";
import { SyncError } from "../model/errors.ts";
import type { Instant } from "../model/instant.ts";
import type { ScopeState } from "../model/scope-state.ts";
import { arbitrate, type Inspection, type Verdict } from "./arbitrate.ts";
import type { SyncHost } from "./job.ts";
import { abort, type Begun, begin, commit } from "./transaction.ts";
import { correctionOf, type Explanation, explain } from "./verify-item.ts";
import { openReadings, type Reading, readRange } from "./verify-read.ts";
import { expectationsOf, inspectScope, type VerifiedCollection, type VerifiedScope } from "./verify-scope.ts";

/** How many instants may have to be discarded before what is stored makes sense. */
const MAX_ROUNDS = 8;

/**
 * Repairs a scope under its lease, so that nobody else commits to it meanwhile. Puts again what was lost of what was committed, from what is
 * left; where the truth is not left, logs a change under a new instant, so that readers and followers of the log agree from then on. The
 * scope's count and checksum are those of what is stored then.
 *
 * Everything here may arrive late. Restored records are immutable, and older than a scope's next commit; what is deleted was never
 * committed; and records are put only when the lease is known to be held.
 */
export async function repairScope(host: SyncHost, verified: VerifiedCollection, scope: VerifiedScope): Promise<void> {
  const seen = scope.stored ?? (await newState(host, scope.state));
  const begun = await begin(host, seen);
  try {
    if (begun.at <= (seen.committedAt ?? "")) {
      throw new SyncError(
        "clock",
        `the clock is behind the last commit of scope ${seen.scope}: set it, then repair again`,
      );
    }
    const found = await inspectSettled(host, verified, { scope, begun });
    const lostUntil = await repairItems({ host, begun, ...found });
    await commit(host, begun, (state) => ({
      ...repaired(state, found, verified),
      range: scope.state.range,
      ...(lostUntil !== "" && { logLostUntil: lostUntil }),
    }));
  } catch (error) {
    const committed = await abort(host, begun, (state) => state);
    if (!committed) throw error;
  }
}

/** The state of a scope whose state is missing. Its lease number is later than those of writers that left a mark. */
async function newState({ store }: SyncHost, state: ScopeState): Promise<ScopeState> {
  const marks = (await store.marks()).filter(
    ({ collection, scope }) => collection === state.collection && scope === state.scope,
  );
  return { ...state, lease: Math.max(state.lease, ...marks.map(({ lease }) => lease)) };
}

interface Found {
  readonly reading: Reading;
  readonly inspection: Inspection;
  readonly verdict: Verdict;
}

/** Inspects a scope, and discards instants that cannot have been committed, until none is left. */
async function inspectSettled(
  host: SyncHost,
  verified: VerifiedCollection,
  { scope, begun }: { readonly scope: VerifiedScope; readonly begun: Begun },
): Promise<Found> {
  const state = { ...begun.lease.state, range: scope.state.range };
  for (let round = 1; ; round += 1) {
    const [reading] = await openReadings(host, verified.collection, [state]);
    if (!reading) throw new Error(`scope ${state.scope} was not read`);
    const inspection = await inspectScope(reading, expectationsOf(host.store, verified, { ...scope, state }));
    const verdict = arbitrate(inspection, scope.stored);
    if (verdict.discard === undefined || round === MAX_ROUNDS) return { reading, inspection, verdict };
    await host.store.addDiscards(verified.collection, [verdict.discard]);
  }
}

/** Repairs every item that something is wrong with. Answers up to when the log is lost; empty if it is whole. */
async function repairItems({
  host,
  begun,
  reading,
  inspection,
  verdict,
}: Found & { readonly host: SyncHost; readonly begun: Begun }): Promise<Instant | ""> {
  let lostUntil = "";
  const choices = new Map(inspection.suspects.map(({ key }, index) => [key, verdict.choices[index] ?? 0]));
  for await (const items of readRange(reading, inspection.expected.keptSince)) {
    const explained: Explanation[] = [];
    for (const [key, evidence] of items) {
      const choice = choices.get(key);
      if (choice === undefined) continue;
      const all = explain(evidence, inspection.expected);
      const explanation = all[choice] ?? all[0];
      const { lostAt = "" } = explanation;
      explained.push(explanation);
      if (lostAt > lostUntil) lostUntil = lostAt;
    }
    if (explained.length > 0) await mend(host, begun, explained);
  }
  return lostUntil;
}

async function mend({ store }: SyncHost, { at, lease, signal, write }: Begun, items: Explanation[]): Promise<void> {
  // Proves that the lease is held still: what is restored must not come after commits of others.
  const { collection, scope } = await lease.update((state) => state);
  const [versions, changes, edges] = [
    items.flatMap(({ lost }) => lost.versions),
    items.flatMap(({ lost }) => lost.changes),
    items.flatMap(({ lost }) => lost.edges),
  ];
  await store.restore({ versions, changes, edges }, signal);
  const [strayVersions, strayChanges] = [
    items.flatMap(({ strays }) => strays.versions),
    items.flatMap(({ strays }) => strays.changes),
  ];
  await store.delete(collection, { versions: strayVersions, changes: strayChanges }, signal);
  await write(items.flatMap((each) => correctionOf(each, { at, scope }) ?? []));
}

function repaired(
  { newest: known = "", ...state }: ScopeState,
  { inspection, verdict }: Found,
  { source }: VerifiedCollection,
): ScopeState {
  const { lastKey } = inspection;
  const stored = source?.listedByCreation && lastKey !== undefined ? creationOf(lastKey) : "";
  const newest = stored > known ? stored : known;
  return { ...state, count: verdict.count, checksum: verdict.checksum, ...(newest !== "" && { newest }) };
}
