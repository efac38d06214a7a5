import { describeImageAssociations } from "./describe-image-associations.ts";
import { describeWorkspaceImages } from "./describe-workspace-images.ts";
import { listAccountAssociations } from "./list-account-associations.ts";
import { listAssociations } from "./list-associations.ts";
import { listMemberships } from "./list-memberships.ts";
import type { Operation } from "./operation.ts";

/** Every operation that the simulator answers. */
export const OPERATIONS: readonly Operation[] = [
  listAssociations,
  listMemberships,
  listAccountAssociations,
  describeWorkspaceImages,
  describeImageAssociations,
];
