import type { SimulatedAccount } from "../account.ts";
import type { Input, Rule } from "../constraints.ts";
import { WORKSPACES } from "../errors.ts";
import type { WorkspaceImage } from "../shapes.ts";
import { type Operation, type Page, type Position, seconds } from "./operation.ts";

export const IMAGE_ID: Rule = { type: "string", pattern: "wsi-[0-9a-z]{9,63}$" };

/** WorkSpaces DescribeWorkspaceImages: the account's own images and those that others share with it. */
export const describeWorkspaceImages: Operation = {
  name: "DescribeWorkspaceImages",
  service: WORKSPACES,
  address: "WorkspacesService.DescribeWorkspaceImages",
  rules: {
    ImageIds: { type: "list", min: 1, max: 25, element: IMAGE_ID },
    ImageType: { type: "string", oneOf: ["OWNED", "SHARED"] },
    NextToken: { type: "string", min: 1, max: 2048 },
    MaxResults: { type: "integer", min: 1, max: 25 },
  },
  itemsMember: "Images",
  identityMember: "ImageId",
  paging: { token: "NextToken", size: "MaxResults", defaultSize: 25 },
  page,
};

function page(account: SimulatedAccount, input: Input, position: Position, size: number): Page {
  const { images } = account;
  const after = position.after as { ImageId: string } | undefined;
  const start = after === undefined ? 0 : images.indexAfter(after);
  const ids = Array.isArray(input.ImageIds) ? new Set(input.ImageIds) : undefined;
  const accepts = (image: WorkspaceImage) =>
    (ids === undefined || ids.has(image.ImageId)) && hasType(account, image, input.ImageType);
  const { items, more } = images.read({ start, end: images.length, size, accepts });
  const last = items.at(-1);
  return { items: items.map(onTheWire), more, last: last && { ImageId: last.ImageId } };
}

function hasType(account: SimulatedAccount, image: WorkspaceImage, type: unknown): boolean {
  const owned = image.OwnerAccountId === account.accountId;
  return type == null || (type === "OWNED") === owned;
}

function onTheWire(image: WorkspaceImage): Record<string, unknown> {
  return { ...image, Created: seconds(image.Created) };
}
