import { DescribeWorkspaceImagePermissionsCommand, WorkSpacesClient } from "@aws-sdk/client-workspaces";
import { defineAwsSource } from "../define-aws-source.ts";
import { workspacesImages } from "./images.ts";

/** The accounts that each own WorkSpaces image is shared with. `ImageId`, which the answer gives once for all of them, is added to each. */
export const workspacesImagePermissions = defineAwsSource({
  id: "workspaces.image-permissions",
  client: WorkSpacesClient,
  command: DescribeWorkspaceImagePermissionsCommand,
  resource: "workspaceimage/*",
  intervalMinutes: 360,
  events: ["UpdateWorkspaceImagePermission"],
  parent: {
    source: workspacesImages,
    id: ({ ImageId }) => ImageId,
    only: ({ OwnerAccountId }, { account }) => OwnerAccountId === account,
    member: "ImageId",
    adds: "ImageId",
  },
  identity: ({ ImageId, SharedAccountId }) => [ImageId, SharedAccountId],
  edges: ({ ImageId, SharedAccountId }) => [{ from: ImageId, to: SharedAccountId, relation: "SharedWith" }],
  node: { names: ["SharedAccountId"], type: "account" },
});
