import { hash } from "node:crypto";
import type { GuardThresholds } from "../model/guard.ts";
import type { Instant } from "../model/instant.ts";
import type { PendingRemovals } from "../model/scope-state.ts";

/** Keys remembered of pending removals: up to as many the sample is all of them, beyond it is random and repeatable. */
export const MAX_PENDING_SAMPLE = 100;

/** Why removals are pending after an answer that had no list at all. No other listing of the kind confirms them. */
export const LIST_MISSING = "a response had no list, so the listing may be incomplete";

/** What a listing, complete as far as the service says, would remove. */
export interface Removals {
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
  removals: Removals,
  thresholds: GuardThresholds,
  now: Instant,
): PendingRemovals | undefined {
  const { keys, present, untrustedReason, approved } = removals;
  if (untrustedReason !== undefined) return pendingRemovals(approved ? [] : keys, untrustedReason, now);
  if (approved || !exceedsThreshold(keys.length, present, thresholds)) return undefined;
  if (isConfirmed(removals, thresholds)) return undefined;
  return pendingRemovals(keys, `${keys.length} of ${present} items disappeared at once`, now);
}

/** Whether so many removals are too many to be believed at once. */
export function exceedsThreshold(removals: number, present: number, thresholds: GuardThresholds): boolean {
  return removals > thresholds.items && removals > present * thresholds.share;
}

function isConfirmed({ keys, present, listed, pending }: Removals, thresholds: GuardThresholds): boolean {
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
