import type { Target } from "../model/collection.ts";
import { formatError } from "../model/errors.ts";
import { instantOf } from "../model/instant.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import type { AccountRegion, Organization, OrganizationAccount } from "../model/organization.ts";
import { type DiscoveryRecord, type TargetRecord, targetName } from "../model/target-record.ts";
import type { Store } from "../store/port.ts";
import { exceedsThreshold } from "./guard.ts";
import { addTarget, putGone, type RegionalSource } from "./targets.ts";

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
  const listed = await attempt(() => organization.accounts(signal));
  if ("error" in listed) return { ...nothing, error: listed.error };
  const accounts = listed.answer.filter(({ state }) => state === "active");
  // No organization is without an account: whatever said so is not believed.
  if (accounts.length === 0) return { ...nothing, error: "the organization was listed without any active account" };
  const answers = await mapConcurrent(ACCOUNTS_AT_ONCE, accounts, async ({ id }) => ({
    id,
    ...(await attempt(() => organization.regions(id, signal))),
  }));
  signal.throwIfAborted();

  const regions = new Map(answers.flatMap((each) => ("answer" in each ? [[each.id, each.answer] as const] : [])));
  const failures = answers.flatMap((each) => ("error" in each ? [each.error] : []));
  const added = await addTargets(host, regions);
  const gone = stored.filter((target) => isOfOrganization(target) && isGone(host, target, listed.answer, regions));
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

/** Answers how many targets are inventoried from now on. */
async function addTargets(host: DiscoveryHost, regions: Regions): Promise<number> {
  const { store, sources, signal } = host;
  const found = [...regions].flatMap(([account, all]) =>
    all.filter(({ name, state }) => state === "enabled" && isChosen(host, name)).map(({ name }) => ({ account, name })),
  );
  const known = new Set((await store.targets()).filter(isSettled).map(targetName));
  const targets: Target[] = found
    .filter(({ name }) => sources.some((source) => source.regions.includes(name)))
    .map(({ account, name: region }) => ({ account, region }))
    .filter((target) => !known.has(targetName(target)));
  const outcomes = await mapConcurrent(TARGETS_AT_ONCE, targets, (target) => {
    signal.throwIfAborted();
    return addTarget(store, { ...target, origin: "organization" });
  });
  return outcomes.filter((outcome) => outcome === "added" || outcome === "brought back").length;
}

/** Nothing has to be said of a target that is active and not taken for gone. */
function isSettled({ status, goneSince }: TargetRecord): boolean {
  return status === "active" && goneSince === undefined;
}

function isChosen({ regions }: DiscoveryHost, region: string): boolean {
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
  const enabled = regions.get(account);
  if (found.state === "changing" || !enabled) return false;
  const state = enabled.find(({ name }) => name === region)?.state ?? "disabled";
  return state === "disabled";
}

async function attempt<T>(ask: () => Promise<T>): Promise<{ readonly answer: T } | { readonly error: string }> {
  try {
    return { answer: await ask() };
  } catch (error) {
    return { error: formatError(error) };
  }
}
