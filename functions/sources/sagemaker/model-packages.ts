import { ListModelPackagesCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker model packages, in a group or by themselves: without a type only the latter are listed. */
export const sagemakerModelPackages = defineAwsSource({
  id: "sagemaker.model-packages",
  client: SageMakerClient,
  command: ListModelPackagesCommand,
  tier: "lineage",
  intervalMinutes: 60,
  events: ["CreateModelPackage", "UpdateModelPackage", "DeleteModelPackage"],
  requests: [{ ModelPackageType: "Both" }],
  identity: ({ ModelPackageArn }) => [ModelPackageArn],
  edges: ({ ModelPackageArn, ModelPackageGroupName }) => [
    { from: ModelPackageArn, to: groupArn(ModelPackageArn, ModelPackageGroupName), relation: "BelongsTo" },
  ],
  node: { names: ["ModelPackageArn"], type: "model package", state: "ModelApprovalStatus" },
});

/** The ARN of a package's group, which the service gives by name only: it is in the package's account and region. */
function groupArn(packageArn: string | undefined, group: string | undefined): string | undefined {
  const owner = packageArn && group ? /^(arn:[^:]*:sagemaker:[^:]*:[^:]*):/.exec(packageArn)?.[1] : undefined;
  return owner && `${owner}:model-package-group/${group}`;
}
