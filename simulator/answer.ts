import type { SimulatedAccount } from "./account.ts";
import { type Input, violations } from "./constraints.ts";
import * as errors from "./errors.ts";
import type { FaultKind } from "./faults.ts";
import type { Operation, Page, Position } from "./operations/operation.ts";
import { positionOf, tokenFor } from "./token.ts";

type Body = Record<string, unknown>;

/** The response's body, spoiled by the fault if there is one. Throws the ServiceError that the service would answer. */
export function answer(operation: Operation, account: SimulatedAccount, input: Input, fault?: FaultKind): Body {
  refuse(operation, account, fault);
  const broken = violations(operation.rules, input);
  if (broken.length > 0) throw errors.invalidRequest(operation.service, broken);
  const position = positionOf(operation, account, input);
  if (fault === "gone") operation.removeParent?.(account, input);
  const page = pageAt(operation, account, input, position, fault);
  const token = nextToken(operation, account, input, position, page, fault);
  return {
    [operation.itemsMember]: page.items,
    ...(operation.paging !== undefined && token !== undefined && { [operation.paging.token]: token }),
  };
}

/** How many pages of the request's walk were given out before it; 0 when its token means nothing. */
export function pagesBefore(operation: Operation, account: SimulatedAccount, input: Input): number {
  try {
    return positionOf(operation, account, input).pagesBefore;
  } catch {
    return 0;
  }
}

function refuse({ service, name, paging }: Operation, account: SimulatedAccount, fault?: FaultKind): void {
  switch (fault) {
    case "throttle":
      throw errors.throttled(service);
    case "error":
      throw errors.internalFailure(service);
    case "unavailable":
      throw errors.unavailable(service);
    case "deny":
      throw errors.denied(service, `${service.signingName}:${name}`, account.accountId);
    case "invalid":
      throw new errors.ServiceError(service.invalid, 400, "The request's parameters are not acceptable.");
    case "expired-token":
      throw errors.invalidToken(service, paging?.token ?? "", "has expired");
    default:
      return;
  }
}

function pageAt(
  operation: Operation,
  account: SimulatedAccount,
  input: Input,
  position: Position,
  fault?: FaultKind,
): Page {
  if (fault === "empty-page") return { items: [], more: true, last: position.after };
  const { paging } = operation;
  const size =
    paging === undefined ? Number.POSITIVE_INFINITY : Number(requested(input, paging.size) ?? paging.defaultSize);
  const page = operation.page(account, input, position, size);
  if (fault === "unknown-member") for (const item of page.items) item.AddedByALaterModel = { Of: ["any", "shape"] };
  if (fault === "missing-identity") delete page.items[0]?.[operation.identityMember];
  return page;
}

function requested(input: Input, member: string | undefined): unknown {
  return member === undefined ? undefined : input[member];
}

function nextToken(
  operation: Operation,
  account: SimulatedAccount,
  input: Input,
  position: Position,
  page: Page,
  fault?: FaultKind,
): string | undefined {
  const repeated = fault === "repeat-token";
  const requested = operation.paging && input[operation.paging.token];
  if (repeated && typeof requested === "string") return requested;
  if (!page.more && !repeated) return undefined;
  const next = { after: page.last ?? position.after, pagesBefore: position.pagesBefore + 1 };
  return tokenFor(operation, account, input, next);
}
