import { CLEAN_ROOMS_OPERATIONS } from "./cleanrooms.ts";
import { IOT_MANAGED_INTEGRATIONS_OPERATIONS } from "./iot-managed-integrations.ts";
import { SAGEMAKER_OPERATIONS } from "./sagemaker.ts";
import { WORKSPACES_OPERATIONS } from "./workspaces.ts";

/** Every operation that the simulator answers. */
export const OPERATIONS = {
  ...SAGEMAKER_OPERATIONS,
  ...CLEAN_ROOMS_OPERATIONS,
  ...IOT_MANAGED_INTEGRATIONS_OPERATIONS,
  ...WORKSPACES_OPERATIONS,
};

export type OperationName = keyof typeof OPERATIONS;
