import { ListTrainingJobsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker training jobs. A job's ARN may come again after the job was deleted, so its creation time identifies it, too. */
export const sagemakerTrainingJobs = defineAwsSource({
  id: "sagemaker.training-jobs",
  client: SageMakerClient,
  command: ListTrainingJobsCommand,
  tier: "lineage",
  intervalMinutes: 360,
  listedByCreation: { incrementalMinutes: 5, overlapMs: 120_000 },
  events: ["CreateTrainingJob", "DeleteTrainingJob"],
  identity: ({ CreationTime, TrainingJobArn }) => [CreationTime, TrainingJobArn],
  node: { names: ["TrainingJobArn"], name: "TrainingJobName", type: "training job", state: "TrainingJobStatus" },
});
