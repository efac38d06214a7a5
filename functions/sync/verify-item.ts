import { isDeepStrictEqual } from "node:util";
import { EPOCH, type Instant } from "../model/instant.ts";
import type { Change, ChangeKind, ItemVersion } from "../model/item.ts";
import type { Deletion, Restoration } from "../store/port.ts";
import { type ItemRules, isRejected, type ListedItem, parseDocument, parseItem } from "./parse-item.ts";
import type { ProblemKind } from "./problems.ts";
import { hasSameEdges, removalOf, versionAfter } from "./transaction.ts";

/** Everything stored of one item that was committed. */
export interface Evidence {
  readonly versions: readonly ItemVersion[];
  readonly log: readonly Change[];
}

export interface Expectations {
  /** How hashes are made; undefined where the stored ones may have been made otherwise. */
  readonly rules: ItemRules | undefined;
  /** Nothing later was committed. */
  readonly committedAt: Instant;
  /** Changes at this instant and before may have expired. */
  readonly keptSince: Instant;
}

/** One way to make versions and log of an item agree. Where there are several, the scope's checksum tells which one is right. */
export interface Explanation {
  /** The item's head; absent when nothing was ever committed of the item. */
  readonly head?: ItemVersion;
  /** The head's document does not give its hash, and nothing tells which did. */
  readonly isUnsound: boolean;
  /** What must be told to readers and followers of the log from now on: the item's content, or that it is removed. */
  readonly correction?: ListedItem | "removed";
  readonly problems: readonly { readonly kind: ProblemKind; readonly at?: Instant }[];
  /** Records to put again. Edges are those that readers may look for: of one version of each set of edges. */
  readonly lost: Required<Restoration>;
  /** Records to delete. */
  readonly strays: Required<Omit<Deletion, "edges">>;
  /** The log is lost for good up to here. */
  readonly lostAt: Instant | undefined;
}

/** So many of the newest records of the log, and of the versions, may each be an item's head: an item may have changed a thousand times. */
const MAX_CANDIDATES = 4;

/** The explanations of what is stored of an item, the likeliest first. At least one; nothing is wrong if the first names no problem. */
export function explain(evidence: Evidence, expected: Expectations): [Explanation, ...Explanation[]] {
  const { versions, log } = evidence;
  const candidates: { head?: ItemVersion; rank: number; isEnded?: true }[] = [];
  for (const head of [...newestFew(log.map(({ after }) => after)), ...newestFew(versions)]) {
    if (candidates.some((other) => isDeepStrictEqual(other.head, head))) continue;
    candidates.push({ head, rank: rankOf(head, evidence, expected) });
  }
  if (versions.every(({ at }) => at > expected.keptSince) && log.length === 0) candidates.push({ rank: 1.5 });
  // Of two records of one instant the log's stays first.
  candidates.sort((a, b) => a.rank - b.rank || compareInstants(b.head?.at, a.head?.at));
  const [newest] = newestFew(log.map(({ after }) => after));
  const [version] = newestFew(versions);
  // The item was removed since, and the tombstone is lost with its change.
  if (newest?.state === "present" && version?.state !== "present") {
    candidates.splice(1, 0, { head: newest, rank: 0, isEnded: true });
  }
  const explained = (from: number, until?: number) =>
    candidates.slice(from, until).map(({ head, isEnded }) => explanationOf(head, { ...evidence, expected, isEnded }));
  const [first = explanationOf(undefined, { ...evidence, expected })] = explained(0, 1);
  return first.problems.length === 0 ? [first] : [first, ...explained(1)];
}

/** The hash that counts in the scope's checksum once the item is repaired; undefined when it is not present then. */
export function hashAfter({ head, correction }: Explanation): string | undefined {
  if (correction) return correction === "removed" ? undefined : correction.hash;
  return head?.state === "present" ? head.hash : undefined;
}

/** The change to log now, on the head. */
export function correctionOf(
  { head, correction }: Explanation,
  { at, scope }: { readonly at: Instant; readonly scope: string },
): Change | undefined {
  if (!head || !correction) return undefined;
  if (correction === "removed") return removalOf(head, { at, scope, cause: "repaired" });
  return { kind: "modified", before: head, after: versionAfter(head, correction, { ...head, at, scope }) };
}

