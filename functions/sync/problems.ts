import type { Instant } from "../model/instant.ts";

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

/** Something wrong with what is stored. */
export interface Problem {
  readonly kind: ProblemKind;
  /** Of one item. */
  readonly key?: string;
  /** The instant of the record. */
  readonly at?: Instant;
  /** One line for people. */
  readonly message: string;
  /** No repair can mend it. */
  readonly lasting?: true;
}

/** Problems that a report names one by one; all are counted. */
export const MAX_PROBLEMS_NAMED = 100;

const LASTING: ReadonlySet<ProblemKind> = new Set(["log gap", "hashes changed", "item outside scopes"]);

/** Names a problem of one item. */
export function itemProblem(kind: ProblemKind, key: string, at?: Instant): Problem {
  const when = at === undefined ? "" : ` at ${at}`;
  const messages: Partial<Record<ProblemKind, string>> = {
    "item missing": `item ${key} is in the log but not stored`,
    "item changed": `item ${key} is stored with other content than was listed`,
    "item not committed": `item ${key} is stored, but no sync committed it`,
    "edges missing": `edges of item ${key} are missing`,
    "log record missing": `the change of item ${key}${when} is missing from the log`,
    "log record changed": `the change of item ${key}${when} in the log has other content than was stored`,
    "log record not committed": `the change of item ${key}${when} is in the log, but no sync committed it`,
    "log gap": `the log of item ${key} is lost before ${at}, and cannot be restored: reads of it before then fail`,
    "item outside scopes": `item ${key} belongs to no scope`,
  };
  return { ...scopeProblem(kind, messages[kind] ?? kind, at), key };
}

/** Names a problem of a scope. */
export function scopeProblem(kind: ProblemKind, message: string, at?: Instant): Problem {
  return { kind, message, ...(at !== undefined && { at }), ...(LASTING.has(kind) && { lasting: true }) };
}

export function notDiscarded(at: Instant): Problem {
  return scopeProblem("instant not discarded", `the changes at ${at} were given up, and are taken for committed`, at);
}
