import { ListContextsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker lineage contexts: what groups other lineage. A context answers to the endpoint or model group that it stands for as well. */
export const sagemakerContexts = defineAwsSource({
  id: "sagemaker.contexts",
  client: SageMakerClient,
  command: ListContextsCommand,
  tier: "lineage",
  intervalMinutes: 360,
  listedByCreation: { incrementalMinutes: 5, overlapMs: 120_000 },
  events: ["CreateContext", "DeleteContext"],
  identity: ({ CreationTime, ContextArn }) => [CreationTime, ContextArn],
  edges: ({ ContextArn, Source }) => [{ from: ContextArn, to: Source?.SourceUri, relation: "HasSource" }],
  node: {
    names: ["ContextArn", "Source.SourceUri"],
    name: "ContextName",
    type: "context",
    typeMember: "ContextType",
  },
});
