import { DescribeBundleAssociationsCommand, WorkSpacesClient } from "@aws-sdk/client-workspaces";
import { defineAwsSource } from "../define-aws-source.ts";
import { workspacesBundles } from "./bundles.ts";

/** Applications on the own WorkSpaces bundles. */
export const workspacesBundleAssociations = defineAwsSource({
  id: "workspaces.bundle-associations",
  client: WorkSpacesClient,
  command: DescribeBundleAssociationsCommand,
  resource: "workspacebundle/*",
  intervalMinutes: 360,
  requests: [{ AssociatedResourceTypes: ["APPLICATION"] }],
  parent: {
    source: workspacesBundles,
    id: ({ BundleId }) => BundleId,
    only: ({ Owner }, { account }) => Owner === account,
    member: "BundleId",
  },
  identity: ({ BundleId, AssociatedResourceId }) => [BundleId, AssociatedResourceId],
  edgesLead: "upstream",
  edges: ({ BundleId, AssociatedResourceId }) => [{ from: BundleId, to: AssociatedResourceId, relation: "Installs" }],
  ends: { from: ["BundleId"], to: ["AssociatedResourceId"] },
});
