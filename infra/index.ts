/** The public constructs and types for other CDK apps. */

export { Inventory, type InventoryProps } from "./inventory.ts";
export { InventoryStack, type InventoryStackProps } from "./inventory-stack.ts";
export { createReaderStacks, type Reader, ReaderStack, type ReaderStackProps } from "./reader-stack.ts";
export type {
  GuardSettings,
  InventorySettings,
  InventoryTarget,
  JwtAuthorization,
  SourceSettings,
} from "./settings.ts";
export { ConfigurationError } from "./settings.ts";
export type { ResolvedSource, TargetAccess } from "./targets.ts";
