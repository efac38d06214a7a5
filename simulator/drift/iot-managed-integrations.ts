import { ALPHANUMERIC } from "../random.ts";
import { inState, newAccountAssociation } from "../seed/account-associations.ts";
import { addThing } from "../seed/things.ts";
import type { AccountAssociation } from "../shapes.ts";
import { anyOf, type Change } from "./change.ts";

/** Where an account association goes from each state; one that is being deleted goes away. */
const NEXT_STATES: Record<AccountAssociation["AssociationState"], AccountAssociation["AssociationState"][]> = {
  ASSOCIATION_IN_PROGRESS: ["ASSOCIATION_SUCCEEDED", "ASSOCIATION_SUCCEEDED", "ASSOCIATION_FAILED"],
  ASSOCIATION_FAILED: ["ASSOCIATION_IN_PROGRESS", "ASSOCIATION_DELETING"],
  ASSOCIATION_SUCCEEDED: ["REFRESH_TOKEN_EXPIRED", "REFRESH_TOKEN_EXPIRED", "ASSOCIATION_DELETING"],
  REFRESH_TOKEN_EXPIRED: ["ASSOCIATION_SUCCEEDED"],
  ASSOCIATION_DELETING: [],
};

export const changeAccountAssociation: Change = (account, random, now) => {
  const association = anyOf(account.accountAssociations, random);
  if (association === undefined) return addAccountAssociation(account, random, now);
  const { AccountAssociationId: id, AssociationState } = association;
  const next = NEXT_STATES[AssociationState];
  if (next.length === 0) {
    account.accountAssociations.remove(association);
    for (const each of [...account.managedThingAssociations]) {
      if (each.AccountAssociationId === id) account.managedThingAssociations.remove(each);
    }
    return `account association ${id} removed`;
  }
  const state = random.pick(next);
  account.accountAssociations.put(inState(random, association, state));
  return `account association ${id} is now ${state}`;
};

export const renameAccountAssociation: Change = (account, random, now) => {
  const association = anyOf(account.accountAssociations, random);
  if (association === undefined) return addAccountAssociation(account, random, now);
  const name = `${random.pick(["Home", "Office", "Cabin", "Garage"])} ${random.text(ALPHANUMERIC, 4)}`;
  account.accountAssociations.put({ ...association, Name: name });
  return `account association ${association.AccountAssociationId} is now called ${name}`;
};

/** Linked with a brand whose connector is there; in an account without connectors, with none. */
export const addAccountAssociation: Change = (account, random) => {
  const { ConnectorDestinationId, ...rest } = newAccountAssociation(random, account);
  const connected = account.connectorDestinations.get({ Id: ConnectorDestinationId }) !== undefined;
  account.accountAssociations.put({ ...rest, ...(connected && { ConnectorDestinationId }) });
  return `account association ${rest.AccountAssociationId} created`;
};

/** A device is set up, or one is renamed. */
export const changeThing: Change = (account, random, now) => {
  const thing = anyOf(account.managedThings, random);
  if (thing === undefined || random.chance(0.3)) {
    const added = addThing(random, account, now, thing === undefined);
    return `managed thing ${added.Id} created`;
  }
  const Name = `${thing.Name?.split(" ")[0]} ${random.pick(["attic", "porch", "studio", "hallway", "den"])}`;
  account.managedThings.put({ ...thing, Name, UpdatedAt: now });
  return `managed thing ${thing.Id} is now called ${Name}`;
};
