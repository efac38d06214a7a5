import { get } from "./api.js";
import { DAY, instantOf } from "./time.js";

/*
 * What syncs found over time. A sync's record tells how much it added, modified and removed, which is far less to read
 * than the changes themselves.
 */

const MAX_SPAN = 7 * DAY;
/** Spans that read well; the shortest that holds all there is to see is taken. */
const SPANS = [10, 30, 60, 3 * 60, 12 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60].map((minutes) => minutes * 60_000);
const BARS = 48;
const MAX_PAGES = 3;

/**
 * @typedef {{ added: number, modified: number, removed: number }} Totals
 * @typedef {{ since: string, span: number, bars: Totals[], totals: Totals, first: number, changing: any[], cut: boolean }} Activity
 */

/** @returns {Promise<Map<string, Activity>>} the activity of each source, all over the same span */
export async function readActivity(sources, signal) {
  const now = Date.now();
  const since = instantOf(now - MAX_SPAN);
  const read = await Promise.all(sources.map(async ({ id }) => ({ id, ...(await readSyncs(id, since, signal)) })));
  const earliest = Math.min(now, ...read.flatMap(({ syncs }) => syncs.map(({ startedAt }) => Date.parse(startedAt))));
  const span = SPANS.find((span) => now - earliest < span) ?? MAX_SPAN;
  return new Map(read.map(({ id, syncs, cut }) => [id, activityOf(syncs, now, span, cut)]));
}

async function readSyncs(source, since, signal) {
  const syncs = [];
  for (let cursor, page = 1; ; page += 1) {
    const answer = await get("/v1/syncs", { source, since, limit: 1000, cursor }, signal);
    syncs.push(...answer.items);
    if (!answer.nextCursor) return { syncs, cut: false };
    if (page === MAX_PAGES) return { syncs, cut: true };
    cursor = answer.nextCursor;
  }
}

/** @returns {Activity} */
function activityOf(syncs, now, span, cut) {
  const bars = Array.from({ length: BARS }, () => ({ added: 0, modified: 0, removed: 0 }));
  const totals = { added: 0, modified: 0, removed: 0 };
  const firsts = firstListings(syncs);
  let first = 0;
  for (const sync of syncs) {
    if (firsts.has(sync)) {
      first += sync.added;
      continue;
    }
    const bar = bars[Math.min(BARS - 1, Math.floor(((Date.parse(sync.startedAt) - (now - span)) / span) * BARS))];
    for (const kind of ["added", "modified", "removed"]) {
      totals[kind] += sync[kind];
      if (bar) bar[kind] += sync[kind];
    }
  }
  const changing = syncs.filter(({ at, added, modified, removed }) => at && added + modified + removed > 0);
  changing.sort((a, b) => (a.at < b.at ? 1 : -1));
  return { since: instantOf(now - span), span, bars, totals, first, changing: changing.slice(0, 20), cut };
}

/** The syncs that found a scope for the first time: all was new, and would dwarf everything after it. */
function firstListings(syncs) {
  const earliest = new Map();
  for (const sync of syncs) {
    const scope = `${sync.source}/${sync.account}/${sync.region}/${sync.scope}`;
    if (sync.outcome !== "failed" && !(earliest.get(scope)?.startedAt <= sync.startedAt)) earliest.set(scope, sync);
  }
  return new Set(
    [...earliest.values()].filter(
      ({ listed, added, modified, removed, unchanged }) => listed === added && modified + removed + unchanged === 0,
    ),
  );
}
