import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { makeFolder } from "./data-folder.ts";
import type { LocalStore } from "./local-store.ts";
import { note } from "./output.ts";
import type { Settings } from "./settings.ts";
import { LocalError } from "./usage.ts";

/** The demo's inventory and that of real accounts are never the same: what is simulated must not be taken for real. */
export type Inventory = "real" | "demo";

export interface OpenOptions {
  readonly inventory: Inventory;
  /** Nothing is written, and nothing made. */
  readonly readOnly?: boolean;
  /** The region that the command resolved; a DynamoDB that is not on AWS takes any. */
  readonly region?: string;
}

const FILES: Readonly<Record<Inventory, string>> = { real: "inventory.db", demo: "demo.db" };
/** What an earlier version kept its state in. */
const EARLIER_FOLDER = "database";

/**
 * Opens the store: a SQLite file in the data folder, or the DynamoDB that AWS_ENDPOINT_URL_DYNAMODB names. What is missing is made, except
 * tables on AWS itself, which deploying makes.
 */
export async function openStore(settings: Settings, options: OpenOptions): Promise<LocalStore> {
  const { databaseEndpoint: endpoint, retentionDays } = settings;
  const { inventory, region } = options;
  if (endpoint !== undefined) {
    const { openDynamoStore } = await import("./dynamo-store.ts");
    const tablePrefix = `${settings.tablePrefix}${inventory === "demo" ? "demo-" : ""}`;
    return openDynamoStore({ endpoint, tablePrefix, retentionDays, region, readOnly: options.readOnly ?? false });
  }
  return openSqliteStore(settings, options);
}

/** The file that an inventory is kept in. */
export function inventoryFile({ dataFolder }: Pick<Settings, "dataFolder">, inventory: Inventory): string {
  return path.join(dataFolder, FILES[inventory]);
}

async function openSqliteStore(
  { dataFolder, retentionDays }: Settings,
  { inventory, readOnly = false }: OpenOptions,
): Promise<LocalStore> {
  const file = inventoryFile({ dataFolder }, inventory);
  if (!readOnly) makeFolder(dataFolder, `database ${file}`);
  const earlier = earlierVersionIn(dataFolder);
  if (inventory === "real" && !hasContent(file) && earlier !== undefined) note(earlier);
  const { createSqliteStore } = await import("../functions/store/sqlite/store.ts");
  const store = createSqliteStore(file, { retentionDays, readOnly });
  return { store, location: file, local: true, close: () => store.close() };
}

/**
 * The inventory that a command reads: the demo's when it is asked for, or when there is no other. Undefined when the data folder has neither.
 */
export function inventoryToRead({ dataFolder, databaseEndpoint }: Settings, demo: boolean): Inventory | undefined {
  if (databaseEndpoint !== undefined) return demo ? "demo" : "real";
  const isThere = (inventory: Inventory) => hasContent(inventoryFile({ dataFolder }, inventory));
  if (demo) return isThere("demo") ? "demo" : undefined;
  if (isThere("real")) return "real";
  if (!isThere("demo")) return undefined;
  note("Reading the demo's inventory: no real account has been synced yet.");
  return "demo";
}

/** What to say where there is nothing to read, and how to make an inventory. */
export function nothingStored({ dataFolder }: Settings, demo: boolean): string {
  const remedy = demo ? "run `npx stocktake start` first" : "run `npx stocktake sync` or `npx stocktake start` first";
  const earlier = demo ? undefined : earlierVersionIn(dataFolder);
  return earlier ?? `nothing is stored in ${dataFolder}: ${remedy}, or set STOCKTAKE_DATA to another folder`;
}

/** What to say about the state that an earlier version left in the data folder, if there is any. */
export function earlierVersionIn(dataFolder: string): string | undefined {
  const folder = path.join(dataFolder, EARLIER_FOLDER);
  if (!existsSync(folder)) return undefined;
  return (
    `${folder} was written by an earlier version and is not read; nothing in it was deleted. ` +
    "Run `npx stocktake sync` to list everything again, then delete that folder"
  );
}

/**
 * Whether there is anything in a file of the data folder: one that a command made, but was killed before it wrote to it, holds nothing.
 * Throws a LocalError when that cannot be told.
 */
export function hasContent(file: string): boolean {
  try {
    return statSync(file).size > 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return false;
    const folder = path.dirname(file);
    const problem =
      code === "ENOTDIR" ? `${folder} is not a folder` : `${folder} cannot be read (${code}): make it readable`;
    throw new LocalError(`${problem}${code === "ENOTDIR" ? ":" : ", or"} set STOCKTAKE_DATA to another folder`, {
      cause: error,
    });
  }
}
