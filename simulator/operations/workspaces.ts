import { WORKSPACES } from "../errors.ts";
import { MODELS } from "../model.ts";
import { list, operationsOf } from "./list-operation.ts";

const identityMember = "AssociatedResourceId";

export const WORKSPACES_OPERATIONS = operationsOf(
  { service: WORKSPACES, model: MODELS.workspaces, pageSize: 25 },
  {
    DescribeWorkspaceImages: list("images", {
      filters: {
        ImageType: ({ OwnerAccountId }, wanted, { accountId }) =>
          wanted === undefined || (wanted === "OWNED") === (OwnerAccountId === accountId),
      },
    }),
    DescribeImageAssociations: list("imageAssociations", { identityMember, parents: { ImageId: "images" } }),
    DescribeWorkspaceImagePermissions: list("imagePermissions", {
      identityMember: "SharedAccountId",
      parents: { ImageId: "images" },
    }),
    DescribeWorkspaceBundles: list("bundles", {
      filters: {
        // Amazon's bundles are listed when they are asked for, or by their ids; otherwise the account's own.
        BundleIds: ({ BundleId }, wanted) => !Array.isArray(wanted) || wanted.includes(BundleId),
        Owner: ({ Owner }, wanted, { accountId }) => Owner === (wanted ?? accountId),
      },
    }),
    DescribeBundleAssociations: list("bundleAssociations", { identityMember, parents: { BundleId: "bundles" } }),
    DescribeApplications: list("applications"),
    DescribeWorkspaces: list("workspaces"),
    DescribeWorkspaceAssociations: list("workspaceAssociations", {
      identityMember,
      parents: { WorkspaceId: "workspaces" },
    }),
  },
);
