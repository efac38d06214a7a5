import type { ParsedSettings } from "./settings-schema.ts";

type DeepReadonly<T> = unknown extends T ? T : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

/** The settings of an inventory. Every one has a default. */
export type InventorySettings = DeepReadonly<ParsedSettings>;
/** An account that is inventoried in some regions. */
export type InventoryTarget = NonNullable<InventorySettings["targets"]>[number];
/** How one source is inventoried. */
export type SourceSettings = NonNullable<InventorySettings["sources"]>[string];
/** An organization whose accounts are inventoried. */
export type OrganizationSettings = NonNullable<InventorySettings["organization"]>;
/** Removals are kept pending when there are more than `items` of them and more than `share` of the scope. */
export type GuardSettings = NonNullable<InventorySettings["guard"]>;
/** Whom to notify of which events. */
export type NotifyRule = NonNullable<InventorySettings["notify"]>[number];
/** How the inventory is exported once a day. */
export type DailyExportSettings = NonNullable<InventorySettings["dailyExport"]>;
/** Accepts tokens of an issuer for one of some audiences. */
export type JwtAuthorization = NonNullable<NonNullable<InventorySettings["api"]>["jwt"]>;
export type Cors = NonNullable<NonNullable<InventorySettings["api"]>["cors"]>;

/** The configuration is invalid: one line that names the value and the remedy. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}
