import { CleanRoomsClient, ListCollaborationsCommand } from "@aws-sdk/client-cleanrooms";
import { defineAwsSource } from "../define-aws-source.ts";

/** Clean Rooms collaborations: those that the account is a member of or invited to. */
export const cleanroomsCollaborations = defineAwsSource({
  id: "cleanrooms.collaborations",
  client: CleanRoomsClient,
  command: ListCollaborationsCommand,
  tier: "lineage",
  intervalMinutes: 60,
  events: ["CreateCollaboration", "UpdateCollaboration", "DeleteCollaboration"],
  identity: ({ arn }) => [arn],
  edges: ({ arn, membershipArn }) => [{ from: arn, to: membershipArn, relation: "HasMembership" }],
  node: { names: ["arn", "id"], name: "name", type: "collaboration", state: "memberStatus" },
});
