import { ListExperimentsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker experiments. */
export const sagemakerExperiments = defineAwsSource({
  id: "sagemaker.experiments",
  client: SageMakerClient,
  command: ListExperimentsCommand,
  tier: "lineage",
  intervalMinutes: 360,
  identity: ({ CreationTime, ExperimentArn }) => [CreationTime, ExperimentArn],
  edges: ({ ExperimentArn, ExperimentSource }) => [
    { from: ExperimentArn, to: ExperimentSource?.SourceArn, relation: "HasSource" },
  ],
  node: { names: ["ExperimentArn"], name: "ExperimentName", type: "experiment" },
});
