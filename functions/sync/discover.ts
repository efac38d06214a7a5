import type { Target } from "../model/collection.ts";
import { formatError } from "../model/errors.ts";
import { instantOf } from "../model/instant.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import { type DiscoveryRecord, type TargetRecord, targetName } from "../model/target-record.ts";
import type { Store } from "../store/port.ts";
import { exceedsThreshold } from "./removals.ts";
import { addTarget, putGone, type RegionalSource } from "./targets.ts";

/** An account of the organization. `changing`: neither in use nor gone. */
export interface OrganizationAccount {
  readonly id: string;
  readonly state: "active" | "changing" | "closed";
}

/** A region in an account. `changing`: being enabled or disabled. */
export interface AccountRegion {
  readonly name: string;
  readonly state: "enabled" | "changing" | "disabled";
}

/** What is asked of an organization. Each answer is whole: what cannot be listed to its end is thrown. */
export interface Organization {
  /** The accounts that are to be inventoried. */
  accounts(signal: AbortSignal): Promise<readonly OrganizationAccount[]>;
  regions(account: string, signal: AbortSignal): Promise<readonly AccountRegion[]>;
}

export interface DiscoveryHost {
  readonly store: Store;
  readonly organization: Organization;
  /** The sources that are enabled: a region without any is no target. */
  readonly sources: readonly RegionalSource[];
  /** Default: every region that an account has enabled. */
  readonly regions?: readonly string[];
  readonly signal: AbortSignal;
}

const ACCOUNTS_AT_ONCE = 8;
const TARGETS_AT_ONCE = 8;
/** More targets than that, and more than that share of the organization's, are not retired without a person. */
const GONE_THRESHOLDS = { items: 10, share: 0.2 };

/**
 * Makes the targets agree with the organization: its accounts, in the regions that each has enabled. Only a whole listing that lacks an
 * account or a region retires a target, and only one that the organization brought; of an account that could not be asked nothing is
 * concluded. Answers what it found, which is kept in the store.
 */
export async function discover(host: DiscoveryHost): Promise<DiscoveryRecord> {
  const record = await discovered(host);
  await host.store.putDiscovery(record);
  return record;
}

async function discovered(host: DiscoveryHost): Promise<DiscoveryRecord> {
  const { store, organization, signal } = host;
  const stored = await store.targets();
  const at = instantOf(store.now());
  const nothing = { at, accounts: 0, targets: countOf(stored), added: 0, retired: 0, pending: 0, unanswered: 0 };
  let listed: readonly OrganizationAccount[];
  try {
    listed = await organization.accounts(signal);
  } catch (error) {
    return { ...nothing, error: formatError(error) };
  }
  const accounts = listed.filter(({ state }) => state === "active");
  // No organization is without an account: whatever said so is not believed.
  if (accounts.length === 0) return { ...nothing, error: "the organization was listed without any active account" };
  const regions = new Map<string, readonly AccountRegion[]>();
  const failures: string[] = [];
  await mapConcurrent(ACCOUNTS_AT_ONCE, accounts, async ({ id }) => {
    try {
      regions.set(id, await organization.regions(id, signal));
    } catch (error) {
      failures.push(formatError(error));
    }
  });
  signal.throwIfAborted();

  const added = await addTargets(host, stored, regions);
  const gone = stored.filter((target) => isOfOrganization(target) && isGone(host, target, listed, regions));
  const isTooMany = exceedsThreshold(gone.length, countOf(stored), GONE_THRESHOLDS);
  const written = await mapConcurrent(TARGETS_AT_ONCE, gone, (target) =>
    putGone(store, target, { retire: !isTooMany }),
  );
  return {
    ...{ at, accounts: accounts.length, targets: countOf(await store.targets()), added },
    retired: isTooMany ? 0 : written.filter(Boolean).length,
    pending: isTooMany ? gone.length : 0,
    unanswered: failures.length,
    ...(failures[0] !== undefined && { error: failures[0] }),
  };
}

function isOfOrganization({ status, origin }: TargetRecord): boolean {
  return status === "active" && origin === "organization";
}

function countOf(targets: readonly TargetRecord[]): number {
  return targets.filter(isOfOrganization).length;
}

type Regions = ReadonlyMap<string, readonly AccountRegion[]>;

/** Enters targets of which more is known than that they are inventoried already. Answers how many are from now on. */
async function addTargets(
  { store, sources, signal, ...host }: DiscoveryHost,
  stored: readonly TargetRecord[],
  regions: Regions,
): Promise<number> {
  const settled = stored.filter(({ status, goneSince }) => status === "active" && goneSince === undefined);
  const known = new Set(settled.map(targetName));
  const isWanted = ({ name, state }: AccountRegion) =>
    state === "enabled" && isChosen(host, name) && sources.some((source) => source.regions.includes(name));
  const found = [...regions].flatMap(([account, all]) =>
    all.filter(isWanted).map(({ name }): Target => ({ account, region: name })),
  );
  const targets = found.filter((target) => !known.has(targetName(target)));
  const outcomes = await mapConcurrent(TARGETS_AT_ONCE, targets, (target) => {
    signal.throwIfAborted();
    return addTarget(store, { ...target, origin: "organization" });
  });
  return outcomes.filter((outcome) => outcome === "added" || outcome === "brought back").length;
}

function isChosen({ regions }: Pick<DiscoveryHost, "regions">, region: string): boolean {
  return regions === undefined || regions.includes(region);
}

/** Whether whole listings say that a target is not there any more, or it is no longer chosen. */
function isGone(
  host: DiscoveryHost,
  { account, region }: TargetRecord,
  accounts: readonly OrganizationAccount[],
  regions: Regions,
): boolean {
  const found = accounts.find(({ id }) => id === account);
  if (!found || found.state === "closed" || !isChosen(host, region)) return true;
  const known = regions.get(account);
  return known !== undefined && (known.find(({ name }) => name === region)?.state ?? "disabled") === "disabled";
}
