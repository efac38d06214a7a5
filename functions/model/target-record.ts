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
  /** Since when the organization does not have it any more, while it waits for a person to retire it. */
  readonly goneSince?: Instant;
}

/** How targets are written: `123456789012/eu-west-1`. */
export function targetName({ account, region }: Target): string {
  return `${account}/${region}`;
}

/** How the organization was last discovered. */
export interface DiscoveryRecord {
  readonly at: Instant;
  /** Accounts of the organization that are to be inventoried, and targets that are by its word. */
  readonly accounts: number;
  readonly targets: number;
  readonly added: number;
  readonly retired: number;
  /** Targets that the organization does not have any more, too many at once to be retired without a person. */
  readonly pending: number;
  /** Accounts whose regions could not be listed, so that nothing was concluded about them, and why the first could not. */
  readonly unanswered: number;
  readonly error?: string;
}
