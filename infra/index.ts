/** The public constructs and types for other CDK apps. */

export { Inventory, type InventoryProps } from "./inventory.ts";
export type { InventoryReference } from "./inventory-reference.ts";
export { InventoryStack, type InventoryStackProps } from "./inventory-stack.ts";
export { createOutputs } from "./outputs.ts";
export { createReaderStack, ReaderStack, type ReaderStackProps } from "./reader-stack.ts";
export type {
  DailyExportSettings,
  GuardSettings,
  InventorySettings,
  InventoryTarget,
  JwtAuthorization,
  NotifyRule,
  OrganizationSettings,
  SourceSettings,
} from "./settings.ts";
export { ConfigurationError } from "./settings.ts";
export type { ResolvedService, ResolvedSource } from "./sources.ts";
