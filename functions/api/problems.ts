import { oneLine } from "../model/errors.ts";
import type { Content } from "./representation.ts";

/** Every kind of problem that the API answers with: its status, its title, and what a caller does about it. */
export const PROBLEMS = {
  "unknown-parameter": {
    status: 400,
    title: "Unknown parameter",
    remedy: "Leave the parameter out, or correct its name; the answer lists the names there are.",
  },
  "invalid-parameter": {
    status: 400,
    title: "Invalid parameter",
    remedy: "Correct the parameter's value as the detail says.",
  },
  "invalid-cursor": {
    status: 400,
    title: "Invalid cursor",
    remedy: "Pass `nextCursor` on unchanged, with the same parameters (`limit` may differ), or start again without it.",
  },
  "invalid-id": {
    status: 400,
    title: "Not an item's id",
    remedy: "Use an `id` exactly as an item or a change carries it.",
  },
  "beyond-retention": {
    status: 400,
    title: "Beyond retention",
    remedy: "Ask for a later instant: the past is kept for a limited time.",
  },
  "unknown-item": {
    status: 404,
    title: "Unknown item",
    remedy: "Look the item up in /v1/items; it was never seen, or not yet at that instant, or its record has expired.",
  },
  "not-found": {
    status: 404,
    title: "No such path",
    remedy: "The paths that there are stand in /v1/openapi.json.",
  },
  "method-not-allowed": {
    status: 405,
    title: "Method not allowed",
    remedy: "The API only reads: use GET or HEAD.",
  },
  "removed-item": {
    status: 410,
    title: "The item was removed",
    remedy: "`item` is its tombstone, and `lastVersion` where to read it as it last was.",
  },
  internal: {
    status: 500,
    title: "Internal error",
    remedy: "Report it with the `errorId`, under which it was logged.",
  },
  unhealthy: {
    status: 503,
    title: "Not healthy",
    remedy: "See /v1/sources and /v1/syncs for what keeps the collections named from being synced.",
  },
  "store-unavailable": {
    status: 503,
    title: "The store is not available",
    remedy: "Try again after the time that Retry-After says.",
  },
} as const satisfies Record<string, { status: number; title: string; remedy: string }>;

export type ProblemName = keyof typeof PROBLEMS;

/** The URI that tells problems of one kind from others; it leads to the kind's description. */
export function problemType(name: ProblemName): string {
  return `/v1/docs#problem-${name}`;
}

/** An answer that is a problem document (RFC 9457), thrown from wherever it is found out. */
export class Problem extends Error {
  readonly kind: ProblemName;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: ProblemName,
    detail: string,
    options: { members?: Readonly<Record<string, unknown>>; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.kind = kind;
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }
}

/** A problem with one query parameter: what it was given, and what it must be. */
export function invalidParameter(parameter: string, value: string, must: string): Problem {
  return new Problem("invalid-parameter", `${parameter} ${must}, not ${quoted(value)}`, { members: { parameter } });
}

/** A value from outside as it can stand in one line. */
export function quoted(value: string): string {
  const line = oneLine(value.toWellFormed());
  return `"${line.length > 80 ? `${line.slice(0, 79)}…` : line}"`;
}

/** The problem as it is answered. */
export function problemContent(problem: Problem): Content {
  const { status, title } = PROBLEMS[problem.kind];
  const body = { type: problemType(problem.kind), title, status, detail: problem.message, ...problem.members };
  return {
    status,
    text: `${JSON.stringify(body)}\n`,
    headers: { "content-type": "application/problem+json", ...problem.headers },
  };
}
