import { createInterface } from "node:readline/promises";
import { type Collection, partsOf, type Target } from "../../functions/model/collection.ts";
import { targetName } from "../../functions/model/target-record.ts";
import { logPages, type Store } from "../../functions/store/port.ts";
import { type ForgettingStore, forgetCollection } from "../../functions/sync/retire.ts";
import { counted } from "../counted.ts";
import type { Settings } from "../settings.ts";
import { LocalError, UsageError } from "../usage.ts";
import { knownTargets, matching, SERVICES } from "./change.ts";
import { openInventory } from "./inventory.ts";
import { namedTarget } from "./words.ts";

export interface ForgetOptions {
  /** Does not ask. */
  readonly yes?: boolean;
}

/** Deletes the history of retired targets of this machine's inventory for good, once a person has agreed to what that deletes. */
export async function forgetTargets(name: string, { yes = false }: ForgetOptions, settings: Settings): Promise<void> {
  const named = namedTarget(name);
  const inventory = await openInventory({}, settings);
  try {
    const { store, signal } = inventory.host;
    if (!canForget(store))
      throw new UsageError("forget deletes from the file of this machine, and the state is in a DynamoDB");
    const targets = matching(await knownTargets(inventory), named);
    for (const target of targets) await assertRetired(store, target);
    const collections = await collectionsOf(store, targets);
    const changes = await countChanges(store, collections);
    const what = `${counted(changes, "change")} of ${counted(collections.length, "collection")}, with all versions and syncs`;
    process.stdout.write(`${name}: ${what}, will be deleted for good. Exports and copies stay as they are.\n`);
    if (!yes && !(await agrees(name))) throw new UsageError("nothing was deleted");
    for (const collection of collections) {
      if (await forgetCollection({ store, signal }, collection)) continue;
      throw new LocalError(`${collection} is still being synced, or was brought back: retire it again, then forget it`);
    }
    process.stdout.write(`${name}: forgotten\n`);
  } finally {
    await inventory.close();
  }
}

function canForget(store: Store): store is ForgettingStore {
  return store.forget !== undefined;
}

/** Its own record may be absent: collections that were only ever synced by hand are retired with it all the same. */
async function assertRetired(store: Store, target: Target): Promise<void> {
  const record = await store.target(target);
  if (record?.status === "retired") return;
  const name = targetName(target);
  throw new UsageError(`${name} is inventoried: retire it first, with \`npx stocktake targets retire ${name}\``);
}

async function collectionsOf(store: Store, targets: readonly Target[]): Promise<Collection[]> {
  const names = new Set(targets.map(targetName));
  const records = await store.collectionRecords(SERVICES);
  return records.map(({ collection }) => collection).filter((each) => names.has(targetName(partsOf(each))));
}

const PAGE = 1_000;

async function countChanges(store: Store, collections: readonly Collection[]): Promise<number> {
  let count = 0;
  for (const collection of collections) {
    for await (const changes of logPages(store, collection, {}, PAGE)) count += changes.length;
  }
  return count;
}

async function agrees(name: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError("there is no terminal to ask on: pass --yes to delete it");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(`Type ${name} to delete it: `)).trim() === name;
  } finally {
    terminal.close();
  }
}
