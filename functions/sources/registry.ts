import type { Source } from "../model/source.ts";
import { cleanroomsMemberships } from "./cleanrooms/memberships.ts";
import { iotAccountAssociations } from "./iot/account-associations.ts";
import { sagemakerAssociations } from "./sagemaker/associations.ts";
import { workspacesImageAssociations } from "./workspaces/image-associations.ts";
import { workspacesImages } from "./workspaces/images.ts";

/** Every source there is. Commands, Lambdas and infrastructure all go by this list. */
export const SOURCES: readonly Source[] = [
  sagemakerAssociations,
  cleanroomsMemberships,
  iotAccountAssociations,
  workspacesImages,
  workspacesImageAssociations,
];
