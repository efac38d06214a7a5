import { createChecksum } from "../model/checksum.ts";
import { type Collection, compareKeys, inRange } from "../model/collection.ts";
import { headOf } from "../model/head.ts";
import { EPOCH, type Instant } from "../model/instant.ts";
import type { Change, ItemVersion, LogPosition } from "../model/item.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Store } from "../store/port.ts";
import { type Evidence, type Expectations, explain, hashAfter } from "./diagnose.ts";
import { edgeName, edgesOf, isLink, isSound } from "./item-chain.ts";
import { edgeSets, remedyOf } from "./remedy.ts";

/** A scope to be inspected. */
export interface ScopeToInspect {
  readonly state: ScopeState;
  readonly expected: Expectations;
}

/** What is stored of a scope. */
export interface Inspection extends ScopeToInspect {
  /** Present items that nothing is wrong with, and the exclusive or of their hashes. */
  readonly count: number;
  readonly checksum: string;
  readonly suspects: readonly Suspect[];
  /** Where in the log all changes of the suspects are. */
  readonly positions: ReadonlyMap<string, readonly Instant[]>;
  /** What each instant's changes of heads made of count and checksum. */
  readonly effects: ReadonlyMap<Instant, Effect>;
  /** The last key, in order of keys. */
  readonly lastKey?: string;
  /** Present items whose documents do not give their hashes: so many that the source must have changed, not they. */
  readonly otherHashes: number;
}

/** An item that something is wrong with. `hashes`: what counts of it by each explanation, the likeliest first. */
export interface Suspect {
  readonly key: string;
  readonly hashes: readonly (string | undefined)[];
  readonly edgesMissing: boolean;
}

export interface Effect {
  readonly count: number;
  readonly checksum: string;
}

/** Whose records to read, and which of them do not count. */
export interface Inspected {
  readonly store: Store;
  readonly collection: Collection;
  readonly uncommitted: ReadonlySet<Instant>;
  /** Ends the inspection between two reads. */
  readonly signal: AbortSignal;
}

const PAGE = 500;
const LOG_PAGE = 1_000;
/** More items than this, and more than half of those looked at, do not all get damaged in the same way. */
const MAX_OTHER_HASHES = 10;

/** What is found out about a scope while its records are read. */
interface Findings extends ScopeToInspect {
  readonly heads: Map<string, { readonly at: Instant; readonly hash: string | undefined }>;
  /** How many of an item's changes were met on its chain, but not yet in the log. */
  readonly unmet: Map<string, number>;
  readonly suspects: Set<string>;
  readonly unsound: Set<string>;
  readonly edgesMissing: Set<string>;
  readonly effects: Map<Instant, { count: number; readonly sum: ReturnType<typeof createChecksum> }>;
}

/**
 * Reads all that is stored of some scopes of a collection: every head, every chain, every change of the log and the edges. What has nothing
 * wrong with it is summed up; the rest is looked at one by one.
 */
export async function inspectScopes(from: Inspected, scopes: readonly ScopeToInspect[]): Promise<Inspection[]> {
  const all = scopes.map(
    (scope): Findings => ({
      ...scope,
      ...{ heads: new Map(), unmet: new Map(), effects: new Map() },
      ...{ suspects: new Set(), unsound: new Set(), edgesMissing: new Set() },
    }),
  );
  for (const findings of all) await inspectItems(from, findings);
  await inspectLog(from, all);
  const positions = await positionsOfSuspects(from, all);
  const inspections: Inspection[] = [];
  for (const findings of all) inspections.push(await concluded(from, findings, positions));
  return inspections;
}

