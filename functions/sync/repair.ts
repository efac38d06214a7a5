import { SyncError } from "../model/errors.ts";
import type { Instant } from "../model/instant.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { SyncHost } from "./job.ts";
import { abort, type Begun, begin, commit } from "./transaction.ts";
import { correctionOf, explain } from "./verify-item.ts";
import { openReadings, readItems, type VerifiedCollection, type VerifiedScope } from "./verify-read.ts";
import { type Inspection, inspectScope } from "./verify-scope.ts";

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
    const { range } = scope.state;
    const held = { ...scope, state: { ...begun.lease.state, range } };
    const inspection = await inspectSettled(host, verified, held);
    const { total, newest } = inspection;
    const lostUntil = await repairItems(host, begun, inspection);
    await commit(host, begun, (state) => ({
      ...{ ...state, ...total, range },
      ...(newest > (state.newest ?? "") && { newest }),
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

/** Inspects a scope, and discards instants that cannot have been committed, until none is left. */
async function inspectSettled(host: SyncHost, verified: VerifiedCollection, scope: VerifiedScope): Promise<Inspection> {
  const [reading] = await openReadings(host, verified, [scope]);
  if (!reading) throw new Error(`scope ${scope.state.scope} was not read`);
  const inspection = await inspectScope(reading);
  if (inspection.discard === undefined) return inspection;
  await host.store.addDiscards(verified.collection, [inspection.discard]);
  return inspectSettled(host, verified, scope);
}

/** Repairs every item that something is wrong with. Answers up to when the log is lost; empty if it is whole. */
async function repairItems(
  { store }: SyncHost,
  { at, lease, signal, write }: Begun,
  { reading, choices }: Inspection,
): Promise<Instant | ""> {
  let lostUntil = "";
  for await (const items of readItems(reading)) {
    const explained = [...items].flatMap(([key, evidence]) => {
      const choice = choices.get(key);
      return choice === undefined ? [] : explain(evidence, reading.expected).slice(choice, choice + 1);
    });
    if (explained.length === 0) continue;
    // Proves that the lease is held still: what is restored must not come after commits of others.
    const { collection, scope } = await lease.update((state) => state);
    const [lost, strays] = [explained.map((each) => each.lost), explained.map((each) => each.strays)];
    await store.restore({ ...recordsIn(lost), edges: lost.flatMap(({ edges }) => edges) }, signal);
    await store.delete(collection, recordsIn(strays), signal);
    await write(explained.flatMap((each) => correctionOf(each, { at, scope }) ?? []));
    for (const { lostAt = "" } of explained) if (lostAt > lostUntil) lostUntil = lostAt;
  }
  return lostUntil;
}

function recordsIn<V, C>(all: readonly { readonly versions: readonly V[]; readonly changes: readonly C[] }[]) {
  return { versions: all.flatMap(({ versions }) => versions), changes: all.flatMap(({ changes }) => changes) };
}
