import { isDeepStrictEqual } from "node:util";
import type { Instant } from "../model/instant.ts";
import type { Change, ChangeKind, ItemVersion } from "../model/item.ts";
import type { EdgeRef } from "../store/port.ts";
import { type ItemRules, isRejected, parseItem } from "./parse-item.ts";

/*
 * An item's chain leads from a version down through the log: the change at its instant holds the version before, and so on. What must
 * hold of each link, and what a broken one can be restored from.
 */

/** Whether a change of the log is the one that made the version, and fits itself. */
export function isLink(change: Change, version: ItemVersion): boolean {
  const { kind, before, after } = change;
  return isDeepStrictEqual(after, version) && before?.at === after.previousAt && kind === kindOf(before, after);
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

/** Whether a version's document gives its hash and its edges; undefined when that cannot be told, since the rules are not known. */
export function isSound(version: ItemVersion, rules: ItemRules | undefined): boolean | undefined {
  const document = parseDocument(version.document);
  if (document === undefined) return false;
  if (!rules) return undefined;
  const parsed = parseItem(rules, document);
  if (isRejected(parsed)) return false;
  return parsed.key === version.key && parsed.hash === version.hash && isDeepStrictEqual(parsed.edges, version.edges);
}

/** A stored document; undefined when it is damaged. */
export function parseDocument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The records of Edges that lead to a version. */
export function edgesOf({ key, edges, edgeAt }: ItemVersion): EdgeRef[] {
  return edges.flatMap(({ from, to }) => [
    { node: from, end: "from" as const, key, edgeAt },
    { node: to, end: "to" as const, key, edgeAt },
  ]);
}

export function edgeName({ node, end, key, edgeAt }: EdgeRef): string {
  return JSON.stringify([node, end, key, edgeAt]);
}

/** What a chain needs, to be whole. */
export interface ChainRepair {
  /** Changes as they must be in the log. */
  readonly changes: readonly Change[];
  /** Instants of changes in the log that are no part of the chain. */
  readonly strays: readonly Instant[];
  /** The instant of the change that is lost, and whose version before is lost as well: nothing tells what was before it. */
  readonly lostAt?: Instant;
  /** Versions on the chain, from the newest on. */
  readonly versions: readonly ItemVersion[];
}

export interface ChainOptions {
  /** All changes that the log has of the item. */
  readonly log: readonly Change[];
  /** Changes at this instant and before may have expired. */
  readonly keptSince: Instant;
  readonly rules: ItemRules | undefined;
}

/** Follows the chain down from a version that is known to be right; from none, every change is a stray. */
export function repairChain(head: ItemVersion | undefined, { log, keptSince, rules }: ChainOptions): ChainRepair {
  const logAt = new Map(log.map((change) => [change.after.at, change]));
  const strays = new Set([...logAt.keys()].filter((at) => at > keptSince));
  const changes: Change[] = [];
  const versions: ItemVersion[] = [];
  const end = (lostAt?: Instant) => ({
    changes,
    versions,
    // Below a loss nothing tells which changes were on the chain.
    strays: [...strays].filter((at) => lostAt === undefined || at > lostAt),
    ...(lostAt !== undefined && { lostAt }),
  });
  for (let version = head; version !== undefined; ) {
    versions.push(version);
    const { at, previousAt } = version;
    strays.delete(at);
    const stored = logAt.get(at);
    const before: ItemVersion | undefined =
      previousAt === undefined
        ? undefined
        : (versionBefore(stored, logAt.get(previousAt), previousAt, rules) ?? removedVersion(version, previousAt));
    const kind = before?.at === previousAt ? kindOf(before, version) : undefined;
    if (kind === undefined) return at <= keptSince ? end() : end(at);
    if (!stored && at <= keptSince) return end();
    const change: Change = { kind, ...(before && { before }), after: version };
    if (!isDeepStrictEqual(change, stored)) changes.push(change);
    version = before;
  }
  return end();
}

/** The version before a change, which the change itself holds, and the change before it. */
function versionBefore(
  change: Change | undefined,
  earlier: Change | undefined,
  at: Instant,
  rules: ItemRules | undefined,
): ItemVersion | undefined {
  const held = change?.before?.at === at ? change.before : undefined;
  const made = earlier?.after;
  if (!held || !made) return held ?? made;
  return isSound(made, rules) === false && isSound(held, rules) !== false ? held : made;
}

/** A tombstone has what the version before it had; where that one came from is known only if it was the first. */
function removedVersion({ cause: _cause, ...tombstone }: ItemVersion, at: Instant): ItemVersion | undefined {
  if (tombstone.state !== "removed") return undefined;
  const { previousAt: _previousAt, ...content } = tombstone;
  const version = tombstone.version - 1;
  // The number of the first is kept by versions that are reindexed.
  return version === 1 && tombstone.firstSeenAt !== at ? undefined : { ...content, at, version, state: "present" };
}
