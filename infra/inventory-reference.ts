import { Token } from "aws-cdk-lib";
import { ConfigurationError } from "./settings.ts";
import type { ResolvedSource } from "./sources.ts";

/** What a reader stack must know of its inventory. */
export interface InventoryReference {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly sources: readonly ResolvedSource[];
  /** The name of the role that the stack makes. */
  readonly readerRole: string;
  /** The names of the inventory's roles that may assume it. */
  readonly trustedRoles: readonly string[];
  readonly externalId?: string;
  readonly organizationId?: string;
  /** Whether the account's regions are discovered. */
  readonly discovers: boolean;
  /** Whether hints are sent to the inventory's bus. */
  readonly hints: boolean;
  /** The name of the managed policy that bounds the roles. */
  readonly permissionsBoundary?: string;
}

/** The same, unless the inventory's account or region is known only when it is deployed: that is a ConfigurationError. */
export function known(reference: InventoryReference): InventoryReference {
  for (const [what, value] of Object.entries({ account: reference.account, region: reference.region })) {
    if (!Token.isUnresolved(value)) continue;
    throw new ConfigurationError(
      `readers trust roles of the inventory's ${what}, which is not known yet: set "${what}", or sign in to it`,
    );
  }
  return reference;
}
