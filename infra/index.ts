/** What other CDK apps can use. */

export type { CoveredSource, TargetAccess } from "./coverage.ts";
export { Inventory, type InventoryProps } from "./inventory.ts";
export { InventoryStack, type InventoryStackProps } from "./inventory-stack.ts";
export { newReaderStacks, type Reader, ReaderStack, type ReaderStackProps } from "./reader-stack.ts";
export type {
  GuardSettings,
  InventorySettings,
  InventoryTarget,
  JwtAuthorization,
  SourceSettings,
} from "./settings.ts";
export { ConfigurationError } from "./settings.ts";
