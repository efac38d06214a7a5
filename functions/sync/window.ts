import type { Collection, KeyRange, Scope } from "../model/collection.ts";
import { epochMs, type Instant, instantOf, parseInstant } from "../model/instant.ts";
import type { Source } from "../model/source.ts";
import type { Standing, Store, Sweep } from "../store/port.ts";
import { positionOf } from "./cut.ts";

/** Whether the window is the whole scope. */
export function isWhole(window: KeyRange, scope: Scope): boolean {
  return window.from === scope.range.from && window.until === scope.range.until;
}

/**
 * The window of a tail: what was created since the newest known item, and for safety a little before. Undefined when nothing
 * is known yet, or the source is not listed in order of creation: then only a sweep will do.
 */
export async function tailWindow(
  store: Store,
  source: Pick<Source, "ascending">,
  collection: Collection,
  scope: Scope,
): Promise<KeyRange | undefined> {
  if (!source.ascending) return undefined;
  const last = await store.lastKey(collection, scope.range);
  const newest = last === undefined ? undefined : parseInstant(positionOf(last));
  if (newest === undefined) return undefined;
  return { ...scope.range, from: instantOf(epochMs(newest) - source.ascending.overlapMs) };
}

/** How far a sync carried a sweep. */
export interface SweepStep {
  /** The sweep that is under way after it. */
  readonly sweep?: Sweep;
  /** When the first part of the sweep that it ended was whole: all of the scope is at least as fresh as that. */
  readonly completeAt?: Instant;
}

/**
 * What a complete sync of a window means for the scope: a window that begins where the scope does begins a sweep, one that
 * begins where the last ended goes on with it, and one that ends where the scope does ends it. Any other, a tail say,
 * leaves it alone.
 */
export function sweepStep(
  standing: Pick<Standing, "sweep">,
  scope: Scope,
  covered: KeyRange,
  endedAt: Instant,
): SweepStep {
  const { sweep } = standing;
  const begins = covered.from === scope.range.from;
  const goesOn = sweep !== undefined && sweep.next === covered.from;
  if (!begins && !goesOn) return sweep ? { sweep } : {};
  const since = goesOn && !begins ? sweep.since : endedAt;
  if (covered.until === scope.range.until) return { completeAt: since };
  return { sweep: { next: covered.until ?? "", since } };
}