async function inspectItems(from: Inspected, findings: Findings): Promise<void> {
  const { store, collection, uncommitted } = from;
  let after: string | undefined;
  do {
    from.signal.throwIfAborted();
    const page = await store.items(collection, findings.state.range, {
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    const heads = page.items.flatMap((versions) => headOf(versions, uncommitted) ?? []);
    for (const head of heads) noteHead(findings, head);
    const versions = await followChains(from, findings, heads);
    await checkEdges(from, findings, versions);
    after = page.next;
  } while (after !== undefined);
  const { suspects, unsound } = findings;
  if (!isOtherSource(findings)) for (const key of unsound) suspects.add(key);
}

function isOtherSource({ unsound, heads }: Findings): boolean {
  return unsound.size > MAX_OTHER_HASHES && unsound.size * 2 > heads.size;
}

function noteHead({ heads, unsound, suspects, expected }: Findings, head: ItemVersion): void {
  const isPresent = head.state === "present";
  heads.set(head.key, { at: head.at, hash: isPresent ? head.hash : undefined });
  if (isPresent && isSound(head, expected.rules) === false) unsound.add(head.key);
  if (head.at > expected.committedAt) suspects.add(head.key);
}

/** Follows the heads' chains as far as the log is kept, all at once. Answers the versions on them. */
async function followChains(
  { store, collection }: Inspected,
  findings: Findings,
  heads: readonly ItemVersion[],
): Promise<ItemVersion[]> {
  const { keptSince } = findings.expected;
  const versions = [...heads];
  let open = heads.filter(({ at }) => at > keptSince);
  for (let isHead = true; open.length > 0; isHead = false) {
    const changes = byKey(await store.changesAt(collection, open.map(positionOf)));
    const before: ItemVersion[] = [];
    for (const version of open) {
      const change = changes.get(version.key);
      if (change) findings.unmet.set(version.key, (findings.unmet.get(version.key) ?? 0) + 1);
      if (!change || !isLink(change, version)) {
        findings.suspects.add(version.key);
        continue;
      }
      if (isHead) noteEffect(findings, change);
      if (change.before) before.push(change.before);
    }
    versions.push(...before);
    open = before.filter(({ at }) => at > keptSince);
  }
  return versions;
}

function noteEffect({ effects }: Findings, { before, after }: Change): void {
  const effect = effects.get(after.at) ?? { count: 0, sum: createChecksum() };
  effects.set(after.at, effect);
  for (const [version, count] of [
    [before, -1],
    [after, 1],
  ] as const) {
    if (version?.state !== "present") continue;
    effect.count += count;
    effect.sum.xor(version.hash);
  }
}

async function checkEdges(
  { store, collection }: Inspected,
  { expected, suspects, edgesMissing }: Findings,
  versions: readonly ItemVersion[],
): Promise<void> {
  const byItem = new Map<string, ItemVersion[]>();
  for (const version of versions) byItem.set(version.key, [...(byItem.get(version.key) ?? []), version]);
  const needed = [...byItem.values()].flatMap((each) => edgeSets(each, expected.keptSince)).flatMap(edgesOf);
  if (needed.length === 0) return;
  const found = new Set((await store.edgesAt(collection, needed)).map(edgeName));
  for (const edge of needed) {
    if (found.has(edgeName(edge))) continue;
    suspects.add(edge.key);
    edgesMissing.add(edge.key);
  }
}

/** Reads the log once for all scopes: its last word on each item must be the item's head, and each change must be on a chain. */
async function inspectLog(from: Inspected, all: readonly Findings[]): Promise<void> {
  const scopeOf = scopeFinder(all);
  // The log may be kept longer for one scope than for another.
  const after = all.map(({ expected }) => expected.keptSince).sort()[0] ?? EPOCH;
  for await (const { key, at } of readPositions(from, after)) {
    const findings = scopeOf(key);
    if (!findings || at <= findings.expected.keptSince) continue;
    const head = findings.heads.get(key);
    if (!head || at > head.at) findings.suspects.add(key);
    else findings.unmet.set(key, (findings.unmet.get(key) ?? 0) - 1);
  }
  for (const { unmet, suspects } of all) for (const [key, count] of unmet) if (count < 0) suspects.add(key);
}

async function* readPositions(
  { store, collection, uncommitted, signal }: Inspected,
  since: Instant,
): AsyncGenerator<LogPosition> {
  for (let after: Instant | LogPosition | undefined = since; after !== undefined; ) {
    signal.throwIfAborted();
    const page: Awaited<ReturnType<Store["changes"]>> = await store.changes(collection, { after }, LOG_PAGE);
    for (const { after: version } of page.changes) if (!uncommitted.has(version.at)) yield positionOf(version);
    after = page.next;
  }
}

/** Where in the log all changes of the suspects are. */
async function positionsOfSuspects(from: Inspected, all: readonly Findings[]): Promise<Map<string, Instant[]>> {
  const positions = new Map<string, Instant[]>();
  for (const { suspects } of all) for (const key of suspects) positions.set(key, []);
  if (positions.size === 0) return positions;
  for await (const { key, at } of readPositions(from, EPOCH)) positions.get(key)?.push(at);
  return positions;
}

const DIAGNOSED_AT_ONCE = 200;

async function concluded(
  from: Inspected,
  findings: Findings,
  positions: ReadonlyMap<string, readonly Instant[]>,
): Promise<Inspection> {
  const { state, heads, effects, edgesMissing, unsound } = findings;
  const otherHashes = isOtherSource(findings) ? unsound.size : 0;
  const expected = otherHashes > 0 ? { ...findings.expected, rules: undefined } : findings.expected;
  const suspects: Suspect[] = [];
  for await (const { key, evidence } of readEvidence(from, [...findings.suspects], positions)) {
    const explanations = explain(evidence, expected);
    const [first = {}] = explanations;
    const hasProblem = edgesMissing.has(key) || remedyOf(evidence, first, expected).problems.length > 0;
    if (hasProblem) suspects.push({ key, hashes: explanations.map(hashAfter), edgesMissing: edgesMissing.has(key) });
  }
  const lastKey = [...heads.keys()].at(-1);
  const sum = createChecksum();
  let count = 0;
  for (const { key } of suspects) heads.delete(key);
  for (const { hash } of heads.values()) {
    if (hash === undefined) continue;
    sum.xor(hash);
    count += 1;
  }
  return {
    ...{ state, expected, count, checksum: sum.text(), suspects, positions, otherHashes },
    ...(lastKey !== undefined && { lastKey }),
    effects: new Map([...effects].map(([at, effect]) => [at, { count: effect.count, checksum: effect.sum.text() }])),
  };
}

/** Reads all that is stored of items whose positions in the log are known. */
export async function* readEvidence(
  { store, collection, uncommitted }: Inspected,
  keys: readonly string[],
  positions: ReadonlyMap<string, readonly Instant[]>,
): AsyncGenerator<{ readonly key: string; readonly evidence: Evidence }> {
  for (let from = 0; from < keys.length; from += DIAGNOSED_AT_ONCE) {
    const some = keys.slice(from, from + DIAGNOSED_AT_ONCE);
    const stored = await store.itemsOf(collection, some);
    const versions = new Map(stored.map((each) => [each[0].key, each.filter(({ at }) => !uncommitted.has(at))]));
    const wanted = some.flatMap((key) => (positions.get(key) ?? []).map((at) => ({ key, at })));
    const log = new Map<string, Change[]>(some.map((key) => [key, []]));
    for (const change of await store.changesAt(collection, wanted)) log.get(change.after.key)?.push(change);
    for (const key of some) yield { key, evidence: { versions: versions.get(key) ?? [], log: log.get(key) ?? [] } };
  }
}

/** Finds the scope of a key. Ranges of scopes do not overlap. */
function scopeFinder<S extends ScopeToInspect>(scopes: readonly S[]): (key: string) => S | undefined {
  const starts = [...scopes].sort((a, b) => compareKeys(a.state.range.from ?? "", b.state.range.from ?? ""));
  return (key) => {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(starts[middle]?.state.range.from ?? "", key) <= 0) low = middle + 1;
      else high = middle;
    }
    const scope = starts[low - 1];
    return scope && inRange(scope.state.range, key) ? scope : undefined;
  };
}

function byKey(changes: readonly Change[]): Map<string, Change> {
  return new Map(changes.map((change) => [change.after.key, change]));
}

function positionOf({ key, at }: ItemVersion): LogPosition {
  return { key, at };
}
