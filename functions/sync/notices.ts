import { hash } from "node:crypto";
import type { CollectionRecord, Notice, NoticeFacts, Notices } from "../model/collection-record.ts";
import { RETRYABLE } from "../model/errors.ts";
import { instantOf } from "../model/instant.ts";
import type { Failure, ScopeState } from "../model/scope-state.ts";
import type { ScopeResult } from "./job.ts";
import type { VerifyReport } from "./verify-scope.ts";

/*
 * What a person should look at is noted in the collection's record by the write that notes it anyway, with what there is to say of it, and
 * stays there until it ends. The process that publishes it marks it as published, by compare-and-set, after it is on the event bus. So a notice
 * that lasts is published, whichever process dies, and published again only with the same id.
 */

const MAX_MESSAGE = 500;
const MAX_PROBLEMS = 3;

/** What is the case, and what there is to say of it. */
export interface Condition<Facts> {
  readonly about: string;
  readonly facts: Facts;
}

/** The record with a notice that what is the case is so; without one of that kind when nothing is. What was noted before stays as it was. */
export function noting<Kind extends keyof Notices>(
  record: CollectionRecord,
  kind: Kind,
  condition: Condition<NoticeFacts[Kind]> | undefined,
  now: number,
): CollectionRecord {
  const { [kind]: known, ...others } = record.notices ?? {};
  if (known?.about === condition?.about) return record;
  if (!condition) return withNotices(record, others);
  const { about, facts: unpublished } = condition;
  const notice = { since: instantOf(now), revision: record.revision + 1, about, unpublished };
  return withNotices(record, { ...others, [kind]: notice });
}

function withNotices({ notices: _before, ...record }: CollectionRecord, notices: Notices): CollectionRecord {
  return { ...record, ...(Object.keys(notices).length > 0 && { notices }) };
}

/** The record once its notices are published as they were read here: those that are still the same are. */
export function withPublished(record: CollectionRecord, published: Notices): CollectionRecord {
  const next = (Object.entries(record.notices ?? {}) as [keyof Notices, Notice][]).map(([kind, notice]) => {
    const { unpublished: _unpublished, ...known } = notice;
    const read = published[kind];
    return [kind, read?.since === notice.since && read.revision === notice.revision ? known : notice];
  });
  return withNotices(record, Object.fromEntries(next));
}

/** A sync that failed: where, and with what. */
export interface SyncFailure extends Failure {
  readonly scope?: string;
  readonly scopes?: number;
}

const FAILING_SYNCS = 3;

/** Whether a collection counts as failing. */
export function isFailing({ failures = 0, failure }: Pick<CollectionRecord, "failures" | "failure">): boolean {
  if (failure === undefined || failure === "refused") return false;
  return failures >= FAILING_SYNCS || !RETRYABLE.includes(failure);
}

/**
 * What fails, by a collection's record. It is another notice when the collection begins to count as failing, and when it fails for another
 * reason that no retry mends.
 */
export function failureCondition(
  record: Pick<CollectionRecord, "failures" | "failure">,
  failure: SyncFailure,
): Condition<NoticeFacts["failed"]> {
  const { failures = 1 } = record;
  const { code, message, scope, scopes } = failure;
  const where = { ...(scope !== undefined && { scope }), ...(scopes !== undefined && { scopes }) };
  const lasting = isFailing(record);
  const about = RETRYABLE.includes(code) ? (lasting ? "lasting" : "passing") : code;
  return { about, facts: { error: { code, message: shorten(message) }, failures, lasting, ...where } };
}

/** What is pending in these scopes, if anything. `results` are those of the sync, which know the reason where nothing is missing. */
export function pendingCondition(
  states: readonly ScopeState[],
  results: readonly ScopeResult[],
): Condition<NoticeFacts["pending"]> | undefined {
  const held = states.filter(
    ({ outcome, error, pending, ended }) => !ended && (pending !== undefined || (outcome === "held" && !error)),
  );
  const [first] = held;
  if (!first) return undefined;
  const reasons = results.flatMap(({ result }) => (result.status === "ended" && result.record.pendingReason) || []);
  const pendingReason = first.pending?.reason ?? reasons[0];
  return {
    about: fingerprint(held.map(({ scope, pending }) => [scope, pending?.since ?? ""])),
    facts: {
      pending: held.reduce((sum, { pending }) => sum + (pending?.count ?? 0), 0),
      ...(pendingReason !== undefined && { pendingReason: shorten(pendingReason) }),
      scope: first.scope,
      scopes: held.length,
    },
  };
}

/** What is damaged by these reports, if anything. */
export function damageCondition(reports: readonly VerifyReport[]): Condition<NoticeFacts["damaged"]> | undefined {
  const [first] = reports;
  if (!first) return undefined;
  const problems = reports.flatMap((report) => report.problems.map(({ message }) => shorten(message)));
  return {
    about: fingerprint(reports.map(({ scope }) => scope)),
    facts: { problems: problems.slice(0, MAX_PROBLEMS), scope: first.scope, scopes: reports.length },
  };
}

/** A short name of what is the case in some scopes, whatever their order. */
function fingerprint(parts: readonly unknown[]): string {
  const sorted = parts.map((part) => JSON.stringify(part)).sort();
  return hash("sha256", sorted.join("\n"), "base64url").slice(0, 16);
}

function shorten(text: string): string {
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE - 1).toWellFormed()}…` : text;
}
