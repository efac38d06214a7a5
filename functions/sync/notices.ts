import { hash } from "node:crypto";
import type {
  CollectionRecord,
  DamageFacts,
  FailureFacts,
  Notice,
  Notices,
  PendingFacts,
} from "../model/collection-record.ts";
import { instantOf } from "../model/instant.ts";
import type { Failure, ScopeState } from "../model/scope-state.ts";
import { isFailing, RETRYABLE } from "./due.ts";
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
  condition: Condition<NonNullable<Required<Notices>[Kind]["unpublished"]>> | undefined,
  now: number,
): CollectionRecord {
  const { notices = {}, ...rest } = record;
  const { [kind]: known, ...others } = notices;
  if (known?.about === condition?.about) return record;
  const noted = condition && {
    [kind]: {
      since: instantOf(now),
      revision: record.revision + 1,
      about: condition.about,
      unpublished: condition.facts,
    },
  };
  return withNotices(rest, { ...others, ...noted });
}

function withNotices(record: Omit<CollectionRecord, "notices">, notices: Notices): CollectionRecord {
  return { ...record, ...(Object.keys(notices).length > 0 && { notices }) };
}

/** The record once its notices are published as they were read here: those that are still the same are. */
export function withPublished(record: CollectionRecord, published: Notices): CollectionRecord {
  const { notices = {}, ...rest } = record;
  const entries = Object.entries(notices) as [keyof Notices, Notice][];
  const next = entries.map(([kind, notice]) => {
    const { unpublished: _unpublished, ...known } = notice;
    return [kind, isSame(published[kind], notice) ? known : notice];
  });
  return withNotices(rest, Object.fromEntries(next) as Notices);
}

function isSame(one: Notice | undefined, other: Notice): boolean {
  return one?.since === other.since && one.revision === other.revision;
}

/** A sync that failed: where, and with what. */
export interface SyncFailure extends Failure {
  readonly scope?: string;
  readonly scopes?: number;
}

/**
 * What fails, by a collection's record. It is another notice when the collection begins to count as failing, and when it fails for another
 * reason that no retry mends.
 */
export function failureCondition(
  record: Pick<CollectionRecord, "failures" | "failure">,
  failure: SyncFailure,
): Condition<FailureFacts> {
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
): Condition<PendingFacts> | undefined {
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
export function damageCondition(reports: readonly VerifyReport[]): Condition<DamageFacts> | undefined {
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
