import { DescribeWorkspaceAssociationsCommand, WorkSpacesClient } from "@aws-sdk/client-workspaces";
import { defineAwsSource } from "../define-aws-source.ts";
import { workspacesWorkspaces } from "./workspaces.ts";

/** Applications on each WorkSpace. */
export const workspacesWorkspaceAssociations = defineAwsSource({
  id: "workspaces.workspace-associations",
  client: WorkSpacesClient,
  command: DescribeWorkspaceAssociationsCommand,
  resource: "workspace/*",
  intervalMinutes: 360,
  events: ["AssociateWorkspaceApplication", "DisassociateWorkspaceApplication"],
  requests: [{ AssociatedResourceTypes: ["APPLICATION"] }],
  parent: { source: workspacesWorkspaces, id: ({ WorkspaceId }) => WorkspaceId, member: "WorkspaceId" },
  identity: ({ WorkspaceId, AssociatedResourceId }) => [WorkspaceId, AssociatedResourceId],
  edgesLead: "upstream",
  edges: ({ WorkspaceId, AssociatedResourceId }) => [
    { from: WorkspaceId, to: AssociatedResourceId, relation: "Installs" },
  ],
  ends: { from: ["WorkspaceId"], to: ["AssociatedResourceId"] },
});
