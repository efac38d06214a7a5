import { DescribeImageAssociationsCommand, WorkSpacesClient } from "@aws-sdk/client-workspaces";
import { defineAwsSource } from "../define-aws-source.ts";
import { workspacesImages } from "./images.ts";

/** Applications installed on WorkSpaces images. The operation takes one image, so each image is a scope of its own. */
export const workspacesImageAssociations = defineAwsSource({
  id: "workspaces.image-associations",
  client: WorkSpacesClient,
  command: DescribeImageAssociationsCommand,
  resource: "workspaceimage/*",
  tier: "core",
  intervalMinutes: 60,
  events: [
    "AssociateWorkspaceApplication",
    "DisassociateWorkspaceApplication",
    "CreateWorkspaceImage",
    "DeleteWorkspaceImage",
  ],
  requests: [{ AssociatedResourceTypes: ["APPLICATION"] }],
  parent: { source: workspacesImages, id: ({ ImageId }) => ImageId, member: "ImageId" },
  identity: ({ ImageId, AssociatedResourceId }) => [ImageId, AssociatedResourceId],
  edgesLead: "upstream",
  edges: ({ ImageId, AssociatedResourceId }) => [{ from: ImageId, to: AssociatedResourceId, relation: "Installs" }],
  ends: { from: ["ImageId"], to: ["AssociatedResourceId"] },
});
