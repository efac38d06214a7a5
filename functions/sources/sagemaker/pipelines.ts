import { ListPipelinesCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker pipelines. */
export const sagemakerPipelines = defineAwsSource({
  id: "sagemaker.pipelines",
  client: SageMakerClient,
  command: ListPipelinesCommand,
  tier: "lineage",
  intervalMinutes: 360,
  events: ["CreatePipeline", "UpdatePipeline", "DeletePipeline"],
  ignoredPaths: ["LastExecutionTime"],
  identity: ({ PipelineArn }) => [PipelineArn],
  node: { names: ["PipelineArn"], name: "PipelineName", type: "pipeline" },
});
