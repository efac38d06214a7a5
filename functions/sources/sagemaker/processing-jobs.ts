import { ListProcessingJobsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker processing jobs. A job's ARN may come again after the job was deleted, so its creation time identifies it, too. */
export const sagemakerProcessingJobs = defineAwsSource({
  id: "sagemaker.processing-jobs",
  client: SageMakerClient,
  command: ListProcessingJobsCommand,
  tier: "lineage",
  intervalMinutes: 360,
  listedByCreation: { incrementalMinutes: 5, overlapMs: 120_000 },
  events: ["CreateProcessingJob", "DeleteProcessingJob"],
  identity: ({ CreationTime, ProcessingJobArn }) => [CreationTime, ProcessingJobArn],
  node: {
    names: ["ProcessingJobArn"],
    name: "ProcessingJobName",
    type: "processing job",
    state: "ProcessingJobStatus",
  },
});
