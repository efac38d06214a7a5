import { type Collection, compareKeys, inRange } from "../model/collection.ts";
import { EPOCH, type Instant, instantOf } from "../model/instant.ts";
import type { Change, ItemVersion, LogPosition } from "../model/item.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Source } from "../model/source.ts";
import { type EdgeRef, edgeRefsOf, itemPages, logPages, type Store } from "../store/port.ts";
import { uncommittedInstants } from "./heads.ts";
import type { SyncHost } from "./job.ts";
import type { Problem } from "./problems.ts";
import type { Evidence, Expectations } from "./verify-item.ts";

/** The collection whose scopes are verified. */
export interface VerifiedCollection {
  readonly collection: Collection;
  /** Absent when it is not known any more: hashes cannot be computed then. */
  readonly source?: Source;
  readonly retentionDays: number;
}

/** A scope to be verified. */
export interface VerifiedScope {
  /** With the range that it must have. */
  readonly state: ScopeState;
  /** As it is stored; absent when it is missing. */
  readonly stored?: ScopeState;
  /** What is already known to be wrong. */
  readonly problems: readonly Problem[];
}

/** Which records of a scope to read, which of them do not count, and what to expect of them. */
export interface Reading {
  readonly store: Store;
  /** Ends the reading between two requests. */
  readonly signal: AbortSignal;
  readonly source: Source | undefined;
  readonly scope: VerifiedScope;
  readonly expected: Expectations;
  readonly uncommitted: ReadonlySet<Instant>;
  /** Where in the log the committed changes of each item in the scope are. */
  readonly positions: Map<string, Instant[]>;
}

const PAGE = 500;
const LOG_PAGE = 1_000;
const DAY_MS = 86_400_000;
/** The log may expire while it is read. */
const EXPIRY_MARGIN_MS = 3_600_000;
const MAX_CLOCK_ERROR_MS = 300_000;

/** Prepares to read what is stored of scopes, whose states were read before. Reads the log once for all of them. */
export async function openReadings(
  { store, signal }: Pick<SyncHost, "store" | "signal">,
  verified: VerifiedCollection,
  scopes: readonly VerifiedScope[],
): Promise<Reading[]> {
  const { collection, source } = verified;
  const states = scopes.map(({ state }) => state);
  const uncommitted = await uncommittedInstants(store, collection, states);
  const readings = scopes.map((scope): Reading => {
    const expected = expectationsOf(store, verified, scope);
    return { store, signal, source, scope, expected, uncommitted, positions: new Map() };
  });
  const readingOf = finder(readings);
  for await (const changes of logPages(store, collection, { after: EPOCH }, LOG_PAGE)) {
    signal.throwIfAborted();
    for (const { after: version } of changes) {
      const { key, at } = version;
      const positions = uncommitted.has(at) ? undefined : readingOf(key)?.positions;
      const instants = positions?.get(key);
      if (instants) instants.push(at);
      else positions?.set(key, [at]);
    }
  }
  return readings;
}

function expectationsOf(
  store: Store,
  { source, retentionDays }: VerifiedCollection,
  { state, stored }: VerifiedScope,
): Expectations {
  const keptSince = instantOf(Math.max(0, store.now() - retentionDays * DAY_MS + EXPIRY_MARGIN_MS));
  const { logLostUntil = EPOCH } = state;
  // Of items that were not listed, or rejected, since the source's version changed the hashes are those of the version before.
  const isHashedByRules =
    !stored || (source?.version === state.sourceVersion && !state.pending && state.outcome !== "held");
  return {
    rules: isHashedByRules ? source : undefined,
    committedAt: stored ? (stored.committedAt ?? EPOCH) : instantOf(store.now() + MAX_CLOCK_ERROR_MS),
    keptSince: keptSince > logLostUntil ? keptSince : logLostUntil,
  };
}

/** Reads all that is stored of a scope: what has versions in order of keys, then what only the log knows. */
export async function* readItems(reading: Reading): AsyncGenerator<ReadonlyMap<string, Evidence>> {
  const { store, scope, expected, positions, signal } = reading;
  const { collection, range } = scope.state;
  const stored = new Set<string>();
  for await (const items of itemPages(store, collection, range, { limit: PAGE })) {
    signal.throwIfAborted();
    for (const [{ key }] of items) if (positions.has(key)) stored.add(key);
    yield* withLog(reading, new Map(items.map((versions) => [versions[0].key, versions])));
  }
  // The log may be kept longer than tombstones.
  const isLost = ([key, instants]: readonly [string, readonly Instant[]]) =>
    !stored.has(key) && instants.some((at) => at > expected.keptSince);
  yield* withLog(reading, new Map([...positions].filter(isLost).map(([key]) => [key, []])));
}

/** Adds the committed changes of items to their versions, some items at a time. */
async function* withLog(
  { store, scope, positions, uncommitted, signal }: Reading,
  items: ReadonlyMap<string, readonly ItemVersion[]>,
): AsyncGenerator<ReadonlyMap<string, Evidence>> {
  let some = new Map<string, { versions: ItemVersion[]; log: Change[] }>();
  let wanted: LogPosition[] = [];
  const filled = async () => {
    signal.throwIfAborted();
    for (const change of await store.changesAt(scope.state.collection, wanted))
      some.get(change.after.key)?.log.push(change);
    return some;
  };
  for (const [key, versions] of items) {
    some.set(key, { versions: versions.filter(({ at }) => !uncommitted.has(at)), log: [] });
    wanted.push(...(positions.get(key) ?? []).map((at) => ({ key, at })));
    if (wanted.length < LOG_PAGE) continue;
    yield await filled();
    some = new Map();
    wanted = [];
  }
  if (some.size > 0) yield await filled();
}

/** Those of the items of which a record of Edges is missing. */
export async function itemsWithoutEdges(
  { store, scope }: Reading,
  versions: readonly ItemVersion[],
): Promise<ReadonlySet<string>> {
  const needed = versions.flatMap(edgeRefsOf);
  if (needed.length === 0) return new Set();
  const nameOf = ({ node, end, key, edgeAt }: EdgeRef) => JSON.stringify([node, end, key, edgeAt]);
  const found = new Set((await store.edgesAt(scope.state.collection, needed)).map(nameOf));
  return new Set(needed.filter((edge) => !found.has(nameOf(edge))).map(({ key }) => key));
}

/** Finds whose scope a key belongs to. Ranges do not overlap. */
function finder(readings: readonly Reading[]): (key: string) => Reading | undefined {
  const rangeOf = ({ scope }: Reading) => scope.state.range;
  const sorted = [...readings].sort((a, b) => compareKeys(rangeOf(a).from ?? "", rangeOf(b).from ?? ""));
  return (key) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(sorted[middle]?.scope.state.range.from ?? "", key) <= 0) low = middle + 1;
      else high = middle;
    }
    const found = sorted[low - 1];
    return found && inRange(rangeOf(found), key) ? found : undefined;
  };
}
