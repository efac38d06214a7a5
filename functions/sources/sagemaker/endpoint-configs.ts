import { ListEndpointConfigsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker endpoint configurations. */
export const sagemakerEndpointConfigs = defineAwsSource({
  id: "sagemaker.endpoint-configs",
  client: SageMakerClient,
  command: ListEndpointConfigsCommand,
  intervalMinutes: 60,
  events: ["CreateEndpointConfig", "DeleteEndpointConfig"],
  identity: ({ CreationTime, EndpointConfigArn }) => [CreationTime, EndpointConfigArn],
  node: { names: ["EndpointConfigArn"], name: "EndpointConfigName", type: "endpoint configuration" },
});
