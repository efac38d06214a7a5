import { instantOf } from "../model/instant.ts";
import type { RemovalCause } from "../model/item.ts";
import type { PendingRemovals, ScopeState } from "../model/scope-state.ts";
import type { Listing } from "./compare.ts";
import type { DiffResult, PendingChange } from "./diff.ts";
import { guardRemovals, LIST_MISSING } from "./guard.ts";
import { headsOf, uncommittedInstants } from "./heads.ts";
import type { SyncHost, SyncJob } from "./job.ts";
import { parseDocument } from "./parse-item.ts";

/** What a sync removes, and what it leaves pending. */
export interface Removals {
  readonly changes: readonly PendingChange[];
  readonly pending: PendingRemovals | undefined;
}

/** Decides which of the stored items that were not listed are removed. */
export async function decideRemovals(
  host: SyncHost,
  job: SyncJob,
  state: ScopeState,
  { listing, diff }: { readonly listing: Listing; readonly diff: DiffResult },
): Promise<Removals> {
  const moved = await movedKeys(host, job, state, diff);
  const missing = diff.missing.filter((key) => !moved.has(key));
  const approved = job.approveRemovals ?? false;
  const untrusted = listing.listMissing && missing.length > 0 && !approved ? LIST_MISSING : undefined;
  const pending = guardRemovals(
    {
      keys: missing,
      present: diff.present - moved.size,
      listed: diff.listedKeys,
      untrustedReason: listing.counts.rejections[0] ?? untrusted,
      pending: state.pending,
      approved,
    },
    host.guard,
    instantOf(host.store.now()),
  );
  const removed = pending && pending.count > 0 ? [] : missing;
  const cause: RemovalCause = listing.parentNotFound ? "parent removed" : "not listed";
  return {
    pending: pending && state.pending && pending.count > 0 ? { ...pending, since: state.pending.since } : pending,
    changes: [
      ...removed.map((key) => ({ kind: "removed" as const, key, cause })),
      ...[...moved].map((key) => ({ kind: "removed" as const, key, cause: "source changed" as const })),
    ],
  };
}

/** Keys of stored items that are listed under another key, since the source now makes another identity of their documents. */
async function movedKeys(
  { store }: SyncHost,
  { source }: SyncJob,
  state: ScopeState,
  { missing, listedKeys }: DiffResult,
): Promise<ReadonlySet<string>> {
  if (missing.length === 0 || state.sourceVersion === undefined || state.sourceVersion === source.version)
    return new Set();
  const heads = await headsOf(
    store,
    state.collection,
    missing,
    await uncommittedInstants(store, state.collection, [state]),
  );
  const listed = new Set(listedKeys());
  const moved = [...heads.values()].filter(({ key, document }) => {
    const keyNow = source.key(parseDocument(document));
    return keyNow !== undefined && keyNow !== key && listed.has(keyNow);
  });
  return new Set(moved.map(({ key }) => key));
}
