import { DescribeWorkspaceBundlesCommand, WorkSpacesClient } from "@aws-sdk/client-workspaces";
import { defineAwsSource } from "../define-aws-source.ts";

/** WorkSpaces bundles, own and Amazon's: without an owner only the own ones are listed. */
export const workspacesBundles = defineAwsSource({
  id: "workspaces.bundles",
  client: WorkSpacesClient,
  command: DescribeWorkspaceBundlesCommand,
  intervalMinutes: 360,
  events: ["CreateWorkspaceBundle", "UpdateWorkspaceBundle", "DeleteWorkspaceBundle"],
  requests: [{}, { Owner: "AMAZON" }],
  identity: ({ BundleId }) => [BundleId],
  edgesLead: "upstream",
  edges: ({ BundleId, ImageId }) => [{ from: BundleId, to: ImageId, relation: "LaunchesFrom" }],
  node: { names: ["BundleId"], name: "Name", type: "bundle", state: "State" },
});
