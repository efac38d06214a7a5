import { type AssociationSummary, paginateListAssociations, SageMakerClient } from "@aws-sdk/client-sagemaker";
import type { KeyRange } from "../../model/collection.ts";
import { defineSource, pagesOf } from "../../model/source.ts";

/** SageMaker lineage: which artifact, action, context or trial component contributed to which. */
export const sagemakerAssociations = defineSource<SageMakerClient, AssociationSummary>({
  id: "sagemaker.associations",
  version: 1,
  operation: "SageMaker ListAssociations",
  grants: [{ action: "sagemaker:ListAssociations", resources: () => ["*"] }],
  regions: [
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
  ],
  intervalMinutes: 360,
  listedByCreation: { incrementalMinutes: 5, overlapMs: 120_000 },
  identity: ({ CreationTime, SourceArn, DestinationArn }) => [CreationTime, SourceArn, DestinationArn],
  edges: ({ SourceArn, DestinationArn, AssociationType }) => [
    { from: SourceArn, to: DestinationArn, relation: AssociationType },
  ],
  connect: (settings) => new SageMakerClient(settings),
  disconnect: (client) => client.destroy(),
  // Ascending, so that what is created during the listing lands at its end; the service's default is descending.
  list: (client, { range }, signal) =>
    pagesOf(
      paginateListAssociations(
        { client, pageSize: 100 },
        { SortBy: "CreationTime", SortOrder: "Ascending", ...creationTimes(range) },
        { abortSignal: signal },
      ),
      (answer) => answer.AssociationSummaries,
      (answer) => answer.NextToken,
    ),
});

/**
 * The creation times, both inclusive, that hold all of a range of keys. The SDK rounds the service's instants to milliseconds, so an item
 * listed at the range's beginning may have been created just before it. A range without a beginning starts at the beginning of time: the
 * service is reported to refuse a call without any filter.
 */
function creationTimes({ from, until }: KeyRange): { CreatedAfter: Date; CreatedBefore?: Date } {
  return {
    CreatedAfter: new Date(from === undefined ? 0 : Date.parse(from) - 1),
    ...(until !== undefined && { CreatedBefore: new Date(until) }),
  };
}
