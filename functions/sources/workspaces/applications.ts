import { DescribeApplicationsCommand, WorkSpacesClient } from "@aws-sdk/client-workspaces";
import { defineAwsSource } from "../define-aws-source.ts";

/** WorkSpaces applications: what can be installed. */
export const workspacesApplications = defineAwsSource({
  id: "workspaces.applications",
  client: WorkSpacesClient,
  command: DescribeApplicationsCommand,
  tier: "lineage",
  intervalMinutes: 360,
  identity: ({ ApplicationId }) => [ApplicationId],
  node: { names: ["ApplicationId"], name: "Name", type: "application", state: "State" },
});
