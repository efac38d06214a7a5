import { existsSync, mkdtempSync, rmdirSync, statfsSync, statSync } from "node:fs";
import path from "node:path";
import { formatError } from "../../functions/model/errors.ts";
import type { Settings } from "../settings.ts";
import { hasContent, inventoryFile, openStore } from "../store.ts";
import type { Finding } from "./finding.ts";

const LOW_BYTES = 100_000_000;

/** Looks at where the inventory is kept: whether it can be written and read, and how much room there is. */
export async function checkStorage(settings: Settings): Promise<Finding[]> {
  if (settings.databaseEndpoint !== undefined) return [await checkDatabase(settings, settings.databaseEndpoint)];
  const folder = checkFolder(settings);
  // What cannot be written has no room either.
  const space = folder.status === "ok" ? [checkSpace(settings)] : [];
  return [folder, ...space, await checkFile(settings)];
}

async function checkDatabase(settings: Settings, endpoint: string): Promise<Finding> {
  const name = "database";
  const from = settings.origins.databaseEndpoint;
  try {
    const local = await openStore(settings, { inventory: "real", readOnly: true });
    try {
      await local.store.readTimestamp();
    } finally {
      await local.close();
    }
    return { name, status: "ok", message: `${endpoint} answers`, from };
  } catch (error) {
    const remedy = "start it, correct the endpoint, or unset AWS_ENDPOINT_URL_DYNAMODB to use a file";
    return { name, status: "problem", message: `${endpoint}: ${formatError(error)}`, remedy, from };
  }
}

function checkFolder({ dataFolder, origins }: Settings): Finding {
  const base = { name: "data folder", from: origins.dataFolder };
  const nearest = nearestFolder(dataFolder);
  try {
    if (!statSync(nearest).isDirectory()) {
      return { ...base, status: "problem", message: `${nearest} is not a folder`, remedy: OTHER_FOLDER };
    }
    // Permissions do not tell of a file system that is read-only.
    rmdirSync(mkdtempSync(path.join(nearest, ".stocktake-doctor-")));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `${dataFolder} cannot be written (${code})`;
    const ends = { ENOSPC: "free space, or ", EACCES: `make ${nearest} writable, or ` }[code ?? ""] ?? "";
    const remedy = `${ends}${OTHER_FOLDER}`;
    return { ...base, status: "problem", message, remedy };
  }
  const isThere = nearest === dataFolder;
  return {
    ...base,
    status: "ok",
    message: isThere ? `${dataFolder}, writable` : `${dataFolder}, made by the first sync`,
  };
}

const OTHER_FOLDER = "set STOCKTAKE_DATA to another folder";

function checkSpace({ dataFolder }: Settings): Finding {
  const name = "free space";
  try {
    const { bavail, bsize } = statfsSync(nearestFolder(dataFolder));
    const free = bavail * bsize;
    const message = `${sizeText(free)} where the inventory is kept`;
    if (free >= LOW_BYTES) return { name, status: "ok", message };
    return { name, status: "problem", message, remedy: `free space, or ${OTHER_FOLDER}` };
  } catch (error) {
    return { name, status: "note", message: `not known: ${formatError(error)}` };
  }
}

async function checkFile(settings: Settings): Promise<Finding> {
  const name = "inventory";
  const file = inventoryFile(settings, "real");
  try {
    if (!hasContent(file)) {
      const message = `there is none yet in ${settings.dataFolder}: \`npx stocktake sync\` makes it`;
      return { name, status: "note", message };
    }
    const local = await openStore(settings, { inventory: "real", readOnly: true });
    try {
      const asOf = await local.store.readTimestamp();
      const size = sizeText(statSync(file).size);
      return { name, status: "ok", message: `${file}, ${size}, of this version's format, data as of ${asOf}` };
    } finally {
      await local.close();
    }
  } catch (error) {
    const message = formatError(error);
    // What cannot be opened names its remedy already.
    const isRemedyNamed = message.includes(OTHER_FOLDER);
    return {
      name,
      status: "problem",
      message,
      ...(!isRemedyNamed && { remedy: `restore a copy of it, or ${OTHER_FOLDER}` }),
    };
  }
}

/** The folder itself, or the one that is there and that it would be made in. */
function nearestFolder(folder: string): string {
  let nearest = folder;
  while (!existsSync(nearest) && path.dirname(nearest) !== nearest) nearest = path.dirname(nearest);
  return nearest;
}

function sizeText(bytes: number): string {
  const [unit, size] = bytes >= 1e9 ? ["GB", 1e9] : bytes >= 1e6 ? ["MB", 1e6] : ["kB", 1e3];
  return `${(bytes / size).toFixed(1)} ${unit}`;
}
