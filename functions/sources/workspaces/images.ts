import { DescribeWorkspaceImagesCommand, WorkSpacesClient } from "@aws-sdk/client-workspaces";
import { defineAwsSource } from "../define-aws-source.ts";

/** WorkSpaces images, owned and shared: without a type the service does not promise both. */
export const workspacesImages = defineAwsSource({
  id: "workspaces.images",
  version: 2,
  client: WorkSpacesClient,
  command: DescribeWorkspaceImagesCommand,
  tier: "core",
  intervalMinutes: 60,
  events: [
    "CreateWorkspaceImage",
    "CreateUpdatedWorkspaceImage",
    "CopyWorkspaceImage",
    "ImportWorkspaceImage",
    "DeleteWorkspaceImage",
  ],
  requests: [{ ImageType: "OWNED" }, { ImageType: "SHARED" }],
  identity: ({ ImageId }) => [ImageId],
  node: { names: ["ImageId"], name: "Name", type: "image", state: "State" },
});
