import { ListTrialsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker trials: runs of an experiment. */
export const sagemakerTrials = defineAwsSource({
  id: "sagemaker.trials",
  client: SageMakerClient,
  command: ListTrialsCommand,
  tier: "lineage",
  intervalMinutes: 360,
  identity: ({ CreationTime, TrialArn }) => [CreationTime, TrialArn],
  edges: ({ TrialArn, TrialSource }) => [{ from: TrialArn, to: TrialSource?.SourceArn, relation: "HasSource" }],
  node: { names: ["TrialArn"], name: "TrialName", type: "trial" },
});
