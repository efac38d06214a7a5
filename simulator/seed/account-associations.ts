import { ALPHANUMERIC, type Random, seededRandom } from "../random.ts";
import { ACCOUNT_ASSOCIATION_STATES, type AccountAssociation } from "../shapes.ts";
import type { Owner } from "./owner.ts";

/** The makers of things that accounts are linked with; each has a connector. */
export const BRANDS = ["Lumina", "Hearthware", "Aerio", "Kestrel Locks", "Dewpoint"];
const PLACES = ["Harbour Street", "Mill Lane", "Station Road", "Orchard Close", "Quayside", "North Parade"];
const FAILURES = [
  "Authorization code was rejected by the third party cloud",
  "User consent was withdrawn during account linking",
  "Connector did not answer within 30 seconds",
];

/** Account associations with a handful of connectors, in every state from five of them on. */
export function seedAccountAssociations(random: Random, owner: Owner, count: number): AccountAssociation[] {
  return Array.from({ length: count }, (_, index) => {
    const usual = random.chance(0.6) ? "ASSOCIATION_SUCCEEDED" : random.pick(ACCOUNT_ASSOCIATION_STATES);
    return inState(random, newAccountAssociation(random, owner), ACCOUNT_ASSOCIATION_STATES[index] ?? usual);
  });
}

/** An account association that an end user just began; not every one has an ARN or a description. */
export function newAccountAssociation(random: Random, owner: Owner): AccountAssociation {
  const id = random.text(ALPHANUMERIC, 32);
  const brand = random.integer(0, BRANDS.length - 1);
  const name = `${BRANDS[brand]} ${random.pick(PLACES)} ${random.integer(1, 140)}`;
  return {
    AccountAssociationId: id,
    AssociationState: "ASSOCIATION_IN_PROGRESS",
    ...(random.chance(0.95) && { ConnectorDestinationId: connectorsOf(owner)[brand] }),
    ...(random.chance(0.9) && { Name: name }),
    ...(random.chance(0.5) && { Description: `Linked ${BRANDS[brand]} household` }),
    ...(random.chance(0.8) && { Arn: arn(owner, id) }),
  };
}

/** The association in another state; a failed one says why, any other does not. */
export function inState(
  random: Random,
  association: AccountAssociation,
  state: AccountAssociation["AssociationState"],
): AccountAssociation {
  const { ErrorMessage: _, ...rest } = association;
  const failed = state === "ASSOCIATION_FAILED" && { ErrorMessage: random.pick(FAILURES) };
  return { ...rest, AssociationState: state, ...failed };
}

/** The ids of the brands' connector destinations. */
export function connectorsOf(owner: Owner): string[] {
  const random = seededRandom(`${owner.accountId}/${owner.region}/connectors`);
  return BRANDS.map(() => random.text(ALPHANUMERIC, 20));
}

function arn({ accountId, region }: Owner, id: string): string {
  return `arn:aws:iotmanagedintegrations:${region}:${accountId}:account-association/${id}`;
}
