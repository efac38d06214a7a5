import { ListLineageGroupsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker lineage groups: lineage that is shared between accounts. */
export const sagemakerLineageGroups = defineAwsSource({
  id: "sagemaker.lineage-groups",
  client: SageMakerClient,
  command: ListLineageGroupsCommand,
  intervalMinutes: 1440,
  identity: ({ LineageGroupArn }) => [LineageGroupArn],
  node: { names: ["LineageGroupArn"], name: "LineageGroupName", type: "lineage group" },
});
