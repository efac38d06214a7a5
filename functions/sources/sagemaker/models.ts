import { ListModelsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker models: what endpoints serve. */
export const sagemakerModels = defineAwsSource({
  id: "sagemaker.models",
  client: SageMakerClient,
  command: ListModelsCommand,
  tier: "lineage",
  intervalMinutes: 60,
  events: ["CreateModel", "DeleteModel"],
  identity: ({ CreationTime, ModelArn }) => [CreationTime, ModelArn],
  node: { names: ["ModelArn"], name: "ModelName", type: "model" },
});