/** How unlikely it is that this is the item's head. */
function rankOf(head: ItemVersion, { versions, log }: Evidence, { rules, committedAt }: Expectations): number {
  const isInBoth = [versions, log.map(({ after }) => after)].every((all) =>
    all.some((each) => isDeepStrictEqual(each, head)),
  );
  const early = head.at > committedAt && !isInBoth ? 2 : 0;
  if (soundness(head, rules) !== false) return early;
  return early + (contentOf(head, rules) ? 1 : 3);
}

function explanationOf(
  stored: ItemVersion | undefined,
  { versions, log, expected, isEnded }: Evidence & { expected: Expectations; isEnded?: true | undefined },
): Explanation {
  const { rules, keptSince } = expected;
  const isUnsound = stored !== undefined && soundness(stored, rules) === false;
  const isReadable = stored === undefined || parseDocument(stored.document) !== undefined;
  const head = stored && !isReadable ? { ...stored, document: "{}" } : stored;
  const chain = chainOf(head, { log, keptSince, rules });
  const isPresent = head?.state === "present";
  const logged = log.find(({ after }) => after.at === head?.at)?.after;
  // Followers of the log were told something else last.
  const isMistold =
    log.some(({ after }) => head && after.at > head.at) ||
    (logged !== undefined && !isDeepStrictEqual(logged, head)) ||
    (head !== undefined && chain.lostAt === head.at);
  let correction: Explanation["correction"];
  if (isEnded) correction = "removed";
  else if (isPresent && isUnsound) correction = contentOf(head, rules) ?? "removed";
  else if (isPresent && isMistold) correction = head;
  const isStored = head === undefined || versions.some((version) => isDeepStrictEqual(version, head));
  const later = versions.filter(({ at }) => !head || at > head.at);
  const known = new Set(log.map(({ after }) => after.at));
  const problems: Explanation["problems"] = [
    ...(isStored && !isUnsound ? [] : [{ kind: versions.length > 0 ? "item changed" : "item missing" } as const]),
    ...later.map(({ at }) => ({ kind: "item not committed", at }) as const),
    ...chain.changes.map(({ after: { at } }) => {
      return { kind: known.has(at) ? "log record changed" : "log record missing", at } as const;
    }),
    ...chain.strays.map(({ at }) => ({ kind: "log record not committed", at }) as const),
    ...(chain.lostAt === undefined ? [] : [{ kind: "log gap", at: chain.lostAt } as const]),
  ];
  return {
    ...(head && { head }),
    isUnsound,
    ...(correction && { correction }),
    problems,
    lost: {
      // A correction takes the head's place.
      versions: isStored || correction ? [] : [head],
      changes: chain.changes,
      edges: edgeSets(chain.versions, keptSince),
    },
    strays: { versions: later, changes: chain.strays },
    lostAt: chain.lostAt,
  };
}

/**
 * Whether a version's document gives its hash and its edges; undefined when that cannot be told, since the rules are not known. A tombstone's
 * document may have been listed under other rules than today's.
 */
function soundness(version: ItemVersion, rules: ItemRules | undefined): boolean | undefined {
  const document = parseDocument(version.document);
  if (document === undefined) return false;
  if (!rules || version.state === "removed") return undefined;
  const content = contentOf(version, rules, document);
  return content !== undefined && content.hash === version.hash && hasSameEdges(content, version);
}

/** The content that a version's document gives; undefined when it is not the item's own. */
function contentOf(
  { key, document: text }: ItemVersion,
  rules: ItemRules | undefined,
  document = parseDocument(text),
): ListedItem | undefined {
  const parsed = rules && document !== undefined ? parseItem(rules, document) : undefined;
  return parsed && !isRejected(parsed) && parsed.key === key ? parsed : undefined;
}

