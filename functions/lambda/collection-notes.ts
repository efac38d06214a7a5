import { randomUUID } from "node:crypto";
import type { Collection } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import { formatError, type SyncError } from "../model/errors.ts";
import { type Instant, instantOf } from "../model/instant.ts";
import type { ScopeState } from "../model/scope-state.ts";
import { type Source, serviceOf } from "../model/source.ts";
import type { Store } from "../store/port.ts";
import { type ClaimedEnd, claim, type Intervals, release } from "../sync/dispatch.ts";
import type { SyncKind, SyncResult } from "../sync/job.ts";
import type { Plan } from "../sync/plan.ts";
import { freshAtOf, planAfter } from "../sync/sync-collection.ts";

/*
 * A collection's record says how its last plan ended, how fresh it is, and when it is due again. Its scopes are synced by messages that know
 * nothing of each other, so the record is written when the plan ends, and when the last scope of the plan is done.
 */

/** What notes need of a source's function. */
export interface NoteHost {
  readonly source: Source;
  readonly store: Store;
  readonly intervals: Intervals;
}

interface Noted {
  readonly collection: Collection;
  readonly kind: SyncKind;
}

/** Notes a complete plan. Of a source without plans, only that the collection exists: its sync is noted soon. */
export async function notePlan(host: NoteHost, { collection, kind, planned }: Noted & { readonly planned: Plan }) {
  const { scopes, plan } = planned;
  if (!plan && scopes.some(({ state }) => state)) return;
  await note(host, collection, (record) => {
    const freshAt = scopes.length + planned.waiting === 0 ? plan?.lastCompleteAt : record.freshAt;
    return { kind, found: 0, ...(plan && { plan }), ...(freshAt !== undefined && { freshAt }) };
  });
}

/** Notes a plan that failed. */
export async function noteFailedPlan(
  host: NoteHost,
  { collection, kind, error }: Noted & { readonly error: SyncError },
) {
  const lastAttemptAt = instantOf(host.store.now());
  const failure = { code: error.code, message: formatError(error) };
  await note(host, collection, ({ plan }) => ({
    ...{ kind, found: 0, failure: error.code },
    plan: planAfter(plan, failure, lastAttemptAt),
  }));
}

/** The sync of a plan's last scope. */
interface LastSync extends Noted {
  readonly result: SyncResult;
  /** Whether the collection has no other scope. */
  readonly isOnly: boolean;
}

/** Notes the sync of a plan's last scope: the collection is now as fresh as its stalest scope. */
export async function noteSync(host: NoteHost, last: LastSync) {
  const { collection, kind, result } = last;
  const states = kind === "full" ? await statesAfter(host.store, last) : undefined;
  await note(host, collection, (record) => {
    const freshAt = states ? freshAtAfter(states, record) : record.freshAt;
    return { kind, ...outcomeOf(result), ...(freshAt !== undefined && { freshAt }) };
  });
}

async function statesAfter(store: Store, { collection, result, isOnly }: LastSync): Promise<readonly ScopeState[]> {
  return isOnly && result.status === "ended" && result.state ? [result.state] : store.scopeStates(collection);
}

/** A plan that named nothing was itself a whole listing. */
function freshAtAfter(states: readonly ScopeState[], { plan }: CollectionRecord): Instant | undefined {
  return states.every(({ ended }) => ended) ? plan?.lastCompleteAt : freshAtOf(states).freshAt;
}

function outcomeOf(result: SyncResult): Pick<ClaimedEnd, "found" | "failure"> {
  if (result.status === "skipped") return { found: 0 };
  const { added, modified, removed, error, outcome } = result.record;
  const failure = outcome === "unavailable" ? "refused" : error?.code;
  return { found: added + modified + removed, ...(failure && { failure }) };
}

async function note(
  { source, store, intervals }: NoteHost,
  collection: Collection,
  endOf: (record: CollectionRecord) => Omit<ClaimedEnd, "intervals">,
): Promise<void> {
  const record = await claim(store, { collection, service: serviceOf(source), id: randomUUID() });
  await release(store, record, { ...endOf(record), intervals });
}
