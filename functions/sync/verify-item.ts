import { isDeepStrictEqual } from "node:util";
import { isChecksum } from "../model/checksum.ts";
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
  /** What counts in the scope's checksum once the item is repaired; undefined when it is not present then. */
  readonly hash: string | undefined;
  readonly problems: readonly { readonly kind: ProblemKind; readonly at?: Instant }[];
  /** Records to put again. Edges are those that readers may look for: of one version of each set of edges. */
  readonly lost: Required<Restoration>;
  /** Records to delete. */
  readonly strays: Required<Omit<Deletion, "edges">>;
  /** The log is lost for good up to here. */
  readonly lostAt: Instant | undefined;
}

/** What may be an item's head; absent when nothing was ever committed of it. */
interface Candidate {
  readonly head?: ItemVersion;
  /** How unlikely it is. */
  readonly rank: number;
  /** The item was removed since, and the tombstone is lost with its change. */
  readonly isEnded?: true;
}

/**
 * So many of the newest records may each be an item's head: an item may have changed a thousand times. With two, several damaged records of
 * one item are sometimes repaired to what never was.
 */
const MAX_HEADS = 4;

/** The explanations of what is stored of an item, the likeliest first. At least one; nothing is wrong if the first names no problem. */
export function explain(evidence: Evidence, expected: Expectations): readonly [Explanation, ...Explanation[]] {
  const [first, ...others] = candidatesOf(evidence, expected);
  const likeliest = explanationOf(first, evidence, expected);
  if (likeliest.problems.length === 0) return [likeliest];
  return [likeliest, ...others.map((other) => explanationOf(other, evidence, expected))];
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

function candidatesOf(evidence: Evidence, expected: Expectations): Candidate[] {
  const { versions, log } = evidence;
  const logged = log.map(({ after }) => after).sort(newestFirst);
  const heads: ItemVersion[] = [];
  // Of two records of one instant the log's comes first.
  for (const record of [...logged, ...versions].sort(newestFirst)) {
    if (heads.length < MAX_HEADS && !heads.some((other) => isDeepStrictEqual(other, record))) heads.push(record);
  }
  const candidates = heads.map((head): Candidate => ({ head, rank: rankOf(head, evidence, expected) }));
  if (versions.every(({ at }) => at > expected.keptSince) && log.length === 0) candidates.push({ rank: 1.5 });
  candidates.sort((a, b) => a.rank - b.rank);
  const [newest] = logged;
  if (newest?.state === "present" && versions.at(-1)?.state !== "present") {
    candidates.splice(1, 0, { head: newest, rank: 0, isEnded: true });
  }
  return candidates;
}

/** How unlikely it is that this is the item's head. */
function rankOf(head: ItemVersion, { versions, log }: Evidence, { rules, committedAt }: Expectations): number {
  const isInBoth = [versions, log.map(({ after }) => after)].every((all) =>
    all.some((each) => isDeepStrictEqual(each, head)),
  );
  const early = head.at > committedAt && !isInBoth ? 2 : 0;
  if (!isUnsound(head, rules)) return early;
  return early + (contentOf(head, rules) ? 1 : 3);
}

function explanationOf(candidate: Candidate | undefined, evidence: Evidence, expected: Expectations): Explanation {
  const { head: stored, isEnded } = candidate ?? {};
  const { versions, log } = evidence;
  const { rules, keptSince } = expected;
  const unsound = stored !== undefined && isUnsound(stored, rules);
  const head = stored && parseDocument(stored.document) === undefined ? { ...stored, document: "{}" } : stored;
  const chain = chainOf(head, log, expected);
  // Older versions lie about when they are superseded. Below a loss nothing tells which changes were on the chain.
  const heads = difference(head ? [head] : [], versions, { atOf: ({ at }) => at, since: head?.at ?? EPOCH });
  const changes = difference(chain.changes, log, { atOf: atOfChange, since: chain.lostAt ?? keptSince });
  const isPresent = head?.state === "present";
  // Followers of the log were told something else last.
  const isMistold =
    (head !== undefined && chain.lostAt === head.at) ||
    log.some(({ after }) => head && after.at >= head.at && !isDeepStrictEqual(after, head));
  let correction: Explanation["correction"];
  if (isEnded) correction = "removed";
  else if (isPresent && unsound) correction = contentOf(head, rules) ?? "removed";
  else if (isPresent && isMistold) correction = head;
  const remaining = correction ?? head;
  const known = new Set(log.map(atOfChange));
  const kindOfLoss = (at: Instant) => (known.has(at) ? "log record changed" : "log record missing");
  const problems: Explanation["problems"] = [
    ...(heads.lost.length > 0 || unsound
      ? [{ kind: versions.length > 0 ? "item changed" : "item missing" } as const]
      : []),
    ...heads.strays.map(({ at }) => ({ kind: "item not committed", at }) as const),
    ...changes.lost.map(({ after: { at } }) => ({ kind: kindOfLoss(at), at }) as const),
    ...changes.strays.map(({ after: { at } }) => ({ kind: "log record not committed", at }) as const),
    ...(chain.lostAt === undefined ? [] : [{ kind: "log gap", at: chain.lostAt } as const]),
  ];
  return {
    ...(head && { head }),
    isUnsound: unsound,
    ...(correction && { correction }),
    hash: isPresent && remaining !== "removed" ? remaining?.hash : undefined,
    problems,
    lost: {
      // A correction takes the head's place.
      versions: correction ? [] : heads.lost,
      changes: changes.lost,
      edges: edgeSets(chain.versions, keptSince),
    },
    strays: { versions: heads.strays, changes: changes.strays.map(({ after }) => after) },
    lostAt: chain.lostAt,
  };
}

/** What is expected and is not stored so; and what is stored since then and is not expected. */
function difference<T>(
  expected: readonly T[],
  stored: readonly T[],
  { atOf, since }: { readonly atOf: (record: T) => Instant; readonly since: Instant },
): { lost: T[]; strays: T[] } {
  const storedAt = new Map(stored.map((record) => [atOf(record), record]));
  const expectedAt = new Set(expected.map(atOf));
  return {
    lost: expected.filter((record) => !isDeepStrictEqual(record, storedAt.get(atOf(record)))),
    strays: stored.filter((record) => atOf(record) > since && !expectedAt.has(atOf(record))),
  };
}

function atOfChange({ after }: Change): Instant {
  return after.at;
}

/**
 * Whether a version's document does not give its hash and its edges; false when that cannot be told, since the rules are not known. A
 * tombstone's document may have been listed under other rules than today's.
 */
function isUnsound(version: ItemVersion, rules: ItemRules | undefined): boolean {
  if (version.state === "removed") return parseDocument(version.document) === undefined;
  if (!rules) return parseDocument(version.document) === undefined || !isChecksum(version.hash);
  const content = contentOf(version, rules);
  return content?.hash !== version.hash || !hasSameEdges(content, version);
}

/** The content that a version's document gives; undefined when it is not the item's own. */
function contentOf({ key, document: text }: ItemVersion, rules: ItemRules | undefined): ListedItem | undefined {
  const document = parseDocument(text);
  const parsed = rules && document !== undefined ? parseItem(rules, document) : undefined;
  return parsed && !isRejected(parsed) && parsed.key === key ? parsed : undefined;
}

function edgeSets(versions: readonly ItemVersion[], keptSince: Instant): ItemVersion[] {
  const needed = versions.filter(
    ({ state, at, edges, names }) => (edges.length > 0 || names) && (state === "present" || at > keptSince),
  );
  return [...new Map(needed.map((version) => [version.edgeAt, version])).values()];
}

function newestFirst(a: ItemVersion, b: ItemVersion): number {
  if (a.at === b.at) return 0;
  return a.at > b.at ? -1 : 1;
}

/**
 * Follows the chain down from a head that is known to be right: the change at its instant holds the version before, and so on. Answers the
 * changes as they must be in the log, down to the change that is lost with the version before it.
 */
function chainOf(
  head: ItemVersion | undefined,
  log: readonly Change[],
  { keptSince, rules }: Pick<Expectations, "keptSince" | "rules">,
): { changes: Change[]; versions: ItemVersion[]; lostAt: Instant | undefined } {
  const logAt = new Map(log.map((change) => [change.after.at, change]));
  const changes: Change[] = [];
  const versions: ItemVersion[] = [];
  for (let version = head; version !== undefined; ) {
    versions.push(version);
    // What was before may have expired.
    if (version.at <= keptSince) break;
    const before: ItemVersion | undefined = versionBefore(version, logAt, rules);
    const kind = kindOf(before, version);
    if (kind === undefined) return { changes, versions, lostAt: version.at };
    changes.push({ kind, ...(before && { before }), after: version });
    version = before;
  }
  return { changes, versions, lostAt: undefined };
}

/** The version before another: the change between them holds it, and the change that made it, too. */
function versionBefore(
  version: ItemVersion,
  logAt: ReadonlyMap<Instant, Change>,
  rules: ItemRules | undefined,
): ItemVersion | undefined {
  const at = version.previousAt;
  if (at === undefined) return undefined;
  const change = logAt.get(version.at);
  const held = change?.before?.at === at ? change.before : undefined;
  const made = logAt.get(at)?.after;
  if (held && made && !isDeepStrictEqual(held, made))
    return isUnsound(made, rules) && !isUnsound(held, rules) ? held : made;
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
  if (before?.at !== after.previousAt) return undefined;
  const [wasPresent, isPresent] = [before?.state === "present", after.state === "present"];
  // A reindexed version keeps its number.
  if (wasPresent && isPresent && after.version === before?.version) return "reindexed";
  if (after.version !== (before?.version ?? 0) + 1) return undefined;
  if (!isPresent) return wasPresent ? "removed" : undefined;
  return wasPresent ? "modified" : "added";
}
