import { ListArtifactsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker lineage artifacts: data sets, models and images. An artifact answers to its URI as well. */
export const sagemakerArtifacts = defineAwsSource({
  id: "sagemaker.artifacts",
  client: SageMakerClient,
  command: ListArtifactsCommand,
  tier: "lineage",
  intervalMinutes: 360,
  listedByCreation: { incrementalMinutes: 5, overlapMs: 120_000 },
  events: ["CreateArtifact", "DeleteArtifact"],
  identity: ({ CreationTime, ArtifactArn }) => [CreationTime, ArtifactArn],
  edges: ({ ArtifactArn, Source }) => [{ from: ArtifactArn, to: Source?.SourceUri, relation: "HasSource" }],
  node: {
    names: ["ArtifactArn"],
    locations: ["Source.SourceUri"],
    name: "ArtifactName",
    type: "artifact",
    typeMember: "ArtifactType",
  },
});
