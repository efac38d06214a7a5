import { PLAN } from "../model/collection.ts";
import { epochMs, type Instant, instantOf } from "../model/instant.ts";
import type { Standing } from "../store/port.ts";
import type { SourceFacts } from "./service.ts";

/** After how many intervals without a complete sync a scope is stale. */
const STALE_INTERVALS = 3;

/** A collection's standings told apart: its plan's own from its scopes'. */
export interface Standings {
  readonly plan: Standing | undefined;
  readonly scopes: readonly Standing[];
}

export function tellApart(standings: readonly Standing[]): Standings {
  return {
    plan: standings.find(({ scope }) => scope === PLAN),
    scopes: standings.filter(({ scope }) => scope !== PLAN),
  };
}

export function isSyncing(standing: Standing, now: number): boolean {
  return standing.lease !== undefined && standing.lease.until >= now;
}

/** When a standing counts as stale; undefined of what was never complete. */
export function staleAfter({ completeAt }: Standing, source: SourceFacts): Instant | undefined {
  if (completeAt === undefined) return undefined;
  return instantOf(epochMs(completeAt) + STALE_INTERVALS * source.everyMinutes * 60_000);
}

/**
 * Whether a standing is older than its schedule allows. A vanished scope never is. One that was never complete is,
 * but for a scope that a plan has just named, while its first sync runs.
 */
export function isStale(standing: Standing, source: SourceFacts, now: number): boolean {
  if (standing.vanished) return false;
  const due = staleAfter(standing, source);
  if (due !== undefined) return epochMs(due) < now;
  return !(source.planned && standing.triedAt === undefined && isSyncing(standing, now));
}

/** The standings of a collection that it is to be judged by. */
export function judged({ plan, scopes }: Standings, source: SourceFacts): Standing[] {
  const expected = scopes.filter(({ vanished }) => !vanished);
  return plan && source.planned ? [plan, ...expected] : expected;
}

/** The earliest last completion among standings; undefined when there is none, or one was never complete. */
export function oldestCompletion(standings: readonly Standing[]): Instant | undefined {
  return standings.map(({ completeAt }) => completeAt ?? "").sort()[0] || undefined;
}
