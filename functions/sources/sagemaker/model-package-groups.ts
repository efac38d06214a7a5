import { ListModelPackageGroupsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker model package groups, own and shared: without the option only the own ones are listed. */
export const sagemakerModelPackageGroups = defineAwsSource({
  id: "sagemaker.model-package-groups",
  client: SageMakerClient,
  command: ListModelPackageGroupsCommand,
  tier: "lineage",
  intervalMinutes: 60,
  events: ["CreateModelPackageGroup", "DeleteModelPackageGroup"],
  requests: [{ CrossAccountFilterOption: "SameAccount" }, { CrossAccountFilterOption: "CrossAccount" }],
  identity: ({ ModelPackageGroupArn }) => [ModelPackageGroupArn],
  node: {
    names: ["ModelPackageGroupArn"],
    name: "ModelPackageGroupName",
    type: "model package group",
    state: "ModelPackageGroupStatus",
  },
});
