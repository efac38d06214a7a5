import {
  type Collection,
  compareKeys,
  ENTIRE_COLLECTION,
  inRange,
  type KeyRange,
  type Scope,
  scopeFrom,
  scopeOfFirstPart,
  creationStart as startOf,
} from "../model/collection.ts";
import { headOf } from "../model/head.ts";
import { EPOCH, type Instant } from "../model/instant.ts";
import type { LogPosition } from "../model/item.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Source } from "../model/source.ts";
import type { Store } from "../store/port.ts";
import { uncommittedInstants } from "./heads.ts";

/** The scopes of a collection, and what is wrong with how they divide it. */
export interface ScopeLayout {
  readonly states: readonly ScopeState[];
  /** The right ranges of stored scopes that have another one. */
  readonly ranges: ReadonlyMap<string, KeyRange>;
  /** Scopes that must have a state, since there are items in them or scopes after them, and have none. */
  readonly missing: readonly Scope[];
  /** Keys of items that belong to no scope. */
  readonly outside: readonly string[];
}

type Division = Omit<ScopeLayout, "states">;

/** Reads the scopes of a collection. Something wrong counts if two readings find it: scopes come and are closed meanwhile. */
export async function readLayout(
  store: Store,
  collection: Collection,
  source: Pick<Source, "planned" | "listedByCreation"> | undefined,
): Promise<ScopeLayout> {
  const states = await store.scopeStates(collection);
  const first = await divide({ store, collection, states }, source);
  if (first.missing.length === 0 && first.ranges.size === 0 && first.outside.length === 0) return { states, ...first };
  const statesNow = await store.scopeStates(collection);
  const second = await divide({ store, collection, states: statesNow }, source);
  const known = new Set(first.missing.map((scope) => JSON.stringify(scope)));
  return {
    states: statesNow,
    outside: second.outside.filter((key) => first.outside.includes(key)),
    missing: second.missing.filter((scope) => known.has(JSON.stringify(scope))),
    ranges: new Map(
      [...second.ranges].filter(([id, range]) => JSON.stringify(range) === JSON.stringify(first.ranges.get(id))),
    ),
  };
}

interface StoredScopes {
  readonly store: Store;
  readonly collection: Collection;
  readonly states: readonly ScopeState[];
}

function divide(
  stored: StoredScopes,
  source: Pick<Source, "planned" | "listedByCreation"> | undefined,
): Promise<Division> {
  const ids = stored.states.map(({ scope }) => scope);
  // A source that is not listed by creation any more keeps the ranges that it was divided into.
  const isByCreation = source?.listedByCreation || (!source?.planned && ids.some((id) => startOf(id) !== undefined));
  if (isByCreation) return divideByCreation(stored);
  const isPlanned = source ? source.planned : ids.some((id) => id !== ENTIRE_COLLECTION.id);
  return isPlanned ? divideByPlan(stored) : divideEntire(stored);
}

async function divideEntire(stored: StoredScopes): Promise<Division> {
  const { id, range } = ENTIRE_COLLECTION;
  const state = stored.states.find(({ scope }) => scope === id);
  if (state) {
    const isRight = state.range.from === undefined && state.range.until === undefined;
    return { outside: [], missing: [], ranges: new Map(isRight ? [] : [[id, range]]) };
  }
  return { outside: [], missing: (await hasItems(stored, range)) ? [ENTIRE_COLLECTION] : [], ranges: new Map() };
}

/** Each scope begins where the one before it ends, and all but the last one are closed. */
async function divideByCreation(stored: StoredScopes): Promise<Division> {
  const missing: Scope[] = [];
  const ranges = new Map<string, KeyRange>();
  const states = [...stored.states].sort((a, b) => compareKeys(startOf(a.scope) ?? "", startOf(b.scope) ?? ""));
  let end: string | undefined;
  for (const [index, { scope, range }] of states.entries()) {
    const from = startOf(scope);
    if (end !== from) {
      const before: Scope = end === undefined ? ENTIRE_COLLECTION : scopeFrom(end);
      missing.push({ id: before.id, range: rangeOf(end, from) });
    }
    const next = states[index + 1];
    const nextFrom = next && startOf(next.scope);
    const isTooLong = nextFrom !== undefined && (range.until === undefined || range.until > nextFrom);
    const right = rangeOf(from, isTooLong ? nextFrom : range.until);
    if (right.from !== range.from || right.until !== range.until) ranges.set(scope, right);
    end = right.until;
  }
  const open = end === undefined ? ENTIRE_COLLECTION : scopeFrom(end);
  const isOpenStored = states.length > 0 && end === undefined;
  if (!isOpenStored && (await hasItems(stored, open.range))) missing.push(open);
  return { outside: [], missing, ranges };
}

