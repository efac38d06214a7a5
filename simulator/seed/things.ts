import type { SimulatedAccount } from "../account.ts";
import { ALPHANUMERIC, type Random } from "../random.ts";
import type { ManagedThing } from "../shapes.ts";
import { BRANDS, connectorsOf } from "./account-associations.ts";
import { DAY } from "./owner.ts";

const DEVICES = ["Hallway light", "Front door lock", "Thermostat", "Garden sprinkler", "Kitchen plug", "Window sensor"];
const ROOMS = ["upstairs", "downstairs", "annex", "lobby", "workshop"];

/** The connectors that account associations are made with, controllers, and the devices behind them. */
export function seedThings(random: Random, account: SimulatedAccount, baseTime: number, count: number): void {
  for (const [index, Id] of connectorsOf(account).entries()) addConnector(account, Id, index);
  for (let index = 0; index < count; index += 1) {
    addThing(random, account, baseTime - random.integer(2 * DAY, 300 * DAY), index % 6 === 0);
  }
}

/** A brand's connector: its destination, and the Lambda function that speaks to the brand's cloud. */
function addConnector(account: SimulatedAccount, Id: string, index: number): void {
  const brand = BRANDS[index] ?? "";
  const slug = brand.toLowerCase().replaceAll(" ", "-");
  const CloudConnectorId = `connector-${slug}`;
  account.connectorDestinations.put({
    Id,
    Name: `${brand} cloud`,
    Description: `OAuth with ${brand}`,
    CloudConnectorId,
  });
  account.cloudConnectors.put({
    ...{ Id: CloudConnectorId, Name: `${brand} connector`, Description: `Speaks to the cloud of ${brand}` },
    ...{ EndpointType: "LAMBDA", Type: index % 2 === 0 ? "LISTED" : "UNLISTED" },
    EndpointConfig: {
      lambda: { arn: `arn:aws:lambda:${account.region}:${account.accountId}:function:${slug}-connector` },
    },
  });
}

/** A controller, or a device: behind a controller, or behind the cloud of an account that was associated. Answers it. */
export function addThing(
  random: Random,
  account: SimulatedAccount,
  created: number,
  controller: boolean,
): ManagedThing {
  const Id = random.text(ALPHANUMERIC, 24);
  const room = random.pick(ROOMS);
  const controllers = [...account.managedThings].filter(({ Role }) => Role === "CONTROLLER");
  const linked = [...account.accountAssociations].filter((each) => each.ConnectorDestinationId !== undefined);
  const association = !controller && linked.length > 0 && random.chance(0.5) ? random.pick(linked) : undefined;
  const parent =
    !controller && association === undefined && controllers.length > 0 ? random.pick(controllers) : undefined;
  const destination = association?.ConnectorDestinationId;
  const brand = destination === undefined ? "Hearthware" : BRANDS[connectorsOf(account).indexOf(destination)];
  const thing: ManagedThing = {
    ...{ Id, Arn: `arn:aws:iotmanagedintegrations:${account.region}:${account.accountId}:managed-thing/${Id}` },
    Name: controller ? `Hub ${room} ${random.integer(1, 40)}` : `${random.pick(DEVICES)} ${room}`,
    ...{
      Role: controller ? "CONTROLLER" : "DEVICE",
      Brand: brand ?? "Hearthware",
      Model: `HW-${random.integer(100, 999)}`,
    },
    ...{ SerialNumber: random.hex(12).toUpperCase(), ProvisioningStatus: "ACTIVATED" },
    ...(destination !== undefined && { ConnectorDestinationId: destination, ConnectorDeviceId: random.hex(16) }),
    ...(parent !== undefined && { ParentControllerId: parent.Id }),
    ...{ CreatedAt: created, UpdatedAt: created, ActivatedAt: created + 60_000 },
  };
  account.managedThings.put(thing);
  if (association !== undefined) {
    const { AccountAssociationId } = association;
    const ManagedThingAssociationStatus = random.chance(0.9) ? "ASSOCIATED" : "PRE_ASSOCIATED";
    account.managedThingAssociations.put({ ManagedThingId: Id, AccountAssociationId, ManagedThingAssociationStatus });
  }
  return thing;
}