function edgeSets(versions: readonly ItemVersion[], keptSince: Instant): ItemVersion[] {
  const needed = versions.filter(
    ({ state, at, edges, names }) => (edges.length > 0 || names) && (state === "present" || at > keptSince),
  );
  return [...new Map(needed.map((version) => [version.edgeAt, version])).values()];
}

function compareInstants(a = EPOCH, b = EPOCH): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function newestFew(versions: readonly ItemVersion[]): ItemVersion[] {
  return [...versions].sort((a, b) => compareInstants(b.at, a.at)).slice(0, MAX_CANDIDATES);
}

/** What an item's chain needs, to be whole. */
interface Chain {
  /** Changes as they must be in the log, but are not. */
  readonly changes: readonly Change[];
  /** What changes in the log made that are no part of the chain. */
  readonly strays: readonly ItemVersion[];
  /** The instant of a change that is lost with the version before it. */
  readonly lostAt: Instant | undefined;
  /** Versions on the chain, from the head on. */
  readonly versions: readonly ItemVersion[];
}

/** Follows the chain down from a head that is known to be right: the change at its instant holds the version before, and so on. */
function chainOf(
  head: ItemVersion | undefined,
  { log, keptSince, rules }: { log: readonly Change[]; keptSince: Instant; rules: ItemRules | undefined },
): Chain {
  const logAt = new Map(log.map((change) => [change.after.at, change]));
  const changes: Change[] = [];
  const versions: ItemVersion[] = [];
  let lostAt: Instant | undefined;
  for (let version = head; version !== undefined; ) {
    versions.push(version);
    const { at, previousAt } = version;
    // What was before may have expired.
    if (at <= keptSince) break;
    const stored = logAt.get(at);
    const before: ItemVersion | undefined =
      previousAt === undefined ? undefined : versionBefore(version, previousAt, { logAt, rules });
    const kind = before?.at === previousAt ? kindOf(before, version) : undefined;
    if (kind === undefined) {
      lostAt = at;
      break;
    }
    const change: Change = { kind, ...(before && { before }), after: version };
    if (!isDeepStrictEqual(change, stored)) changes.push(change);
    version = before;
  }
  const chained = new Set(versions.map(({ at }) => at));
  // Below a loss nothing tells which changes were on the chain.
  const knownSince = lostAt ?? keptSince;
  const strays = log.map(({ after }) => after).filter(({ at }) => at > knownSince && !chained.has(at));
  return { changes, versions, strays, lostAt };
}

/** The version before another: the change between them holds it, and the change that made it, too. */
function versionBefore(
  version: ItemVersion,
  at: Instant,
  { logAt, rules }: { logAt: ReadonlyMap<Instant, Change>; rules: ItemRules | undefined },
): ItemVersion | undefined {
  const change = logAt.get(version.at);
  const held = change?.before?.at === at ? change.before : undefined;
  const made = logAt.get(at)?.after;
  if (held && made && !isDeepStrictEqual(held, made))
    return soundness(made, rules) === false && soundness(held, rules) !== false ? held : made;
  return held ?? made ?? versionRemoved(version, at);
}

/** A tombstone has what the version before it had; where that one came from is known only if it was the first. */
function versionRemoved({ cause: _cause, ...tombstone }: ItemVersion, at: Instant): ItemVersion | undefined {
  if (tombstone.state !== "removed") return undefined;
  const { previousAt: _previousAt, ...content } = tombstone;
  const version = tombstone.version - 1;
  // The number of the first is kept by versions that are reindexed.
  return version === 1 && tombstone.firstSeenAt !== at ? undefined : { ...content, at, version, state: "present" };
}

/** The kind of the change from one version to the next; undefined when they do not follow on each other. */
function kindOf(before: ItemVersion | undefined, after: ItemVersion): ChangeKind | undefined {
  const isNext = after.version === (before?.version ?? 0) + 1;
  if (after.state === "removed") return isNext && before?.state === "present" ? "removed" : undefined;
  if (before?.state !== "present") return isNext ? "added" : undefined;
  // A reindexed version keeps its number.
  if (after.version === before.version) return "reindexed";
  return isNext ? "modified" : undefined;
}
