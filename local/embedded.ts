import { once } from "node:events";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Level } from "level";
import { LocalError } from "./usage.ts";

/** A DynamoDB on this machine. */
export interface EmbeddedDatabase {
  readonly url: string;
  /** Closes it, if it is this process that runs it. */
  close(): Promise<void>;
}

const OPENING_TRIES = 50;
const OPENING_PAUSE_MS = 100;

/**
 * Opens the embedded database of a folder. One process at a time can run it; while one does, others use it through
 * that one, whose address it leaves in the folder.
 */
export async function openEmbedded(folder: string): Promise<EmbeddedDatabase> {
  const addressFile = path.join(folder, "database.json");
  const levelFolder = path.join(folder, "database");
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new LocalError(`the folder ${folder} cannot be made: set STOCKTAKE_DATA to one that can`, { cause: error });
  });
  let failure: unknown;
  for (let attempt = 0; attempt < OPENING_TRIES; attempt += 1) {
    if (await canBeOpened(levelFolder)) {
      try {
        return await runDatabase(levelFolder, addressFile);
      } catch (error) {
        // Another process that also found it free was quicker.
        failure = error;
      }
    }
    const url = await answeringAt(addressFile);
    if (url) return { url, close: async () => undefined };
    await sleep(OPENING_PAUSE_MS);
  }
  throw new LocalError(
    `the database in ${folder} is in use by a process that does not answer: end it, or set STOCKTAKE_DATA to another folder`,
    { cause: failure },
  );
}

/** Whether no other process has it open: the operating system keeps that lock, so a killed process holds none. */
async function canBeOpened(levelFolder: string): Promise<boolean> {
  const probe = new Level(levelFolder);
  try {
    await probe.open();
    await probe.close();
    return true;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
    if (cause?.code === "LEVEL_LOCKED") return false;
    const why = cause?.message ?? String(error);
    throw new LocalError(
      `the database in ${levelFolder} cannot be opened: ${why}. Move it away, or set STOCKTAKE_DATA`,
      {
        cause: error,
      },
    );
  }
}

async function runDatabase(levelFolder: string, addressFile: string): Promise<EmbeddedDatabase> {
  const worker = new Worker(new URL("./embedded-worker.mjs", import.meta.url), { workerData: { folder: levelFolder } });
  const [{ port }] = (await once(worker, "message")) as [{ port: number }];
  const url = `http://127.0.0.1:${port}`;
  await writeFile(`${addressFile}.new`, `${JSON.stringify({ url, pid: process.pid })}\n`);
  await rename(`${addressFile}.new`, addressFile);
  return {
    url,
    async close() {
      await rm(addressFile, { force: true });
      worker.postMessage("close");
      const [{ error }] = (await once(worker, "message")) as [{ error?: string }];
      await worker.terminate();
      if (error) throw new LocalError(`the database in ${levelFolder} did not close: ${error}`);
    },
  };
}

async function answeringAt(addressFile: string): Promise<string | undefined> {
  try {
    const { url } = JSON.parse(await readFile(addressFile, "utf8")) as { url: string };
    const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await answer.arrayBuffer();
    return url;
  } catch {
    // No address, half an address, or nobody there: whoever holds the database is only starting, or already ending.
    return undefined;
  }
}
