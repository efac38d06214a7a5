import {
  DescribeWorkspaceImagesCommand,
  type DescribeWorkspaceImagesCommandInput,
  type DescribeWorkspaceImagesCommandOutput,
  WorkSpacesClient,
  type WorkSpacesPaginationConfiguration,
} from "@aws-sdk/client-workspaces";
import { createPaginator } from "@smithy/core";

/** What the SDK's WorkSpaces package lacks: a paginator for DescribeWorkspaceImages, and where the service exists. */
export const paginateDescribeWorkspaceImages = createPaginator<
  WorkSpacesPaginationConfiguration,
  DescribeWorkspaceImagesCommandInput,
  DescribeWorkspaceImagesCommandOutput
>(WorkSpacesClient, DescribeWorkspaceImagesCommand, "NextToken", "NextToken", "MaxResults");

export const WORKSPACES_REGIONS: readonly string[] = [
  "af-south-1",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-southeast-5",
  "ca-central-1",
  "eu-central-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "il-central-1",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-2",
];
