import type { SimulatedAccount } from "../account.ts";
import type { Input } from "../constraints.ts";
import { CLEAN_ROOMS } from "../errors.ts";
import { MEMBERSHIP_STATUSES, type Membership } from "../shapes.ts";
import { type Operation, type Page, type Position, seconds } from "./operation.ts";

/**
 * Clean Rooms ListMemberships. Its pages may be short or empty and still carry a token, as the service's
 * may: of every four pages the first is short and the second is empty.
 */
export const listMemberships: Operation = {
  name: "ListMemberships",
  service: CLEAN_ROOMS,
  address: "GET /memberships",
  rules: {
    status: { type: "string", oneOf: MEMBERSHIP_STATUSES },
    nextToken: { type: "string", min: 0, max: 10240 },
    maxResults: { type: "integer", min: 1, max: 100 },
  },
  itemsMember: "membershipSummaries",
  identityMember: "arn",
  paging: { token: "nextToken", size: "maxResults", defaultSize: 100 },
  page,
};

function page(account: SimulatedAccount, input: Input, position: Position, size: number): Page {
  const { memberships } = account;
  const after = position.after as { id: string } | undefined;
  const start = after === undefined ? 0 : memberships.indexAfter(after);
  const end = memberships.length;
  const accepts = (membership: Membership) => input.status == null || membership.status === input.status;
  const given = Math.min(size, generosity(position.pagesBefore, end - start));
  const { items, more } = memberships.read({ start, end, size: given, accepts });
  return { items: items.map(onTheWire), more, last: keyOf(items.at(-1)) };
}

/** How many items a page gives out at most. */
function generosity(pagesBefore: number, remaining: number): number {
  if (pagesBefore % 4 === 0) return Math.ceil(remaining * 0.6);
  return pagesBefore % 4 === 1 ? 0 : remaining;
}

function keyOf(membership: Membership | undefined): { id: string } | undefined {
  return membership && { id: membership.id };
}

function onTheWire(membership: Membership): Record<string, unknown> {
  return { ...membership, createTime: seconds(membership.createTime), updateTime: seconds(membership.updateTime) };
}
