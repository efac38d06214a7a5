import { ListTrialComponentsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker trial components: what lineage knows a job as. */
export const sagemakerTrialComponents = defineAwsSource({
  id: "sagemaker.trial-components",
  client: SageMakerClient,
  command: ListTrialComponentsCommand,
  tier: "lineage",
  intervalMinutes: 360,
  listedByCreation: { incrementalMinutes: 5, overlapMs: 120_000 },
  events: ["CreateTrialComponent", "DeleteTrialComponent"],
  identity: ({ CreationTime, TrialComponentArn }) => [CreationTime, TrialComponentArn],
  edges: ({ TrialComponentArn, TrialComponentSource }) => [
    { from: TrialComponentArn, to: TrialComponentSource?.SourceArn, relation: "HasSource" },
  ],
  node: {
    names: ["TrialComponentArn", "TrialComponentSource.SourceArn"],
    name: "DisplayName",
    type: "trial component",
    typeMember: "TrialComponentSource.SourceType",
    state: "Status.PrimaryStatus",
  },
});
