import { ListAssociationsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker lineage: which artifact, action, context or trial component contributed to which. */
export const sagemakerAssociations = defineAwsSource({
  id: "sagemaker.associations",
  client: SageMakerClient,
  command: ListAssociationsCommand,
  tier: "core",
  intervalMinutes: 360,
  listedByCreation: { incrementalMinutes: 5, overlapMs: 120_000 },
  events: ["AddAssociation", "DeleteAssociation"],
  // From the beginning of time: the service is reported to refuse a call without any filter.
  requests: [{ CreatedAfter: new Date(0) }],
  identity: ({ CreationTime, SourceArn, DestinationArn }) => [CreationTime, SourceArn, DestinationArn],
  edges: ({ SourceArn, DestinationArn, AssociationType }) => [
    { from: SourceArn, to: DestinationArn, relation: AssociationType },
  ],
  ends: { from: ["SourceName", "SourceArn"], to: ["DestinationName", "DestinationArn"] },
});
