import type { Random } from "../random.ts";
import {
  MEMBER_ABILITIES,
  MEMBERSHIP_STATUSES,
  type Membership,
  ML_MEMBER_ABILITIES,
  type PaymentConfiguration,
} from "../shapes.ts";
import { DAY, type Owner } from "./owner.ts";

type Ability = Membership["memberAbilities"][number];

const COLLABORATIONS = [
  ["Retail media measurement", "Northwind Grocers"],
  ["Fraud consortium", "Ledgerline Bank"],
  ["Loyalty overlap", "Albion Airways"],
  ["Reach & frequency – spring", "Brightwater Media"],
  ["Clinical cohort sizing", "Helios Health"],
  ["Supply signal exchange", "Tessellate Logistics"],
] as const;

const ABILITIES: Ability[][] = [
  ["CAN_QUERY", "CAN_RECEIVE_RESULTS"],
  ["CAN_QUERY"],
  [],
  ["CAN_RECEIVE_RESULTS"],
  ["CAN_QUERY", "CAN_RECEIVE_RESULTS", "CAN_RUN_JOB"],
  ["CAN_RUN_JOB"],
];

/** Clean-room memberships of every status, with every ability and every way of paying from eight of them on. */
export function seedMemberships(random: Random, owner: Owner, baseTime: number, count: number): Membership[] {
  return Array.from({ length: count }, (_, index) => {
    const joined = baseTime - random.integer(20 * DAY, 400 * DAY);
    const membership = newMembership(random, owner, joined, index);
    const status = MEMBERSHIP_STATUSES[index % 4] ?? "ACTIVE";
    return { ...membership, status, updateTime: joined + random.integer(0, 19 * DAY) };
  });
}

/** A membership that was just accepted. The index varies what it may do and what it pays. */
export function newMembership(random: Random, owner: Owner, now: number, index: number): Membership {
  const id = random.uuid();
  const collaborationId = random.uuid();
  const creator = random.chance(0.3) ? owner.accountId : random.text("123456789", 12);
  const [name, creatorName] = COLLABORATIONS[index % COLLABORATIONS.length] ?? COLLABORATIONS[0];
  return {
    id,
    arn: `arn:aws:cleanrooms:${owner.region}:${owner.accountId}:membership/${id}`,
    collaborationArn: `arn:aws:cleanrooms:${owner.region}:${creator}:collaboration/${collaborationId}`,
    collaborationId,
    collaborationCreatorAccountId: creator,
    collaborationCreatorDisplayName: creatorName,
    collaborationName: index < COLLABORATIONS.length ? name : `${name} ${index + 1}`,
    createTime: now,
    updateTime: now,
    status: "ACTIVE",
    memberAbilities: [...(ABILITIES[index % ABILITIES.length] ?? MEMBER_ABILITIES)],
    ...(index % 3 === 1 && { mlMemberAbilities: { customMLMemberAbilities: mlAbilities(index) } }),
    paymentConfiguration: payment(index),
  };
}

function mlAbilities(index: number): (typeof ML_MEMBER_ABILITIES)[number][] {
  return index % 2 === 1 ? [...ML_MEMBER_ABILITIES] : ["CAN_RECEIVE_MODEL_OUTPUT"];
}

function payment(index: number): PaymentConfiguration {
  const payer = (remainder: number) => ({ isResponsible: index % 2 === remainder });
  const training = { modelTraining: payer(1), modelInference: payer(0) };
  return {
    queryCompute: payer(0),
    ...(index % 3 === 1 && { machineLearning: training }),
    ...(index % 4 === 3 && { machineLearning: { ...training, syntheticDataGeneration: payer(1) } }),
    ...(index % 3 === 2 && { jobCompute: payer(0) }),
  };
}
