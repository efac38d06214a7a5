import { hash } from "node:crypto";
import type { GuardThresholds } from "../model/guard.ts";
import { type Instant, instantOf } from "../model/instant.ts";
import type { RemovalCause } from "../model/item.ts";
import type { PendingRemovals, ScopeState } from "../model/scope-state.ts";
import type { Listing } from "./compare.ts";
import type { DiffResult, PendingChange } from "./diff.ts";
import { headsOf, uncommittedInstants } from "./heads.ts";
import type { SyncHost, SyncJob } from "./job.ts";
import { parseDocument } from "./parse-item.ts";

/** Keys remembered of pending removals: up to as many the sample is all of them, beyond it is random and repeatable. */
export const MAX_PENDING_SAMPLE = 100;

/** Why removals are pending after an answer that had no list at all. No other listing of the kind confirms them. */
export const LIST_MISSING = "a response had no list, so the listing may be incomplete";

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
  const { collection, sourceVersion } = state;
  if (missing.length === 0 || sourceVersion === undefined || sourceVersion === source.version) return new Set();
  const heads = await headsOf(store, collection, missing, await uncommittedInstants(store, collection, [state]));
  const listed = new Set(listedKeys());
  const moved = [...heads.values()].filter(({ key, document }) => {
    const keyNow = source.key(parseDocument(document));
    return keyNow !== undefined && keyNow !== key && listed.has(keyNow);
  });
  return new Set(moved.map(({ key }) => key));
}

/** What a listing, complete as far as the service says, would remove. */
export interface MissingItems {
  readonly keys: readonly string[];
  /** Items stored as present in the listed range. */
  readonly present: number;
  /** The keys that were listed. */
  readonly listed: () => Iterable<string>;
  /** Why the listing is not known to be whole, as when it had items that could not be stored. */
  readonly untrustedReason: string | undefined;
  /** What an earlier listing would have removed. */
  readonly pending: PendingRemovals | undefined;
  /** A person has approved the removals. */
  readonly approved: boolean;
}

/**
 * Decides whether removals may be applied: undefined, or what is pending and why (with a count of 0 when nothing is missing, or a person
 * approved it, and the listing is merely not trusted). A mass removal is pending until the next listing confirms it: nothing of what was
 * pending is listed again, and what is missing beside it would not itself be a mass removal. A listing that is not trusted
 * removes nothing that nobody approved.
 */
export function guardRemovals(
  missing: MissingItems,
  thresholds: GuardThresholds,
  now: Instant,
): PendingRemovals | undefined {
  const { keys, present, untrustedReason, approved } = missing;
  if (untrustedReason !== undefined) return pendingRemovals(approved ? [] : keys, untrustedReason, now);
  if (approved || !exceedsThreshold(keys.length, present, thresholds)) return undefined;
  if (isConfirmed(missing, thresholds)) return undefined;
  return pendingRemovals(keys, `${keys.length} of ${present} items disappeared at once`, now);
}

/** Whether so many removals are too many to be believed at once. */
export function exceedsThreshold(removals: number, present: number, thresholds: GuardThresholds): boolean {
  return removals > thresholds.items && removals > present * thresholds.share;
}

function isConfirmed({ keys, present, listed, pending }: MissingItems, thresholds: GuardThresholds): boolean {
  if (!pending || pending.sample.length === 0) return false;
  const sampled = new Set(pending.sample);
  for (const key of listed()) if (sampled.has(keyHash(key))) return false;
  const missing = new Set(keys.map(keyHash));
  const again = pending.sample.filter((key) => missing.has(key)).length;
  // Of more removals than the sample holds, as many are taken as confirmed as the sample's share says.
  const confirmed = Math.min(keys.length, Math.round((again / pending.sample.length) * pending.count));
  return !exceedsThreshold(keys.length - confirmed, present - confirmed, thresholds);
}

function pendingRemovals(keys: readonly string[], reason: string, since: Instant): PendingRemovals {
  return { count: keys.length, reason, since, sample: keys.map(keyHash).sort().slice(0, MAX_PENDING_SAMPLE) };
}

function keyHash(key: string): string {
  return hash("sha256", key, "base64url").slice(0, 16);
}
