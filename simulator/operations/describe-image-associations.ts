import type { SimulatedAccount } from "../account.ts";
import type { Input } from "../constraints.ts";
import { ServiceError, WORKSPACES } from "../errors.ts";
import type { ImageAssociation } from "../shapes.ts";
import { IMAGE_ID } from "./describe-workspace-images.ts";
import { type Operation, type Page, seconds } from "./operation.ts";

/** WorkSpaces DescribeImageAssociations: all applications of one image at once. */
export const describeImageAssociations: Operation = {
  name: "DescribeImageAssociations",
  service: WORKSPACES,
  address: "WorkspacesService.DescribeImageAssociations",
  rules: {
    ImageId: { ...IMAGE_ID, required: true },
    AssociatedResourceTypes: { type: "list", required: true, element: { type: "string", oneOf: ["APPLICATION"] } },
  },
  itemsMember: "Associations",
  identityMember: "AssociatedResourceId",
  page,
};

function page(account: SimulatedAccount, input: Input): Page {
  const imageId = String(input.ImageId);
  if (account.images.get({ ImageId: imageId }) === undefined) {
    const message = `The specified image ${imageId} could not be found.`;
    throw new ServiceError("ResourceNotFoundException", 400, message, { ResourceId: imageId });
  }
  if (Array.isArray(input.AssociatedResourceTypes) && input.AssociatedResourceTypes.length === 0) {
    throw new ServiceError(WORKSPACES.invalid, 400, "AssociatedResourceTypes must name at least one type.");
  }
  return { items: account.imageAssociationsOf(imageId).map(onTheWire), more: false, last: undefined };
}

function onTheWire(association: ImageAssociation): Record<string, unknown> {
  const { Created, LastUpdatedTime } = association;
  return { ...association, Created: seconds(Created), LastUpdatedTime: seconds(LastUpdatedTime) };
}
