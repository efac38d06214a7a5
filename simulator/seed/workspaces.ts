import type { SimulatedAccount } from "../account.ts";
import { ALPHANUMERIC, type Random, seededRandom } from "../random.ts";
import type { Bundle, Workspace } from "../shapes.ts";
import { DAY } from "./owner.ts";

const APPLICATIONS = [
  "7-Zip",
  "Visual Studio Code",
  "LibreOffice",
  "Mozilla Firefox",
  "Slack",
  "DBeaver",
  "GIMP",
  "Notepad++",
  "PuTTY",
  "Zoom Workplace",
  "Blender",
  "KeePassXC",
];
const AMAZON_BUNDLES = ["Value", "Standard", "Performance", "Power", "PowerPro"] as const;
const PEOPLE = ["amara.okafor", "jonas.lind", "mei.tanaka", "ruth.alvarez", "sam.whitlock", "ines.costa", "tom.berg"];
const COMPUTE = {
  Value: "VALUE",
  Standard: "STANDARD",
  Performance: "PERFORMANCE",
  Power: "POWER",
  PowerPro: "POWERPRO",
} as const;

/** The applications that images have installed, the bundles of the account and of Amazon, and people's WorkSpaces. */
export function seedWorkspaces(random: Random, account: SimulatedAccount, baseTime: number, count: number): void {
  const installed = new Set([...account.imageAssociations].map(({ AssociatedResourceId }) => AssociatedResourceId));
  for (const id of installed) addApplication(account, id, baseTime - 400 * DAY);
  const partners = [...new Set([...account.members].map(({ accountId }) => accountId))].filter(
    (id) => id !== account.accountId,
  );
  for (const name of AMAZON_BUNDLES) account.bundles.put(amazonBundle(name, baseTime - 900 * DAY));
  for (const image of [...account.images].filter(
    (each, index) => each.OwnerAccountId === account.accountId && index % 3 !== 1,
  )) {
    if (image.State === "AVAILABLE")
      addBundle(random, account, image.ImageId, image.Name ?? "", baseTime - random.integer(DAY, 90 * DAY));
    for (const partner of partners.filter(() => random.chance(0.2))) {
      account.imagePermissions.put({ ImageId: image.ImageId, SharedAccountId: partner });
    }
  }
  for (let index = 0; index < count; index += 1)
    addWorkspace(random, account, baseTime - random.integer(DAY, 300 * DAY));
}

/** The application of that id, under a name that follows from how many there are. */
export function addApplication(account: SimulatedAccount, id: string, created: number): void {
  const index = account.applications.length;
  const name = APPLICATIONS[index % APPLICATIONS.length] ?? "";
  account.applications.put({
    ApplicationId: id,
    Name: index < APPLICATIONS.length ? name : `${name} ${Math.floor(index / APPLICATIONS.length) + 1}`,
    Description: `${name}, packaged for WorkSpaces`,
    Created: created,
    LicenseType: index % 4 === 1 ? "LICENSED" : "UNLICENSED",
    Owner: index % 3 === 0 ? "AMAZON" : account.accountId,
    State: "AVAILABLE",
    SupportedComputeTypeNames: ["STANDARD", "PERFORMANCE", "POWER"],
    SupportedOperatingSystemNames: ["WINDOWS_10", "WINDOWS_11", "AMAZON_LINUX_2"],
  });
}

function amazonBundle(name: (typeof AMAZON_BUNDLES)[number], created: number): Bundle {
  return {
    BundleId: `wsb-${seededRandom(`bundle/${name}`).text(ALPHANUMERIC, 9)}`,
    ...{ Name: `${name} with Windows 11`, Owner: "AMAZON", Description: `${name} bundle with Windows 11` },
    ...{ RootStorage: { Capacity: "80" }, UserStorage: { Capacity: "50" }, ComputeType: { Name: COMPUTE[name] } },
    ...{ CreationTime: created, LastUpdatedTime: created, State: "AVAILABLE", BundleType: "REGULAR" },
  };
}

/** A bundle of one of the account's images, with up to two of its applications. */
function addBundle(random: Random, account: SimulatedAccount, ImageId: string, name: string, created: number): void {
  const BundleId = `wsb-${random.text(ALPHANUMERIC, 9)}`;
  account.bundles.put({
    ...{ BundleId, Name: `${name}-bundle`, Owner: account.accountId, Description: `Launches from ${name}`, ImageId },
    ...{ RootStorage: { Capacity: "80" }, UserStorage: { Capacity: "100" }, ComputeType: { Name: "PERFORMANCE" } },
    ...{ CreationTime: created, LastUpdatedTime: created, State: "AVAILABLE", BundleType: "REGULAR" },
  });
  for (const { AssociatedResourceId } of account.imageAssociationsOf(ImageId).slice(0, 2)) {
    account.bundleAssociations.put({
      ...{ BundleId, AssociatedResourceId, AssociatedResourceType: "APPLICATION", State: "COMPLETED" },
      ...{ Created: created, LastUpdatedTime: created },
    });
  }
}

/** A WorkSpace that somebody was given, from any bundle, with an application or two. Answers it. */
export function addWorkspace(random: Random, account: SimulatedAccount, created: number): Workspace | undefined {
  const bundle = account.bundles.at(random.integer(0, account.bundles.length - 1));
  if (bundle === undefined) return undefined;
  const id = random.text(ALPHANUMERIC, 9);
  const user = random.pick(PEOPLE);
  const alwaysOn = random.chance(0.3);
  const directory = seededRandom(`${account.accountId}/${account.region}/directory`).hex(10);
  const workspace: Workspace = {
    ...{ WorkspaceId: `ws-${id}`, DirectoryId: `d-${directory}`, UserName: user, BundleId: bundle.BundleId },
    WorkspaceName: `${user}-${bundle.Name?.split(/[- ]/)[0]?.toLowerCase()}`,
    ...{ IpAddress: `10.20.${random.integer(0, 3)}.${random.integer(4, 250)}`, SubnetId: `subnet-${random.hex(17)}` },
    ComputerName: `A-${id.toUpperCase()}`,
    State: alwaysOn ? "AVAILABLE" : random.pick(["AVAILABLE", "STOPPED", "STOPPED"] as const),
    ...{ UserVolumeEncryptionEnabled: random.chance(0.6), RootVolumeEncryptionEnabled: false },
    WorkspaceProperties: {
      RunningMode: alwaysOn ? "ALWAYS_ON" : "AUTO_STOP",
      ...(!alwaysOn && { RunningModeAutoStopTimeoutInMinutes: 60 }),
      ...{ RootVolumeSizeGib: 80, UserVolumeSizeGib: 50, OperatingSystemName: "WINDOWS_11", Protocols: ["WSP"] },
      ...(bundle.ComputeType?.Name && { ComputeTypeName: bundle.ComputeType.Name }),
    },
  };
  account.workspaces.put(workspace);
  const { applications } = account;
  for (let count = random.integer(0, 2); count > 0 && applications.length > 0; count -= 1) {
    const application = applications.at(random.integer(0, applications.length - 1));
    if (application === undefined) continue;
    account.workspaceAssociations.put({
      ...{ WorkspaceId: workspace.WorkspaceId, AssociatedResourceId: application.ApplicationId },
      ...{ AssociatedResourceType: "APPLICATION", State: "COMPLETED", Created: created, LastUpdatedTime: created },
    });
  }
  return workspace;
}
