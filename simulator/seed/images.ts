import { ALPHANUMERIC, type Random } from "../random.ts";
import { IMAGE_ASSOCIATION_STATES, type ImageAssociation, type WorkspaceImage } from "../shapes.ts";
import { DAY, type Owner } from "./owner.ts";

const KINDS = ["finance-desktop", "engineering", "call-centre", "contractor", "design-gpu", "kiosk"];
const REASONS = [
  { ErrorCode: "ValidationError.InsufficientDiskSpace", ErrorMessage: "The image has 2 GB free and 6 GB are needed." },
  { ErrorCode: "ValidationError.InsufficientMemory", ErrorMessage: "The application needs 8 GB of memory." },
  {
    ErrorCode: "ValidationError.UnsupportedOperatingSystem",
    ErrorMessage: "The application does not support this operating system.",
  },
  { ErrorCode: "DeploymentError.InternalServerError", ErrorMessage: "The installation ended unexpectedly." },
  { ErrorCode: "DeploymentError.WorkspaceUnreachable", ErrorMessage: "The WorkSpace did not respond in time." },
  {
    ErrorCode: "ValidationError.ApplicationOldVersionExists",
    ErrorMessage: "An older version of the application is installed.",
  },
] as const;
const IMPORT_PROBLEMS = [
  { ErrorCode: "PendingReboot", ErrorMessage: "The image has updates that wait for a reboot." },
  { ErrorCode: "AntiVirusInstalled", ErrorMessage: "Anti-virus software must be removed." },
] as const;

/** Images, one in four shared by another account, Windows and Linux, one failed and one pending of every nine. */
export function seedImages(random: Random, owner: Owner, baseTime: number, count: number): WorkspaceImage[] {
  return Array.from({ length: count }, (_, index) => {
    const image = newImage(random, owner, baseTime - random.integer(2 * DAY, 700 * DAY));
    const shared = index % 4 === 2 && { OwnerAccountId: random.text("123456789", 12) };
    if (index % 9 === 3) return { ...image, ...failure(random), ...shared };
    return { ...image, State: index % 9 === 7 ? "PENDING" : "AVAILABLE", ...shared };
  });
}

/** An image of the account's own, just created. */
export function newImage(random: Random, owner: Owner, now: number): WorkspaceImage {
  const linux = random.chance(0.35);
  const kind = random.pick(KINDS);
  const updates = random.chance(0.4) && { UpdateAvailable: true, Description: "Windows updates (cumulative)" };
  return {
    ImageId: `wsi-${random.text(ALPHANUMERIC, 9)}`,
    Name: `${kind}-${linux ? "linux" : "windows"}-${random.hex(4)}`,
    ...(random.chance(0.7) && { Description: `Golden image for ${kind} (${linux ? "Amazon Linux 2" : "Windows 11"})` }),
    OperatingSystem: { Type: linux ? "LINUX" : "WINDOWS" },
    State: "PENDING",
    RequiredTenancy: linux || random.chance(0.7) ? "DEFAULT" : "DEDICATED",
    Created: now,
    OwnerAccountId: owner.accountId,
    ...(!linux && { Updates: updates || { UpdateAvailable: false } }),
  };
}

/** Up to six applications of every image; all states occur once there are nine of them. */
export function seedImageAssociations(
  random: Random,
  images: readonly WorkspaceImage[],
  baseTime: number,
): ImageAssociation[] {
  const applications = Array.from({ length: 12 }, () => newApplicationId(random));
  let made = 0;
  return images.flatMap((image, index) =>
    applications.slice(index % 6, (index % 6) + ((index * 5) % 7)).map((application) => {
      const state = IMAGE_ASSOCIATION_STATES[made++] ?? (random.chance(0.8) ? "COMPLETED" : "ERROR");
      const created = baseTime - random.integer(DAY, 300 * DAY);
      const association = newImageAssociation(image.ImageId, application, created);
      return withState(random, association, state, created + random.integer(0, DAY));
    }),
  );
}

/** The id of an application in the WorkSpaces application catalogue. */
export function newApplicationId(random: Random): string {
  return `wsa-${random.text(ALPHANUMERIC, 9)}`;
}

/** An application that is about to be installed on an image. */
export function newImageAssociation(imageId: string, applicationId: string, now: number): ImageAssociation {
  return {
    ImageId: imageId,
    AssociatedResourceId: applicationId,
    AssociatedResourceType: "APPLICATION",
    Created: now,
    LastUpdatedTime: now,
    State: "PENDING_INSTALL",
  };
}

/** The association in another state; one in error says why, any other does not. */
export function withState(
  random: Random,
  association: ImageAssociation,
  state: NonNullable<ImageAssociation["State"]>,
  now: number,
): ImageAssociation {
  const { StateReason: _, ...rest } = association;
  const reason = state === "ERROR" && { StateReason: random.pick(REASONS) };
  return { ...rest, State: state, LastUpdatedTime: now, ...reason };
}

function failure(random: Random): Partial<WorkspaceImage> {
  return {
    State: "ERROR",
    ErrorCode: "ImageImportFailure",
    ErrorMessage: "The image could not be imported.",
    ErrorDetails: IMPORT_PROBLEMS.slice(random.integer(0, 1)),
  };
}
