import { ListInferenceComponentsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker inference components: the models that share an endpoint. */
export const sagemakerInferenceComponents = defineAwsSource({
  id: "sagemaker.inference-components",
  client: SageMakerClient,
  command: ListInferenceComponentsCommand,
  intervalMinutes: 60,
  events: ["CreateInferenceComponent", "UpdateInferenceComponent", "DeleteInferenceComponent"],
  identity: ({ CreationTime, InferenceComponentArn }) => [CreationTime, InferenceComponentArn],
  edgesLead: "upstream",
  edges: ({ InferenceComponentArn, EndpointArn }) => [
    { from: InferenceComponentArn, to: EndpointArn, relation: "RunsOn" },
  ],
  node: {
    names: ["InferenceComponentArn"],
    name: "InferenceComponentName",
    type: "inference component",
    state: "InferenceComponentStatus",
  },
});
