import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inject } from "vitest";
import { settingsFrom } from "../../cli/settings.ts";
import { type Inventory, openStore } from "../../cli/store.ts";
import { readChanges } from "../../functions/inventory/changes.ts";
import { readItems } from "../../functions/inventory/items.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import { collectionOf } from "../../functions/model/collection.ts";
import type { Change, ItemVersion, LogPosition } from "../../functions/model/item.ts";
import type { SyncRecord } from "../../functions/model/sync-record.ts";
import type { Store } from "../../functions/store/port.ts";

/** The command line as a person runs it, in processes of its own, and what it leaves stored. */

export const STOCKTAKE = new URL("../../bin/stocktake.mjs", import.meta.url).pathname;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const TARGET = { account: "123456789012", region: "eu-west-1" };
export const TARGET_ARGUMENTS = ["--account", TARGET.account, "--region", TARGET.region];

/** Arguments that name the five sources whose behaviour tests look at, where the others would only take time. */
export const FIVE_SOURCES = [
  "sagemaker.associations",
  "cleanrooms.memberships",
  "iot.account-associations",
  "workspaces.images",
  "workspaces.image-associations",
].flatMap((source) => ["--source", source]);

/** A new empty folder, and what removes it. */
export async function newFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "stocktake-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Where commands in that environment keep their state. */
export function dataOf(folder: string): string {
  return path.join(folder, "data");
}

/** The environment of a command: nothing of the tester's own AWS settings. */
export function environment(folder: string, extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: folder,
    STOCKTAKE_DATA: dataOf(folder),
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
    // The simulated services are without STS: nothing answers here.
    AWS_ENDPOINT_URL_STS: "http://127.0.0.1:9",
    ...extra,
  };
}

/** The command's file. Throws when it could not be built of the current sources. */
export function commandFile(): string {
  const failure = inject("buildFailure");
  if (failure !== undefined) throw new Error(`the command cannot be built: ${failure}`);
  return STOCKTAKE;
}

/** Starts a command. Its output can be read, or goes to an open file. */
export function startCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  output: "pipe" | number = "pipe",
): ChildProcess {
  return spawn(process.execPath, [commandFile(), ...args], { env, stdio: ["ignore", output, "pipe"] });
}

export function finished(child: ChildProcess): Promise<Finished> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

export function runCommand(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished> {
  return finished(startCommand(args, env));
}

/** The lines of JSON that a command printed. */
export function jsonLines({ stdout }: Finished): Record<string, unknown>[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** Everything that a source's collection has stored. */
export interface Stored {
  /** Tombstones among them. */
  readonly items: readonly ItemVersion[];
  readonly changes: readonly Change[];
  /** Newest first. */
  readonly syncs: readonly SyncRecord[];
}

/** Opens the state that a command left in its environment, for as long as `use` runs. */
export async function withStored<T>(
  env: NodeJS.ProcessEnv,
  use: (store: Store) => Promise<T>,
  inventory: Inventory = "real",
): Promise<T> {
  const local = await openStore(settingsFrom(env), { inventory });
  try {
    return await use(local.store);
  } finally {
    await local.close();
  }
}

/** Makes an inventory with nothing in it, for what reads one before the first sync. */
export function makeInventory(env: NodeJS.ProcessEnv): Promise<void> {
  return withStored(env, async () => undefined);
}

export async function storedOf(store: Store, source: string): Promise<Stored> {
  const collection = collectionOf(source, TARGET);
  const snapshot = await openRead(store);
  const items: ItemVersion[] = [];
  for (let after: string | undefined, more = true; more; ) {
    const page = await readItems(snapshot, collection, {}, { limit: 1000, ...(after !== undefined && { after }) });
    items.push(...page.rows);
    after = page.next;
    more = after !== undefined;
  }
  const changes: Change[] = [];
  for (let after: LogPosition | undefined, more = true; more; ) {
    const page = await readChanges(snapshot, collection, { limit: 1000, ...(after && { after }) });
    changes.push(...page.rows);
    after = page.next;
    more = after !== undefined;
  }
  const { syncs } = await store.syncs(collection, {}, 1000);
  return { items, changes, syncs };
}

/** The documents of the items that are present. */
export function presentDocuments({ items }: Pick<Stored, "items">): unknown[] {
  return items.filter(({ state }) => state === "present").map(({ document }) => JSON.parse(document));
}
