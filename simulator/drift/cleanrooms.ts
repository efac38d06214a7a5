import type { SimulatedAccount } from "../account.ts";
import { addCollaboration, addInvitation, associateTables } from "../seed/collaborations.ts";
import { newMembership } from "../seed/memberships.ts";
import type { Membership } from "../shapes.ts";
import { anyOf, type Change } from "./change.ts";

/** Active memberships change or end; ended ones stay as they are; new ones keep some active. */
export const changeMembership: Change = (account, random, now) => {
  const active = [...account.memberships].filter(({ status }) => status === "ACTIVE");
  if (active.length < 4) return addMembership(account, random, now);
  const membership = random.pick(active);
  const ended: Membership = { ...membership, status: random.pick(["REMOVED", "COLLABORATION_DELETED"]) };
  const pays = membership.paymentConfiguration.queryCompute.isResponsible;
  const paymentConfiguration = { ...membership.paymentConfiguration, queryCompute: { isResponsible: !pays } };
  const changed = random.chance(0.5) ? ended : { ...membership, paymentConfiguration };
  account.memberships.put({ ...changed, updateTime: now });
  if (changed === ended) leave(account, membership, now);
  return `membership ${membership.id} ${changed === ended ? `is now ${ended.status}` : "changed who pays"}`;
};

/** What follows from a membership's end. */
function leave(account: SimulatedAccount, { id, collaborationId }: Membership, now: number): void {
  const collaboration = account.collaborations.find("id", collaborationId);
  if (collaboration) account.collaborations.put({ ...collaboration, memberStatus: "REMOVED", updateTime: now });
  const own = account.members.get({ collaborationId, accountId: account.accountId });
  if (own) account.members.put({ ...own, status: "REMOVED", updateTime: now });
  for (const association of [...account.configuredTableAssociations]) {
    if (association.membershipId === id) account.configuredTableAssociations.remove(association);
  }
}

const addMembership: Change = (account, random, now) => {
  const membership = newMembership(random, account, now, account.memberships.length);
  account.memberships.put(membership);
  addCollaboration(account, membership);
  associateTables(random, account, membership);
  return `membership ${membership.id} created`;
};

/** A partner who was invited joins; when nobody is, a partner invites the account. */
export const changeMembers: Change = (account, random, now) => {
  const invited = anyOf(account.members, random, ({ status, accountId }) => {
    return status === "INVITED" && accountId !== account.accountId;
  });
  if (invited === undefined) return `collaboration ${addInvitation(random, account, now).id} invites the account`;
  account.members.put({ ...invited, status: "ACTIVE", updateTime: now });
  return `${invited.displayName} joined collaboration ${invited.collaborationId}`;
};
