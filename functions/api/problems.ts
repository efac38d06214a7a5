import { toSingleLine } from "../model/errors.ts";
import type { Content } from "./response.ts";

/** Every kind of problem: its status, its title, and what a caller does about it. */
export const PROBLEMS = {
  "unknown-parameter": {
    status: 400,
    title: "Unknown parameter",
    remedy: "Leave the parameter out, or correct its name. The detail lists the parameters of the path.",
  },
  "invalid-parameter": {
    status: 400,
    title: "Invalid parameter",
    remedy: "Correct the value as the detail says.",
  },
  "invalid-cursor": {
    status: 400,
    title: "Invalid cursor",
    remedy: "Send `nextCursor` unchanged, with the same parameters (`limit` may differ), or start again without it.",
  },
  "invalid-id": {
    status: 400,
    title: "Not an item's id",
    remedy: "Use an `id` or a `shortId` exactly as an item or a change has it.",
  },
  "beyond-retention": {
    status: 400,
    title: "Outside the retention period",
    remedy: "Ask for a later instant. History is kept for a limited time.",
  },
  "unknown-item": {
    status: 404,
    title: "Unknown item",
    remedy: "Look the item up in /v1/items. It was never seen, or not yet at that instant, or its history has expired.",
  },
  "not-found": {
    status: 404,
    title: "No such path",
    remedy: "See /v1/openapi.json for all paths.",
  },
  "method-not-allowed": {
    status: 405,
    title: "Method not allowed",
    remedy: "The API is read-only: use GET, HEAD or OPTIONS.",
  },
  "removed-item": {
    status: 410,
    title: "The item was removed",
    remedy: "`item` is its tombstone. `lastVersion` leads to its last content.",
  },
  internal: {
    status: 500,
    title: "Internal error",
    remedy: "Report it with the `errorId`. The log has the error under this id.",
  },
  damaged: {
    status: 500,
    title: "Stored data is damaged",
    remedy: "Run `stocktake verify --repair`, and try again.",
  },
  unhealthy: {
    status: 503,
    title: "Not healthy",
    remedy: "See /v1/sources and /v1/syncs for why these collections are not synced.",
  },
  "store-unavailable": {
    status: 503,
    title: "The store is not available",
    remedy: "Try again after the seconds in Retry-After.",
  },
} as const satisfies Record<string, { status: number; title: string; remedy: string }>;

export type ProblemName = keyof typeof PROBLEMS;

/** The URI of a kind of problem. It leads to the kind's description. */
export function problemType(name: ProblemName): string {
  return `/v1/docs#problem-${name}`;
}

/** A response that is a problem document (RFC 9457). */
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

/** A value from outside, in quotes, fit for one line. */
export function quoted(value: string): string {
  const line = toSingleLine(value.toWellFormed());
  return `"${line.length > 80 ? `${line.slice(0, 79)}…` : line}"`;
}

/** The content of a problem's response. */
export function problemContent(problem: Problem): Content {
  const { status, title } = PROBLEMS[problem.kind];
  const body = { type: problemType(problem.kind), title, status, detail: problem.message, ...problem.members };
  return {
    status,
    text: `${JSON.stringify(body)}\n`,
    headers: { "content-type": "application/problem+json", ...problem.headers },
  };
}
