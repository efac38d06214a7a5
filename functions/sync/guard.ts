import { hash } from "node:crypto";
import { type KeyRange, overlap } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import type { HeldRemovals } from "../store/port.ts";

/** Removals are held when there are more than `items` of them and more than `share` (0 to 1) of the scope. */
export interface GuardThresholds {
  readonly items: number;
  readonly share: number;
}

export const DEFAULT_GUARD: GuardThresholds = { items: 10, share: 0.5 };

/** What a listing, complete as far as the service says, would remove. */
export interface Removals {
  readonly keys: readonly string[];
  /** The part of the collection that was listed. */
  readonly range: KeyRange;
  /** Items stored as present in it before. */
  readonly present: number;
  /** The keys that were listed. */
  readonly listed: () => Iterable<string>;
  /** The listing held items that could not be stored or told apart, the first reason; so it is not known to be whole. */
  readonly blemish: string | undefined;
  /** What earlier listings would have removed and were not let. */
  readonly held: readonly HeldRemovals[];
  /** A person has accepted the removals. */
  readonly accepted: boolean;
}

/** Why removals are held after an answer that had no list at all. No other listing of the kind confirms them. */
export const NO_LIST = "an answer without a list came, so the listing is not known to be whole";

const SAMPLE = 1_000;

/**
 * Decides whether removals may be applied: undefined, or what to hold and why (nothing but the reason, when it is only
 * that the listing is not known to be whole). A mass disappearance is held once; the next listing that agrees applies it:
 * nothing of what was held there has come back, and what is missing beside it would not itself be held. A listing with
 * a blemish removes nothing that nobody accepted.
 */
export function guardRemovals(removals: Removals, thresholds: GuardThresholds, now: Instant): HeldRemovals | undefined {
  const { keys, range, present, blemish, accepted } = removals;
  if (blemish !== undefined) return hold(accepted ? [] : keys, range, blemish, now);
  if (accepted || !isMass(keys.length, present, thresholds)) return undefined;
  if (agrees(removals, thresholds)) return undefined;
  return hold(keys, range, `${keys.length} of ${present} items disappeared at once`, now);
}

/** What is still held after a listing of the range: what was held elsewhere, and what is held now. */
export function heldAfter(
  before: readonly HeldRemovals[],
  range: KeyRange,
  now: HeldRemovals | undefined,
): readonly HeldRemovals[] {
  return [...before.filter((held) => !overlap(held.range, range)), ...(now ? [now] : [])];
}

function isMass(removals: number, present: number, thresholds: GuardThresholds): boolean {
  return removals > thresholds.items && removals > present * thresholds.share;
}

function agrees({ keys, range, present, listed, held }: Removals, thresholds: GuardThresholds): boolean {
  const missing = new Set(keys.map(keyHash));
  const here = held.filter((earlier) => overlap(earlier.range, range));
  const sampled = new Set(here.flatMap((earlier) => earlier.sample));
  if (sampled.size > 0) for (const key of listed()) if (sampled.has(keyHash(key))) return false;
  const confirmed = here.reduce((total, earlier) => total + confirmedOf(earlier, missing), 0);
  return !isMass(keys.length - confirmed, present - confirmed, thresholds);
}

/** How many of the held removals are missing again; of more than are in the sample, in proportion. */
function confirmedOf({ sample, count }: HeldRemovals, missing: ReadonlySet<string>): number {
  if (sample.length === 0) return 0;
  const again = sample.filter((key) => missing.has(key)).length;
  return Math.round((again / sample.length) * count);
}

function hold(keys: readonly string[], range: KeyRange, reason: string, since: Instant): HeldRemovals {
  return { count: keys.length, range, reason, since, sample: keys.map(keyHash).sort().slice(0, SAMPLE) };
}

function keyHash(key: string): string {
  return hash("sha256", key, "base64url").slice(0, 16);
}
