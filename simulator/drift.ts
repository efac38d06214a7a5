import type { SimulatedAccount } from "./account.ts";
import { ALPHANUMERIC, type Random } from "./random.ts";
import { inState, newAccountAssociation } from "./seed/account-associations.ts";
import { newApplicationId, newImage, newImageAssociation, withState } from "./seed/images.ts";
import { lineageStep } from "./seed/lineage.ts";
import { newMembership } from "./seed/memberships.ts";
import type { AccountAssociation, ImageAssociation, Membership } from "./shapes.ts";
import type { SortedList } from "./sorted-list.ts";

/** Changes something in the account as of `now` and says what. */
type Change = (account: SimulatedAccount, random: Random, now: number) => string;

/** One small believable change, drawn from the random stream, as of `now`; says what it was. */
export function driftOnce(account: SimulatedAccount, random: Random, now: number): string {
  return random.pick(CHANGES)(account, random, now);
}

const addAssociations: Change = (account, random, now) => {
  const added = lineageStep(random, account, now);
  for (const association of added) account.associations.put(association);
  return `${added.length} lineage associations created`;
};

const removeAssociation: Change = (account, random, now) => {
  const association = account.associations.at(random.integer(0, account.associations.length - 1));
  if (association === undefined) return addAssociations(account, random, now);
  account.associations.remove(association);
  return `lineage association ${association.SourceArn} → ${association.DestinationArn} removed`;
};

/** Active memberships change or end; ended ones stay as they are; new ones keep some active. */
const changeMembership: Change = (account, random, now) => {
  const active = [...account.memberships].filter(({ status }) => status === "ACTIVE");
  if (active.length < 4) return addMembership(account, random, now);
  const membership = random.pick(active);
  const ended: Membership = { ...membership, status: random.pick(["REMOVED", "COLLABORATION_DELETED"]) };
  const pays = membership.paymentConfiguration.queryCompute.isResponsible;
  const paymentConfiguration = { ...membership.paymentConfiguration, queryCompute: { isResponsible: !pays } };
  const changed = random.chance(0.5) ? ended : { ...membership, paymentConfiguration };
  account.memberships.put({ ...changed, updateTime: now });
  return `membership ${membership.id} ${changed === ended ? `is now ${ended.status}` : "changed who pays"}`;
};

const addMembership: Change = (account, random, now) => {
  const membership = newMembership(random, account, now, account.memberships.length);
  account.memberships.put(membership);
  return `membership ${membership.id} created`;
};

/** Where an account association goes from each state; one that is being deleted goes away. */
const NEXT_STATES: Record<AccountAssociation["AssociationState"], AccountAssociation["AssociationState"][]> = {
  ASSOCIATION_IN_PROGRESS: ["ASSOCIATION_SUCCEEDED", "ASSOCIATION_SUCCEEDED", "ASSOCIATION_FAILED"],
  ASSOCIATION_FAILED: ["ASSOCIATION_IN_PROGRESS", "ASSOCIATION_DELETING"],
  ASSOCIATION_SUCCEEDED: ["REFRESH_TOKEN_EXPIRED", "REFRESH_TOKEN_EXPIRED", "ASSOCIATION_DELETING"],
  REFRESH_TOKEN_EXPIRED: ["ASSOCIATION_SUCCEEDED"],
  ASSOCIATION_DELETING: [],
};

const changeAccountAssociation: Change = (account, random, now) => {
  const association = anyOf(account.accountAssociations, random);
  if (association === undefined) return addAccountAssociation(account, random, now);
  const id = association.AccountAssociationId;
  const next = NEXT_STATES[association.AssociationState];
  if (next.length === 0) {
    account.accountAssociations.remove(association);
    return `account association ${id} removed`;
  }
  const state = random.pick(next);
  account.accountAssociations.put(inState(random, association, state));
  return `account association ${id} is now ${state}`;
};

const renameAccountAssociation: Change = (account, random, now) => {
  const association = anyOf(account.accountAssociations, random);
  if (association === undefined) return addAccountAssociation(account, random, now);
  const name = `${random.pick(["Home", "Office", "Cabin", "Garage"])} ${random.text(ALPHANUMERIC, 4)}`;
  account.accountAssociations.put({ ...association, Name: name });
  return `account association ${association.AccountAssociationId} is now called ${name}`;
};

const addAccountAssociation: Change = (account, random) => {
  const association = newAccountAssociation(random, account);
  account.accountAssociations.put(association);
  return `account association ${association.AccountAssociationId} created`;
};

const NEXT_INSTALL_STATES: Partial<Record<NonNullable<ImageAssociation["State"]>, ImageAssociation["State"]>> = {
  PENDING_INSTALL: "PENDING_INSTALL_DEPLOYMENT",
  PENDING_INSTALL_DEPLOYMENT: "INSTALLING",
  INSTALLING: "COMPLETED",
  COMPLETED: "PENDING_UNINSTALL",
  PENDING_UNINSTALL: "PENDING_UNINSTALL_DEPLOYMENT",
  PENDING_UNINSTALL_DEPLOYMENT: "UNINSTALLING",
  UNINSTALLING: "REMOVED",
  ERROR: "PENDING_INSTALL",
};

/** An application moves on towards being installed or removed; one that was removed goes away. */
const changeApplication: Change = (account, random, now) => {
  const association = anyOf(account.imageAssociations, random);
  if (association === undefined) return addApplication(account, random, now);
  const what = `application ${association.AssociatedResourceId} of image ${association.ImageId}`;
  const usual = NEXT_INSTALL_STATES[association.State ?? "REMOVED"];
  if (usual === undefined) {
    account.imageAssociations.remove(association);
    return `${what} removed`;
  }
  const state = usual === "COMPLETED" && random.chance(0.2) ? "ERROR" : usual;
  account.imageAssociations.put(withState(random, association, state, now));
  return `${what} is now ${state}`;
};

const addApplication: Change = (account, random, now) => {
  const image = anyOf(account.images, random);
  if (image === undefined) return changeImages(account, random, now);
  const association = newImageAssociation(image.ImageId, newApplicationId(random), now);
  account.imageAssociations.put(association);
  return `application ${association.AssociatedResourceId} of image ${image.ImageId} created`;
};

/** Pending images become available; otherwise one is added or removed. */
const changeImages: Change = (account, random, now) => {
  const pending = [...account.images].find(({ State }) => State === "PENDING");
  if (pending !== undefined) {
    account.images.put({ ...pending, State: "AVAILABLE" });
    return `image ${pending.ImageId} is now AVAILABLE`;
  }
  const doomed = anyOf(account.images, random);
  if (doomed !== undefined && account.images.length > 10 && random.chance(0.5)) {
    account.removeImage(doomed.ImageId);
    return `image ${doomed.ImageId} removed`;
  }
  const image = newImage(random, account, now);
  account.images.put(image);
  return `image ${image.ImageId} created`;
};

/** Each change as often as it is likely, out of twenty. */
const CHANGES: readonly Change[] = [
  ...Array<Change>(5).fill(addAssociations),
  ...Array<Change>(4).fill(removeAssociation),
  ...Array<Change>(2).fill(changeMembership),
  ...Array<Change>(3).fill(changeAccountAssociation),
  renameAccountAssociation,
  addAccountAssociation,
  ...Array<Change>(2).fill(changeApplication),
  addApplication,
  changeImages,
];

function anyOf<Item extends Key, Key>(list: SortedList<Item, Key>, random: Random): Item | undefined {
  return list.at(random.integer(0, list.length - 1));
}
