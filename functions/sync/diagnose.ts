import { isDeepStrictEqual } from "node:util";
import type { Instant } from "../model/instant.ts";
import type { Change, ItemVersion } from "../model/item.ts";
import { isSound, parseDocument } from "./item-chain.ts";
import { type ItemRules, isRejected, type ListedItem, parseItem } from "./parse-item.ts";

/** What is wrong with one item, or with a scope as a whole. */
export type ProblemKind =
  | "item missing"
  | "item changed"
  | "item not committed"
  | "edges missing"
  | "log record missing"
  | "log record changed"
  | "log record not committed"
  | "log gap"
  | "checksum"
  | "instant not discarded"
  | "hashes changed"
  | "scope state missing"
  | "scope range changed"
  | "item outside scopes"
  | "clock behind";

/** All that is stored of one item, without what was never committed. */
export interface Evidence {
  readonly versions: readonly ItemVersion[];
  readonly log: readonly Change[];
}

export interface Expectations {
  /** How hashes are made; undefined where the stored ones were made otherwise, or may have been. */
  readonly rules: ItemRules | undefined;
  /** Nothing later was committed. */
  readonly committedAt: Instant;
  /** Changes at this instant and before may have expired. */
  readonly keptSince: Instant;
}

/**
 * One explanation of what is stored of an item, and so one way to repair it. The scope's checksum tells which one is right where there are
 * several.
 */
export interface Explanation {
  /** Absent when versions and log agree on the item's head. */
  readonly problem?: ProblemKind;
  /** The item's head as it must be stored; absent when nothing was ever committed of the item. */
  readonly head?: ItemVersion;
  /** The head need not be stored: the change that is logged now takes its place. */
  readonly isLogOnly?: boolean;
  /** A change to be logged now, on the head, so that readers and followers of the log agree from then on. */
  readonly change?: NewChange;
}

export type NewChange =
  | { readonly kind: "modified"; readonly content: Pick<ListedItem, "hash" | "document" | "edges"> }
  | { readonly kind: "removed" };

/** The explanations of what is stored of an item, the likeliest first. At least one. */
export function explain({ versions, log }: Evidence, expected: Expectations): Explanation[] {
  const newest = latest(versions, ({ at }) => at);
  const last = latest(log, ({ after }) => after.at);
  if (last && (!newest || last.after.at > newest.at)) return logIsAhead({ versions, log }, { newest, last }, expected);
  if (!newest) return [{}];
  if (last?.after.at === newest.at) return versionAndLog(newest, last, expected);
  return versionWithoutLog({ versions, log }, newest, expected);
}

/** The hash that counts in the scope's checksum once the item is repaired; undefined when it is not present then. */
export function hashAfter({ head, change }: Explanation): string | undefined {
  if (change) return change.kind === "removed" ? undefined : change.content.hash;
  return head?.state === "present" ? head.hash : undefined;
}

/** The log has a later change than there are versions: its version was lost, or the change was never made. */
function logIsAhead(
  { versions, log }: Evidence,
  { newest, last }: { readonly newest: ItemVersion | undefined; readonly last: Change },
  expected: Expectations,
): Explanation[] {
  const { after } = last;
  const isUnsound = soundness(after, expected.rules) === false;
  const restored: Explanation = isUnsound ? unsound(after, expected.rules) : { head: after };
  const isLogOnly = restored.change !== undefined;
  const lost: Explanation = { ...restored, isLogOnly, problem: newest ? "item changed" : "item missing" };
  // The item was removed since, and the tombstone is lost with its change.
  const removed: Explanation = { problem: "item missing", head: after, isLogOnly: true, change: { kind: "removed" } };
  const removedSince = after.state === "present" && newest?.state !== "present" ? [removed] : [];
  const isUnlikely = after.at > expected.committedAt || (isUnsound && newest !== undefined);
  if (!isUnlikely && !isUnsound && newest?.state !== "present") return [lost, ...removedSince];
  const rest = explain({ versions, log: log.filter((change) => change !== last) }, expected);
  const bogus = rest.map((each): Explanation => {
    const { head, change = head?.state === "present" ? unchanged(head) : undefined } = each;
    return { ...each, problem: "log record not committed", ...(change && { change }) };
  });
  return isUnlikely ? [...bogus, ...removedSince, lost] : [lost, ...removedSince, ...bogus];
}

function versionAndLog(newest: ItemVersion, { after }: Change, { rules }: Expectations): Explanation[] {
  const versionIsSound = soundness(newest, rules);
  if (isDeepStrictEqual(newest, after)) return versionIsSound === false ? [unsound(newest, rules)] : [{ head: newest }];
  const logIsSound = soundness(after, rules);
  if (versionIsSound === false && logIsSound === false) return [unsound(after, rules)];
  const byLog: Explanation = { problem: "item changed", head: after };
  if (versionIsSound === false) return [byLog];
  const correction = newest.state === "present" ? { change: unchanged(newest) } : {};
  const byVersion: Explanation = { problem: "log record changed", head: newest, ...correction };
  return logIsSound === false ? [byVersion, byLog] : [byLog, byVersion];
}

/** There is no change that made the newest version: it expired, or was lost; or no sync made the version. */
function versionWithoutLog({ versions, log }: Evidence, newest: ItemVersion, expected: Expectations): Explanation[] {
  const isUnsound = soundness(newest, expected.rules) === false;
  const kept: Explanation = isUnsound ? unsound(newest, expected.rules) : { head: newest };
  if (newest.at <= expected.keptSince) return [kept];
  const lost: Explanation = { problem: "log record missing", ...kept };
  const rest = explain({ versions: versions.filter(({ at }) => at !== newest.at), log }, expected);
  const bogus = rest.map((each): Explanation => ({ ...each, problem: "item not committed" }));
  // A document that is not even the item's own was hardly ever listed as it.
  const isUnlikely = newest.at > expected.committedAt || kept.change?.kind === "removed";
  return isUnlikely ? [...bogus, lost] : [lost, ...bogus];
}

/** A tombstone's document may have been listed under other rules than today's. */
function soundness(version: ItemVersion, rules: ItemRules | undefined): boolean | undefined {
  return isSound(version, version.state === "present" ? rules : undefined);
}

/** A document that is not what was listed, and nothing tells what was: the item goes on with it, or ends when it cannot be read. */
function unsound(version: ItemVersion, rules: ItemRules | undefined): Explanation {
  const document = parseDocument(version.document);
  const head = document === undefined ? { ...version, document: "{}" } : version;
  if (version.state === "removed") return { problem: "item changed", head };
  const parsed = rules && document !== undefined ? parseItem(rules, document) : undefined;
  const isReadable = parsed && !isRejected(parsed) && parsed.key === version.key;
  return {
    problem: "item changed",
    head,
    change: isReadable ? { kind: "modified", content: parsed } : { kind: "removed" },
  };
}

/** Tells those who followed the log meanwhile what the item is. */
function unchanged({ hash, document, edges }: ItemVersion): NewChange {
  return { kind: "modified", content: { hash, document, edges } };
}

function latest<T>(values: readonly T[], instantOf: (value: T) => Instant): T | undefined {
  return values.reduce<T | undefined>(
    (newest, value) => (newest === undefined || instantOf(value) > instantOf(newest) ? value : newest),
    undefined,
  );
}
