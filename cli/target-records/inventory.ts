import { enabledSources } from "../../functions/lambda/service.ts";
import type { Source } from "../../functions/model/source.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { SyncHost } from "../../functions/sync/job.ts";
import { reconcileTargets } from "../../functions/sync/targets.ts";
import { assertMachineClock } from "../clock.ts";
import { counted } from "../counted.ts";
import { openDeployment } from "../deployment.ts";
import { hostOf } from "../run.ts";
import type { Settings } from "../settings.ts";
import { stopSignal } from "../stop.ts";
import { hasContent, inventoryFile, openStore } from "../store.ts";
import { UsageError } from "../usage.ts";

/** Which inventory: a deployed stack's, or without one that of this machine. */
export interface InventoryOptions {
  readonly stack?: string;
  readonly region?: string;
  readonly profile?: string;
}

/** An inventory whose targets are read or changed. */
export interface TargetInventory {
  readonly host: SyncHost;
  /** Its sources, each with all its regions. */
  readonly sources: readonly Source[];
  /** The stack's own account and region; absent on this machine. */
  readonly home?: { readonly account: string; readonly region: string };
  close(): Promise<void>;
}

/** Whether there is an inventory: this machine may have none. */
export function hasInventory({ stack }: InventoryOptions, settings: Settings): boolean {
  return stack !== undefined || settings.databaseEndpoint !== undefined || hasContent(inventoryFile(settings, "real"));
}

/** Opens the inventory of a stack, or of this machine. Throws a UsageError where there is none: an empty one would hide the demo's. */
export async function openInventory(options: InventoryOptions, settings: Settings): Promise<TargetInventory> {
  if (hasInventory(options, settings)) return openOrMake(options, settings);
  throw new UsageError(
    `there is no target: ${settings.dataFolder} has no inventory of a real account. Set STOCKTAKE_DATA to another folder, or add a ` +
      "target with `npx stocktake targets add`",
  );
}

async function openOrMake(options: InventoryOptions, settings: Settings): Promise<TargetInventory> {
  const { stack, ...rest } = options;
  const signal = stopSignal();
  if (stack === undefined) {
    const local = await openStore(settings, { inventory: "real", region: options.region });
    return { host: hostOf(local, signal), sources: SOURCES, close: () => local.close() };
  }
  const deployment = await openDeployment({ stack, ...rest });
  const { environment, account, region } = deployment;
  return {
    host: { ...hostOf(deployment.inventory, signal), guard: environment.guard },
    sources: enabledSources(SOURCES, environment.sources),
    home: { account, region },
    close: () => deployment.close(),
  };
}

/** Opens an inventory that is to be changed; `make` has this machine's made where there is none. Throws SyncError `clock` when this machine's clock gives the instants, and is wrong. */
export async function openToChange(
  options: InventoryOptions,
  settings: Settings,
  { make = false } = {},
): Promise<TargetInventory> {
  const inventory = await (make ? openOrMake : openInventory)(options, settings);
  try {
    if (!inventory.home) await assertMachineClock(inventory.host.store);
    return inventory;
  } catch (error) {
    await inventory.close();
    throw error;
  }
}

/** Makes the collections agree with the targets, and says what that came to. */
export async function agree({ host, sources }: TargetInventory): Promise<void> {
  const { entered, broughtBack, retired, removed, waiting } = await reconcileTargets(host, sources);
  const lines = [
    entered + broughtBack > 0 && `${counted(entered + broughtBack, "collection")} due from now on`,
    retired > 0 && `${counted(retired, "collection")} retired`,
    removed > 0 && `${counted(removed, "item")} removed; their history stays`,
    waiting > 0 && `${counted(waiting, "scope")} still being synced: retire again in a minute`,
  ];
  for (const line of lines) if (line) process.stdout.write(`${line}\n`);
}
