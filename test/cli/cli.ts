import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { settingsFrom } from "../../cli/settings.ts";
import { openStore } from "../../cli/store.ts";
import { collectionOf } from "../../functions/model/collection.ts";
import type { Change, Item } from "../../functions/model/item.ts";
import type { Store, SyncRecord } from "../../functions/store/port.ts";

/** The command line as a person runs it, in processes of its own, and what it leaves stored. */

export const STOCKTAKE = new URL("../../bin/stocktake.mjs", import.meta.url).pathname;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const TARGET = { account: "123456789012", region: "eu-west-1" };
export const TARGET_ARGUMENTS = ["--account", TARGET.account, "--region", TARGET.region];

/** A new empty folder, for STOCKTAKE_DATA, and what removes it. */
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
    ...extra,
  };
}

export function startCommand(args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [STOCKTAKE, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
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

/** Everything that a source's collection has stored. */
export interface Stored {
  readonly items: Item[];
  readonly changes: Change[];
  readonly syncs: SyncRecord[];
}

/** Opens the state that a command left in its environment, as long as `use` runs. */
export async function withStored<T>(env: NodeJS.ProcessEnv, use: (store: Store) => Promise<T>): Promise<T> {
  const local = await openStore(settingsFrom(env));
  try {
    return await use(local.store);
  } finally {
    await local.close();
  }
}

export async function storedOf(store: Store, source: string): Promise<Stored> {
  const collection = collectionOf(source, TARGET);
  const items: Item[] = [];
  for (let after: string | undefined, end = false; !end; ) {
    const page = await store.itemPage(collection, {}, { limit: 1000, ...(after !== undefined && { after }) });
    items.push(...page.items);
    after = page.items.at(-1)?.key ?? after;
    end = page.end;
  }
  const changes: Change[] = [];
  for (let end = false; !end; ) {
    const last = changes.at(-1);
    const page = await store.changePage(collection, last ? { after: last } : {}, 1000);
    changes.push(...page.changes);
    end = page.end;
  }
  const { syncs } = await store.syncPage(collection, {}, 1000);
  return { items, changes, syncs };
}