function rangeOf(from: string | undefined, until: string | undefined): KeyRange {
  return { ...(from !== undefined && { from }), ...(until !== undefined && { until }) };
}

const GAPS_AT_ONCE = 8;
const PAGE = 100;
const LOG_PAGE = 1_000;

/** Items between the scopes belong to the scopes of their parents. */
async function divideByPlan(stored: StoredScopes): Promise<Division> {
  const uncommitted = await uncommittedInstants(stored.store, stored.collection, stored.states);
  const gaps = gapsBetween(stored.states);
  const keys = (await mapConcurrent(GAPS_AT_ONCE, gaps, (gap) => keysIn(stored, gap, uncommitted))).flat();
  const known = new Set(stored.states.map(({ scope }) => scope));
  const scopes = new Map<string, Scope>();
  const outside: string[] = [];
  for (const key of keys) {
    const scope = scopeOfFirstPart(firstPartOf(key));
    if (inRange(scope.range, key)) scopes.set(scope.id, scope);
    else outside.push(key);
  }
  return {
    outside,
    missing: [...scopes.values()].filter(({ id }) => !known.has(id)),
    ranges: new Map([...scopes.values()].filter(({ id }) => known.has(id)).map(({ id, range }) => [id, range])),
  };
}

function gapsBetween(states: readonly ScopeState[]): KeyRange[] {
  const ranges = states.map(({ range }) => range).sort((a, b) => compareKeys(a.from ?? "", b.from ?? ""));
  const gaps: KeyRange[] = [];
  let end: string | undefined = "";
  for (const { from = "", until } of ranges) {
    if (end === undefined) break;
    if (compareKeys(end, from) < 0) gaps.push({ from: end, until: from });
    if (until === undefined || compareKeys(end, until) < 0) end = until;
  }
  if (end !== undefined) gaps.push({ from: end });
  return gaps;
}

/** The keys of items in a range. */
async function keysIn(stored: StoredScopes, range: KeyRange, uncommitted: ReadonlySet<Instant>): Promise<string[]> {
  const { store, collection, states } = stored;
  // Without any state the versions may be lost as well.
  const keys = states.length === 0 ? await keysInLog(stored, range, uncommitted) : [];
  let after: string | undefined;
  do {
    const page = await store.items(collection, range, { limit: PAGE, ...(after !== undefined && { after }) });
    for (const versions of page.items) if (headOf(versions, uncommitted)) keys.push(versions[0].key);
    after = page.next;
  } while (after !== undefined);
  return keys;
}

/** Reverses what keyOf does to the first of its parts. */
function firstPartOf(key: string): string {
  const [first = ""] = key.split("#");
  return first.replaceAll("%23", "#").replaceAll("%25", "%");
}

async function keysInLog(
  { store, collection }: StoredScopes,
  range: KeyRange,
  uncommitted: ReadonlySet<Instant>,
): Promise<string[]> {
  const keys = new Set<string>();
  for (let after: Instant | LogPosition | undefined = EPOCH; after !== undefined; ) {
    const page: Awaited<ReturnType<Store["changes"]>> = await store.changes(collection, { after }, LOG_PAGE);
    for (const { after: version } of page.changes) {
      if (!uncommitted.has(version.at) && inRange(range, version.key)) keys.add(version.key);
    }
    after = page.next;
  }
  return [...keys];
}

async function hasItems(stored: StoredScopes, range: KeyRange): Promise<boolean> {
  return (
    (await keysIn(stored, range, await uncommittedInstants(stored.store, stored.collection, stored.states))).length > 0
  );
}
