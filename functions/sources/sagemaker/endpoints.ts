import { ListEndpointsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker endpoints. */
export const sagemakerEndpoints = defineAwsSource({
  id: "sagemaker.endpoints",
  client: SageMakerClient,
  command: ListEndpointsCommand,
  tier: "lineage",
  intervalMinutes: 60,
  events: ["CreateEndpoint", "UpdateEndpoint", "DeleteEndpoint"],
  identity: ({ CreationTime, EndpointArn }) => [CreationTime, EndpointArn],
  node: { names: ["EndpointArn"], name: "EndpointName", type: "endpoint", state: "EndpointStatus" },
});
