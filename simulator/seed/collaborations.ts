import type { SimulatedAccount } from "../account.ts";
import { type Random, seededRandom } from "../random.ts";
import type { Collaboration, Member, Membership } from "../shapes.ts";
import { DAY } from "./owner.ts";

const PARTNERS = ["Northwind Grocers", "Ledgerline Bank", "Albion Airways", "Brightwater Media", "Helios Health"];
const TABLES = ["Loyalty profiles", "Store transactions", "Campaign exposures", "Web sessions", "Claims", "Shipments"];
const OWN_NAME = "Meridian Retail";

/** The accounts of the partners with whom the account collaborates. */
function partnerAccounts(): string[] {
  return PARTNERS.map((name) => seededRandom(`partner/${name}`).text("123456789", 12));
}

/** The collaboration of each membership with its members, two invitations, and the tables that the account brings in. */
export function seedCollaborations(random: Random, account: SimulatedAccount, baseTime: number): void {
  for (const membership of account.memberships) addCollaboration(account, membership);
  if (account.memberships.length > 0) addInvitation(random, account, baseTime - 6 * DAY);
  for (const name of TABLES.slice(0, account.memberships.length)) {
    addTable(random, account, name, baseTime - random.integer(10 * DAY, 300 * DAY));
  }
  for (const membership of account.memberships) associateTables(random, account, membership);
}

/** The collaboration that a membership is of, with everyone who takes part. */
export function addCollaboration(account: SimulatedAccount, membership: Membership): void {
  const random = seededRandom(membership.collaborationArn);
  const { collaborationId: id, collaborationArn: arn, collaborationName: name, createTime } = membership;
  const ended = membership.status !== "ACTIVE";
  const memberStatus = ended ? "REMOVED" : "ACTIVE";
  const created = createTime - random.integer(1, 10 * DAY);
  account.collaborations.put({
    ...{ id, arn, name, memberStatus, membershipId: membership.id, membershipArn: membership.arn },
    creatorAccountId: membership.collaborationCreatorAccountId,
    creatorDisplayName: membership.collaborationCreatorDisplayName,
    ...{ createTime: created, updateTime: membership.updateTime, analyticsEngine: "SPARK" },
  });
  const own = member(id, account.accountId, OWN_NAME, created);
  account.members.put({
    ...{ ...own, status: memberStatus, membershipId: membership.id, membershipArn: membership.arn },
    abilities: membership.memberAbilities,
    paymentConfiguration: membership.paymentConfiguration,
    updateTime: membership.updateTime,
  });
  addCreator(account, membership, created);
  const partners = partnerAccounts();
  for (const index of [random.integer(0, 2), random.integer(3, 4)]) {
    const partner = member(id, partners[index] ?? "", PARTNERS[index] ?? "", created + DAY);
    const status = random.chance(0.8) ? "ACTIVE" : "INVITED";
    if (partner.displayName !== membership.collaborationCreatorDisplayName) account.members.put({ ...partner, status });
  }
}

/** The creator is a member as well, if it is somebody else. */
function addCreator(account: SimulatedAccount, membership: Membership, created: number): void {
  const { collaborationId, collaborationCreatorAccountId: accountId, collaborationCreatorDisplayName } = membership;
  if (accountId === account.accountId) return;
  const creator = member(collaborationId, accountId, collaborationCreatorDisplayName, created);
  account.members.put({ ...creator, abilities: ["CAN_QUERY"] });
}

function member(collaborationId: string, accountId: string, displayName: string, createTime: number): Member {
  const isResponsible = false;
  return {
    ...{ collaborationId, accountId, displayName, status: "ACTIVE", abilities: [] },
    ...{ createTime, updateTime: createTime, paymentConfiguration: { queryCompute: { isResponsible } } },
  };
}

/** A collaboration that a partner has invited the account to, which has not answered yet. */
export function addInvitation(random: Random, account: SimulatedAccount, now: number): Collaboration {
  const id = random.uuid();
  const index = random.integer(0, PARTNERS.length - 1);
  const [creatorAccountId = "", creatorDisplayName = ""] = [partnerAccounts()[index], PARTNERS[index]];
  const collaboration: Collaboration = {
    ...{ id, arn: `arn:aws:cleanrooms:${account.region}:${creatorAccountId}:collaboration/${id}` },
    ...{ name: `${creatorDisplayName} insights ${random.integer(2, 99)}`, creatorAccountId, creatorDisplayName },
    ...{ createTime: now, updateTime: now, memberStatus: "INVITED", analyticsEngine: "SPARK" },
  };
  account.collaborations.put(collaboration);
  account.members.put({ ...member(id, creatorAccountId, creatorDisplayName, now), abilities: ["CAN_QUERY"] });
  account.members.put({ ...member(id, account.accountId, OWN_NAME, now), status: "INVITED" });
  return collaboration;
}

function addTable(random: Random, account: SimulatedAccount, name: string, created: number): void {
  const id = random.uuid();
  account.configuredTables.put({
    ...{ id, arn: `arn:aws:cleanrooms:${account.region}:${account.accountId}:configuredtable/${id}`, name },
    ...{ createTime: created, updateTime: created + random.integer(0, 5 * DAY), analysisMethod: "DIRECT_QUERY" },
    analysisRuleTypes: random.chance(0.5) ? ["AGGREGATION"] : ["LIST", "CUSTOM"],
  });
}

/** One to three of the account's tables in a membership that is active; in another none. */
export function associateTables(random: Random, account: SimulatedAccount, membership: Membership): void {
  if (membership.status !== "ACTIVE" || account.configuredTables.length === 0) return;
  for (let count = random.integer(1, 3); count > 0; count -= 1) {
    const table = account.configuredTables.at(random.integer(0, account.configuredTables.length - 1));
    if (table === undefined) continue;
    const id = random.uuid();
    const { id: membershipId, arn: membershipArn, updateTime } = membership;
    const name = table.name.toLowerCase().replaceAll(" ", "_");
    // The model allows 100 characters, in which two whole ids have no room.
    const resource = `configuredtableassociation/${membershipId.slice(0, 8)}/${id.slice(-12)}`;
    account.configuredTableAssociations.put({
      ...{
        id,
        arn: `arn:aws:cleanrooms:${account.region}:${account.accountId}:${resource}`,
        name: `${name}_${random.hex(4)}`,
        membershipId,
        membershipArn,
      },
      ...{ configuredTableId: table.id, createTime: updateTime, updateTime },
    });
  }
}
