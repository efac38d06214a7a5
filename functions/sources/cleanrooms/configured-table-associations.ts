import { CleanRoomsClient, ListConfiguredTableAssociationsCommand } from "@aws-sdk/client-cleanrooms";
import { defineAwsSource } from "../define-aws-source.ts";
import { cleanroomsMemberships } from "./memberships.ts";

/** The configured tables that each active Clean Rooms membership brings along. */
export const cleanroomsConfiguredTableAssociations = defineAwsSource({
  id: "cleanrooms.configured-table-associations",
  client: CleanRoomsClient,
  command: ListConfiguredTableAssociationsCommand,
  intervalMinutes: 360,
  events: ["CreateConfiguredTableAssociation", "DeleteConfiguredTableAssociation"],
  parent: {
    source: cleanroomsMemberships,
    id: ({ arn }) => arn,
    only: ({ status }) => status === "ACTIVE",
    member: "membershipIdentifier",
    value: (arn) => arn.slice(arn.lastIndexOf("/") + 1),
  },
  identity: ({ membershipArn, arn }) => [membershipArn, arn],
  edgesLead: "upstream",
  edges: ({ membershipArn, configuredTableId }) => [
    { from: membershipArn, to: configuredTableId, relation: "Associates" },
  ],
  node: { names: ["arn", "id"], name: "name", type: "configured table association" },
});
