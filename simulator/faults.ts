import type { OperationName } from "./operations/registry.ts";
import { type Random, seededRandom } from "./random.ts";

/**
 * What can go wrong.
 * - `throttle`: too many requests (429, or 400 where the protocol is JSON 1.1)
 * - `error`, `unavailable`: the service's own 500 and 503
 * - `deny`: AccessDeniedException that names the action
 * - `invalid`: the service refuses the request's parameters
 * - `reset`: the connection is reset before anything is answered
 * - `hang`: nothing is ever answered
 * - `slow`: answered properly, but only after `delayMs`
 * - `repeat-token`: the page carries the token it was asked with (the first page: one that leads to such a page)
 * - `expired-token`: a token is refused; requests without one are let through
 * - `empty-page`: a page without items that carries a token
 * - `missing-identity`: the page's first item lacks the member that identifies it
 * - `unknown-member`: each of the page's items has a member that the model lacks
 * - `gone`: the parent that is asked for vanishes at that moment (operations that ask for one, like DescribeImageAssociations)
 */
export type FaultKind =
  | "throttle"
  | "error"
  | "unavailable"
  | "deny"
  | "invalid"
  | "reset"
  | "hang"
  | "slow"
  | "repeat-token"
  | "expired-token"
  | "empty-page"
  | "missing-identity"
  | "unknown-member"
  | "gone";

/** One fault and when it strikes. */
interface Fault {
  readonly kind: FaultKind;
  /** Only requests for this operation; without it, for any that the kind makes sense for. */
  readonly operation?: OperationName;
  /** How many requests it strikes before it is spent; without it, it stays. */
  readonly times?: number;
  /** The chance that it strikes a request; 1 without it. */
  readonly probability?: number;
  /** How many pages of each walk it lets through first. Of an operation without pages: how many requests. */
  readonly afterPages?: number;
  /** Wait so long before answering, in milliseconds. */
  readonly delayMs?: number;
}

/** What the faults need to know about a request. */
interface Request {
  readonly operation: OperationName;
  readonly paged: boolean;
  readonly hasToken: boolean;
  /** Whether it asks for what belongs to one parent. */
  readonly hasParent?: boolean;
  readonly pagesBefore: number;
}

/** What befalls one request: nothing, when the kind is undefined and the delay zero. */
interface Strike {
  readonly kind: FaultKind | undefined;
  readonly delayMs: number;
}

/** The faults in force. They can be added and cleared at any time; chance comes from a seeded stream. */
export class Faults {
  readonly #random: Random;
  #active: ActiveFault[] = [];

  constructor(seed: string | number = 1) {
    this.#random = seededRandom(`faults/${seed}`);
  }

  /** Puts a fault in force. Where several would strike one request, the first added does; delays add up. */
  add(fault: Fault): void {
    this.#active.push({ fault, remaining: fault.times ?? Number.POSITIVE_INFINITY, seen: 0 });
  }

  /** Ends all faults. */
  clear(): void {
    this.#active = [];
  }

  /** Decides what befalls a request, and counts it. */
  strike(request: Request): Strike {
    let kind: FaultKind | undefined;
    let delayMs = 0;
    for (const active of this.#active) {
      const slow = active.fault.kind === "slow";
      if ((!slow && kind !== undefined) || !this.#strikes(active, request)) continue;
      active.remaining--;
      delayMs += active.fault.delayMs ?? 0;
      if (!slow) kind = active.fault.kind;
    }
    return { kind, delayMs };
  }

  #strikes(active: ActiveFault, request: Request): boolean {
    const { fault } = active;
    if (active.remaining <= 0 || !concerns(fault, request)) return false;
    const before = request.paged ? request.pagesBefore : active.seen++;
    return before >= (fault.afterPages ?? 0) && this.#random.chance(fault.probability ?? 1);
  }
}

interface ActiveFault {
  readonly fault: Fault;
  remaining: number;
  seen: number;
}

function concerns(fault: Fault, request: Request): boolean {
  if (fault.operation !== undefined && fault.operation !== request.operation) return false;
  switch (fault.kind) {
    case "expired-token":
      return request.hasToken;
    case "repeat-token":
    case "empty-page":
      return request.paged;
    case "gone":
      return request.hasParent === true;
    default:
      return true;
  }
}
