import { CleanRoomsClient, type MembershipSummary, paginateListMemberships } from "@aws-sdk/client-cleanrooms";
import { defineSource, pagesOf } from "../../model/source.ts";

/**
 * Clean Rooms memberships, in every status: one that ended stays listed as REMOVED or COLLABORATION_DELETED, which is
 * a change of its content and not a disappearance.
 */
export const cleanroomsMemberships = defineSource<CleanRoomsClient, MembershipSummary>({
  id: "cleanrooms.memberships",
  version: 1,
  operation: "Clean Rooms ListMemberships",
  grants: [{ action: "cleanrooms:ListMemberships", resources: () => ["*"] }],
  regions: [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "us-east-1",
    "us-east-2",
    "us-west-2",
  ],
  intervalMinutes: 60,
  identity: ({ arn }) => [arn],
  ownArn: ({ arn }) => arn,
  edges: ({ arn, collaborationArn }) => [{ from: arn, to: collaborationArn, relation: "MemberOf" }],
  connect: (settings) => new CleanRoomsClient(settings),
  disconnect: (client) => client.destroy(),
  list: (client, _scope, signal) =>
    pagesOf(
      paginateListMemberships({ client, pageSize: 100 }, {}, { abortSignal: signal }),
      (answer) => answer.membershipSummaries,
      (answer) => answer.nextToken,
    ),
});
