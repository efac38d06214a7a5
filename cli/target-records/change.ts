import { partsOf, serviceOf, type Target } from "../../functions/model/collection.ts";
import { mapConcurrent } from "../../functions/model/map-concurrent.ts";
import { targetName } from "../../functions/model/target-record.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { addTarget, retireTarget } from "../../functions/sync/targets.ts";
import { counted } from "../counted.ts";
import type { Settings } from "../settings.ts";
import { chosenSources } from "../targets.ts";
import { UsageError } from "../usage.ts";
import { agree, type InventoryOptions, openToChange, type TargetInventory } from "./inventory.ts";
import { namedTarget, wholeTarget } from "./words.ts";

export interface AddOptions extends InventoryOptions {
  readonly source?: readonly string[];
}

/** Has targets inventoried, or brings them back, with these sources or all. */
export async function addTargets(
  names: readonly string[],
  { source = [], ...options }: AddOptions,
  settings: Settings,
): Promise<void> {
  const targets = names.map(wholeTarget);
  const sources = source.length > 0 ? chosenSources(SOURCES, source).map(({ id }) => id) : undefined;
  const inventory = await openToChange(options, settings, { make: true });
  try {
    for (const target of targets) {
      const entry = { ...target, origin: "person" as const, ...(sources && { sources }) };
      const outcome = await addTarget(inventory.host.store, entry);
      process.stdout.write(`${targetName(target)}: ${outcome}\n`);
    }
    await agree(inventory);
  } finally {
    await inventory.close();
  }
}

export interface RetireOptions extends InventoryOptions {
  /** Those that the organization does not have any more. */
  readonly gone?: boolean;
  readonly approveRemovals?: boolean;
}

/** Retires targets: their items are removed, and their history stays. */
export async function retireTargets(
  names: readonly string[],
  { gone = false, approveRemovals = false, ...options }: RetireOptions,
  settings: Settings,
): Promise<void> {
  const named = names.map(namedTarget);
  if (gone === named.length > 0) throw new UsageError("name the targets to retire, or pass --gone, not both");
  const inventory = await openToChange(options, settings);
  try {
    const known = await knownTargets(inventory);
    const targets = gone ? known.filter(({ isGone }) => isGone) : named.flatMap((each) => matching(known, each));
    await retireAll(inventory, targets, approveRemovals);
  } finally {
    await inventory.close();
  }
}

export interface KnownTarget extends Target {
  readonly isGone: boolean;
}

/** Those that have a record, and those that were only ever synced by hand. */
export async function knownTargets({ host: { store } }: TargetInventory): Promise<KnownTarget[]> {
  const known = new Map<string, KnownTarget>();
  for (const { account, region, goneSince, status } of await store.targets()) {
    const isGone = status === "active" && goneSince !== undefined;
    known.set(targetName({ account, region }), { account, region, isGone });
  }
  for (const { collection } of await store.collectionRecords(SERVICES)) {
    const { account, region } = partsOf(collection);
    const name = targetName({ account, region });
    if (!known.has(name)) known.set(name, { account, region, isGone: false });
  }
  return [...known.values()];
}

export const SERVICES = [...new Set(SOURCES.map(({ id }) => serviceOf(id)))];

export function matching(
  known: readonly KnownTarget[],
  { account, region }: ReturnType<typeof namedTarget>,
): KnownTarget[] {
  const found = known.filter((each) => each.account === account && (region === undefined || each.region === region));
  if (found.length > 0) return found;
  const name = region === undefined ? account : `${account}/${region}`;
  throw new UsageError(`${name} is no target: \`stocktake targets list\` shows them`);
}

/** Retires targets under the removal guard, makes the collections agree, and says so. */
export async function retireAll(
  inventory: TargetInventory,
  targets: readonly Target[],
  approved: boolean,
): Promise<void> {
  const { host } = inventory;
  const { guard, store } = host;
  const items = await itemsOf(inventory, targets);
  if (items > guard.items && !approved) {
    const which = targets.length === 1 && targets[0] ? targetName(targets[0]) : counted(targets.length, "target");
    throw new UsageError(
      `retiring ${which} removes ${counted(items, "item")}: pass --approve-removals to do it; their history stays`,
    );
  }
  for (const target of targets) {
    const isChanged = await retireTarget(store, target, "person");
    process.stdout.write(`${targetName(target)}: ${isChanged ? "retired" : "retired before"}\n`);
  }
  await agree(inventory);
}

const COLLECTIONS_AT_ONCE = 8;

/** How many items are present in those targets. */
async function itemsOf({ host: { store } }: TargetInventory, targets: readonly Target[]): Promise<number> {
  const names = new Set(targets.map(targetName));
  const records = await store.collectionRecords(SERVICES);
  const own = records.filter(({ collection }) => names.has(targetName(partsOf(collection))));
  const counts = await mapConcurrent(COLLECTIONS_AT_ONCE, own, async ({ collection }) =>
    (await store.scopeStates(collection)).reduce((sum, { count }) => sum + count, 0),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
