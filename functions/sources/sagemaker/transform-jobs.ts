import { ListTransformJobsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker transform jobs. A job's ARN may come again after the job was deleted, so its creation time identifies it, too. */
export const sagemakerTransformJobs = defineAwsSource({
  id: "sagemaker.transform-jobs",
  client: SageMakerClient,
  command: ListTransformJobsCommand,
  tier: "lineage",
  intervalMinutes: 360,
  listedByCreation: { incrementalMinutes: 5, overlapMs: 120_000 },
  events: ["CreateTransformJob"],
  identity: ({ CreationTime, TransformJobArn }) => [CreationTime, TransformJobArn],
  node: { names: ["TransformJobArn"], name: "TransformJobName", type: "transform job", state: "TransformJobStatus" },
});
