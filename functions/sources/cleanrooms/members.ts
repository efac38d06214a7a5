import { CleanRoomsClient, ListMembersCommand } from "@aws-sdk/client-cleanrooms";
import { defineAwsSource } from "../define-aws-source.ts";
import { cleanroomsCollaborations } from "./collaborations.ts";

/** The members of each Clean Rooms collaboration. The service does not say whose they are: `collaborationArn` is added. */
export const cleanroomsMembers = defineAwsSource({
  id: "cleanrooms.members",
  client: CleanRoomsClient,
  command: ListMembersCommand,
  intervalMinutes: 360,
  parent: {
    source: cleanroomsCollaborations,
    id: ({ arn }) => arn,
    member: "collaborationIdentifier",
    value: (arn) => arn.slice(arn.lastIndexOf("/") + 1),
    adds: "collaborationArn",
  },
  identity: ({ collaborationArn, accountId }) => [collaborationArn, accountId],
  edgesLead: "upstream",
  edges: ({ accountId, collaborationArn }) => [{ from: accountId, to: collaborationArn, relation: "MemberOf" }],
  node: { names: ["accountId"], name: "displayName", type: "account", state: "status" },
});
