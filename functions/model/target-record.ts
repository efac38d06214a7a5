import type { Target } from "./collection.ts";
import type { Instant } from "./instant.ts";

/** Who said that a target is inventoried: the configuration, the organization that was discovered, or a person. */
export type TargetOrigin = "configuration" | "organization" | "person";

/** One account and region that is inventoried, or no longer. Replaced whole, by compare-and-set on `revision`. */
export interface TargetRecord extends Target {
  readonly revision: number;
  /** A retired target is no longer synced, and its items are removed; their history stays. */
  readonly status: "active" | "retired";
  readonly origin: TargetOrigin;
  /** The ids of its sources. Default: all whose service exists in the region. */
  readonly sources?: readonly string[];
  /** Since when it has this status. */
  readonly since: Instant;
}

/** How targets are written: `123456789012/eu-west-1`. */
export function targetName({ account, region }: Target): string {
  return `${account}/${region}`;
}

/** How the organization was last discovered. */
export interface DiscoveryRecord {
  readonly at: Instant;
  /** Accounts that are inventoried by the organization's word, and their targets. */
  readonly accounts: number;
  readonly targets: number;
  readonly added: number;
  readonly retired: number;
  /** Targets that the organization no longer has, too many to be retired without a person: some of their names, and how many they are. */
  readonly pending?: { readonly count: number; readonly names: readonly string[] };
  /** Accounts whose regions could not be listed, so that nothing was concluded about them: some of them, and how many they are. */
  readonly failed?: { readonly count: number; readonly accounts: readonly string[]; readonly message: string };
  /** Why the accounts could not be listed, so that nothing was concluded at all. */
  readonly error?: string;
}
