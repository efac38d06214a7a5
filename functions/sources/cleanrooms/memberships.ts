import { CleanRoomsClient, ListMembershipsCommand } from "@aws-sdk/client-cleanrooms";
import { defineAwsSource } from "../define-aws-source.ts";

/**
 * Clean Rooms memberships, in every status: one that ended stays listed as REMOVED or COLLABORATION_DELETED, which is
 * a change of its content and not a disappearance.
 */
export const cleanroomsMemberships = defineAwsSource({
  id: "cleanrooms.memberships",
  version: 2,
  client: CleanRoomsClient,
  command: ListMembershipsCommand,
  tier: "core",
  intervalMinutes: 60,
  events: ["CreateMembership", "UpdateMembership", "DeleteMembership", "DeleteCollaboration"],
  identity: ({ arn }) => [arn],
  ownArn: ({ arn }) => arn,
  edgesLead: "upstream",
  edges: ({ arn, collaborationArn }) => [{ from: arn, to: collaborationArn, relation: "MemberOf" }],
  node: { names: ["arn", "id"], name: "collaborationName", type: "membership", state: "status" },
});
