import type { ChangeKind, Sync } from "../ui/answers.ts";
import { collect, get, SYNCS } from "../ui/api.ts";
import { DAY, dateTime, instantOf } from "../ui/time.ts";

/*
 * What syncs found over time. A sync's record tells how much it added, modified and removed, which is far less to read
 * than the changes themselves.
 */

const MAX_SPAN = 7 * DAY;
/** Spans that read well; the shortest that holds all there is to see is taken. */
const SPANS = [10, 30, 60, 3 * 60, 12 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60].map((minutes) => minutes * 60_000);
const BARS = 48;
/** How many syncs are read at most: the newest ones that changed something. */
const MAX_SYNCS = 200;
/** And for a calendar, in pages of a thousand. */
const MAX_CALENDAR_SYNCS = 5_000;
const KINDS = ["added", "modified", "removed"] as const;

type Totals = Record<ChangeKind, number>;
/** A sync that changed something. */
type ChangingSync = Sync & { readonly at: string };

/** What the syncs of a source found in a span that ends now. */
export interface Activity {
  readonly since: string;
  readonly span: number;
  readonly bars: readonly Totals[];
  readonly totals: Totals;
  /** How many items the first listings added, which are in no bar. */
  readonly first: number;
  /** Whether there were more syncs than were read. */
  readonly isCut: boolean;
}

/** What syncs found lately, in each source, all over the same span. */
export interface Activities {
  of(source: string): Activity;
  /** The latest syncs that changed something, of all sources, newest first. */
  readonly changing: readonly ChangingSync[];
}

/** Reads what syncs found lately. */
export async function readActivity(signal: AbortSignal): Promise<Activities> {
  const now = Date.now();
  const query = { since: instantOf(now - MAX_SPAN), changed: true, order: "desc", limit: MAX_SYNCS };
  const { items: syncs, nextCursor } = await get(SYNCS, query, signal);
  const isCut = nextCursor !== undefined;
  const earliest = Math.min(now, ...syncs.map(({ startedAt }) => Date.parse(startedAt)));
  const span = SPANS.find((span) => now - earliest < span) ?? MAX_SPAN;
  return {
    of: (source) => activityOf({ syncs: syncs.filter((sync) => sync.source === source), isCut }, now, span),
    changing: changingOf(syncs),
  };
}

export type DayTotals = Readonly<Totals>;

/** What syncs found on each day, by its date in the zone that is chosen, without first listings. */
export async function readDays(source: string, since: string, signal: AbortSignal) {
  const days = new Map<string, Totals>();
  const { entries: syncs, more: isCut } = await collect(
    SYNCS,
    { source, since, order: "desc" },
    { max: MAX_CALENDAR_SYNCS, signal },
  );
  const firsts = firstListings(syncs);
  for (const sync of syncs) {
    if (!isChanging(sync) || firsts.has(sync)) continue;
    const day = dateTime(sync.at).slice(0, 10);
    const totals = days.get(day) ?? noTotals();
    for (const kind of KINDS) totals[kind] += sync[kind];
    days.set(day, totals);
  }
  return { days, isCut };
}

interface ReadSyncs {
  readonly syncs: readonly Sync[];
  /** Whether there were more than were read. */
  readonly isCut: boolean;
}

const noTotals = (): Totals => ({ added: 0, modified: 0, removed: 0 });

function activityOf({ syncs, isCut }: ReadSyncs, now: number, span: number): Activity {
  const bars = Array.from({ length: BARS }, noTotals);
  const totals = noTotals();
  const firsts = firstListings(syncs);
  let first = 0;
  for (const sync of syncs) {
    if (firsts.has(sync)) {
      first += sync.added;
      continue;
    }
    const bar = bars[Math.min(BARS - 1, Math.floor(((Date.parse(sync.startedAt) - (now - span)) / span) * BARS))];
    for (const kind of KINDS) {
      totals[kind] += sync[kind];
      if (bar) bar[kind] += sync[kind];
    }
  }
  return { since: instantOf(now - span), span, bars, totals, first, isCut };
}

function changingOf(syncs: readonly Sync[]): ChangingSync[] {
  return syncs.filter(isChanging).sort((a, b) => (a.at < b.at ? 1 : -1));
}

const isChanging = (sync: Sync): sync is ChangingSync =>
  sync.at !== undefined && sync.added + sync.modified + sync.removed > 0;

/** The syncs that found a scope for the first time: all was new, and would dwarf everything after it. */
function firstListings(syncs: readonly Sync[]): Set<Sync> {
  const earliest = new Map<string, Sync>();
  for (const sync of syncs) {
    const scope = `${sync.source}/${sync.account}/${sync.region}/${sync.scope}`;
    const known = earliest.get(scope);
    if (sync.outcome !== "failed" && !(known && known.startedAt <= sync.startedAt)) earliest.set(scope, sync);
  }
  return new Set(
    [...earliest.values()].filter(
      ({ listed, added, modified, removed, unchanged }) => listed === added && modified + removed + unchanged === 0,
    ),
  );
}
