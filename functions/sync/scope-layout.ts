import { isDeepStrictEqual } from "node:util";
import {
  type Collection,
  compareKeys,
  creationStart,
  ENTIRE_COLLECTION,
  inRange,
  type KeyRange,
  type Scope,
  scopeFrom,
  scopeOfFirstPart,
} from "../model/collection.ts";
import { headOf } from "../model/head.ts";
import { EPOCH } from "../model/instant.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Source } from "../model/source.ts";
import { itemPages, logPages, type Store } from "../store/port.ts";
import { uncommittedInstants } from "./heads.ts";

/** The scopes of a collection, and what is wrong with how they divide it. */
export interface ScopeLayout {
  readonly states: readonly ScopeState[];
  /** Scopes as they must be whose state has another range, or is missing though there are items in them or scopes after them. */
  readonly wrong: readonly Scope[];
  /** Keys of items that belong to no scope. */
  readonly outside: readonly string[];
}

const GAPS_AT_ONCE = 8;
const PAGE = 1_000;

type SourceKind = Pick<Source, "planned" | "listedByCreation"> | undefined;

/** Reads the scopes of a collection. Something wrong counts if two readings find it: scopes come and are closed meanwhile. */
export async function readLayout(store: Store, collection: Collection, source: SourceKind): Promise<ScopeLayout> {
  const first = await readOnce(store, collection, source);
  if (first.wrong.length + first.outside.length === 0) return first;
  const second = await readOnce(store, collection, source);
  return {
    states: second.states,
    wrong: second.wrong.filter((scope) => first.wrong.some((known) => isDeepStrictEqual(known, scope))),
    outside: second.outside.filter((key) => first.outside.includes(key)),
  };
}

async function readOnce(store: Store, collection: Collection, source: SourceKind): Promise<ScopeLayout> {
  const states = await store.scopeStates(collection);
  const uncommitted = await uncommittedInstants(store, collection, states);
  /** The keys of items in a range. */
  const keysIn = async (range: KeyRange): Promise<readonly string[]> => {
    const keys = new Set<string>();
    for await (const items of itemPages(store, collection, range, { limit: PAGE })) {
      for (const versions of items) if (headOf(versions, uncommitted)) keys.add(versions[0].key);
    }
    if (states.length > 0) return [...keys];
    // Without any state the versions may be lost as well.
    for await (const changes of logPages(store, collection, { after: EPOCH }, PAGE)) {
      for (const { after } of changes) {
        if (!uncommitted.has(after.at) && inRange(range, after.key)) keys.add(after.key);
      }
    }
    return [...keys];
  };
  const ranges = new Map(states.map(({ scope, range }) => [scope, range]));
  const { scopes, outside = [] } = await rightScopes(states, source, keysIn);
  return { states, wrong: scopes.filter(({ id, range }) => !isDeepStrictEqual(ranges.get(id), range)), outside };
}

type States = readonly ScopeState[];
type KeysIn = (range: KeyRange) => Promise<readonly string[]>;

interface RightScopes {
  readonly scopes: readonly Scope[];
  readonly outside?: readonly string[];
}

/** What the scopes must be; of a source with a plan only those that have items between the ranges of stored ones. */
async function rightScopes(states: States, source: SourceKind, keysIn: KeysIn): Promise<RightScopes> {
  const ids = states.map(({ scope }) => scope);
  // A source that is not listed by creation any more keeps the ranges that it was divided into.
  const isDivided = !source?.planned && ids.some((id) => creationStart(id) !== undefined);
  if (source?.listedByCreation || isDivided) return { scopes: await creationScopes(states, keysIn) };
  if (source ? source.planned : ids.some((id) => id !== ENTIRE_COLLECTION.id)) return scopesOfParents(states, keysIn);
  const isThere = ids.includes(ENTIRE_COLLECTION.id) || (await keysIn({})).length > 0;
  return { scopes: isThere ? [ENTIRE_COLLECTION] : [] };
}

/** Each scope begins where the one before it ends, and all but the last one are closed. */
async function creationScopes(states: States, keysIn: KeysIn): Promise<Scope[]> {
  const startOf = ({ scope }: ScopeState) => creationStart(scope) ?? "";
  const starts = states.map(startOf).sort();
  const ends = states.flatMap((state) => {
    const next = starts.find((start) => start > startOf(state));
    const { until = "" } = state.range;
    // One that ends before it begins, or within another, is wrong about its end.
    return until > startOf(state) && (next === undefined || until <= next) ? [until] : [];
  });
  const all = [...new Set(["", ...starts, ...ends])].sort();
  const scopes = all.map((from, index): Scope => {
    const until = all[index + 1];
    const scope = from === "" ? ENTIRE_COLLECTION : scopeFrom(from);
    return { id: scope.id, range: { ...scope.range, ...(until !== undefined && { until }) } };
  });
  const open = scopes.at(-1);
  const isNeeded = open && (starts.includes(open.range.from ?? "") || (await keysIn(open.range)).length > 0);
  return isNeeded ? scopes : scopes.slice(0, -1);
}

/** Items between the scopes belong to the scopes of their parents. */
async function scopesOfParents(states: States, keysIn: KeysIn): Promise<RightScopes> {
  const keys = await mapConcurrent(GAPS_AT_ONCE, gapsBetween(states), keysIn);
  const scopes = new Map<string, Scope>();
  const outside: string[] = [];
  for (const key of keys.flat()) {
    const scope = scopeOfFirstPart(firstPartOf(key));
    if (inRange(scope.range, key)) scopes.set(scope.id, scope);
    else outside.push(key);
  }
  return { scopes: [...scopes.values()], outside };
}

function gapsBetween(states: States): KeyRange[] {
  const ranges = states.map(({ range }) => range).sort((a, b) => compareKeys(a.from ?? "", b.from ?? ""));
  const gaps: KeyRange[] = [];
  let end = "";
  for (const { from = "", until } of ranges) {
    if (compareKeys(end, from) < 0) gaps.push({ from: end, until: from });
    if (until === undefined) return gaps;
    if (compareKeys(end, until) < 0) end = until;
  }
  return [...gaps, { from: end }];
}

/** Reverses what keyOf does to the first of its parts. */
function firstPartOf(key: string): string {
  const [first = ""] = key.split("#");
  return first.replaceAll("%23", "#").replaceAll("%25", "%");
}
