import { existsSync } from "node:fs";
import path from "node:path";
import { SyncError } from "../functions/model/errors.ts";
import { epochMs } from "../functions/model/instant.ts";
import { openDatabase, type SqliteDatabase } from "../functions/store/sqlite/database.ts";
import { mirroredBy } from "../functions/store/sqlite/mirror.ts";
import { createSqliteStore, type SqliteStore } from "../functions/store/sqlite/store.ts";
import type { Settings } from "./settings.ts";
import { inventoryFile } from "./store.ts";
import { LocalError, UsageError } from "./usage.ts";

/** The file of a mirror. */

const DAY_MS = 86_400_000;

/** Opens a mirror, to read all of the past that it has. Throws LocalError for a file that is none. */
export async function openMirrorToRead(
  file: string,
): Promise<{ readonly store: SqliteStore; readonly retentionDays: number }> {
  const { database, mirrored } = await openNamed(file);
  if (!mirrored) {
    database.close();
    throw new LocalError(
      `--from ${file} is not a mirror: make one with \`npx stocktake mirror --api URL --into FILE\``,
    );
  }
  if (!mirrored.isWhole) {
    database.close();
    throw unfinished(file);
  }
  const retentionDays = Math.max(1, (Date.now() - epochMs(mirrored.since)) / DAY_MS);
  const store = createSqliteStore(database, { retentionDays, readOnly: true });
  const close = async () => {
    await store.close();
    database.close();
  };
  return { store: { ...store, close }, retentionDays };
}

/** Throws LocalError for a mirror that nothing can be read from yet. */
export async function assertNotUnfinished(file: string): Promise<void> {
  const { database, mirrored } = await openNamed(file);
  database.close();
  if (mirrored && !mirrored.isWhole) throw unfinished(file);
}

/** Opens the file that `--from` names, and what it says of itself as a mirror. Throws LocalError where there is no database. */
async function openNamed(file: string) {
  assertThere(file);
  let database: SqliteDatabase | undefined;
  try {
    database = openDatabase(file, { readOnly: true });
    return { database, mirrored: await mirroredBy(database) };
  } catch (error) {
    database?.close();
    if (!(error instanceof SyncError && error.code === "malformed")) throw error;
    throw new LocalError(`--from ${file} is not a database: name the file of a mirror`, { cause: error });
  }
}

function unfinished(file: string): LocalError {
  const remedy = "run the same `npx stocktake mirror` again to finish it";
  return new LocalError(`--from ${file} is not whole yet, since its first copy goes on or was stopped: ${remedy}`);
}

/** Throws LocalError for a file that is not there. */
export function assertThere(file: string): void {
  if (existsSync(file)) return;
  throw new LocalError(`--from ${file} does not exist: make it with \`npx stocktake mirror --api URL --into FILE\``);
}

/** Refuses files that syncs keep: a mirror and a sync in one file would each undo what the other wrote. */
export function assertOwnFile(file: string, settings: Settings): void {
  const kept = (["real", "demo"] as const).map((inventory) => inventoryFile(settings, inventory));
  if (!kept.includes(path.resolve(file))) return;
  throw new UsageError(`--into ${file} is where syncs keep this machine's inventory: name another file`);
}

/** An error of a file that is to become a mirror, or undefined of any other. */
export function mirrorFileError(error: unknown, file: string): Error | undefined {
  if (!(error instanceof SyncError)) return undefined;
  if (error.code === "denied") {
    const remedy = "check that you may write it and its folder, or name another file";
    return new LocalError(`--into ${file} cannot be opened or created: ${remedy}`, { cause: error });
  }
  const isForeign = error.code === "unsupported" || error.code === "malformed";
  return isForeign ? new LocalError(`--into ${file} is not a mirror: name another file`, { cause: error }) : undefined;
}
