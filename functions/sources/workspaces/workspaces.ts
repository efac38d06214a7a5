import { DescribeWorkspacesCommand, WorkSpacesClient } from "@aws-sdk/client-workspaces";
import { defineAwsSource } from "../define-aws-source.ts";

/** WorkSpaces themselves. They name their users: docs/security.md says what is stored. */
export const workspacesWorkspaces = defineAwsSource({
  id: "workspaces.workspaces",
  client: WorkSpacesClient,
  command: DescribeWorkspacesCommand,
  intervalMinutes: 60,
  events: ["CreateWorkspaces", "TerminateWorkspaces", "RebuildWorkspaces", "MigrateWorkspace"],
  ignoredPaths: ["IpAddress", "Ipv6Address", "ComputerName", "SubnetId"],
  identity: ({ WorkspaceId }) => [WorkspaceId],
  edgesLead: "upstream",
  edges: ({ WorkspaceId, BundleId }) => [{ from: WorkspaceId, to: BundleId, relation: "LaunchesFrom" }],
  node: { names: ["WorkspaceId"], name: "WorkspaceName", type: "workspace", state: "State" },
});
