import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { formatError } from "../functions/model/errors.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import type { Intervals } from "../functions/sync/due.ts";
import { SimulatedAccount } from "../simulator/account.ts";
import { seedAccount } from "../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../simulator/server.ts";
import { makeFolder } from "./data-folder.ts";
import type { RunTarget } from "./run.ts";
import { LocalError } from "./usage.ts";

/** A simulated account that is served, drifts, and is the same the next time. */
export interface Demo {
  readonly simulator: Simulator;
  close(): Promise<void>;
}

const DRIFT_EVERY_MS = 8_000;
const CREDENTIALS = { accessKeyId: "simulated", secretAccessKey: "simulated" };

/** Starts the simulated account that the folder keeps, or a new one. */
export async function startDemo(folder: string): Promise<Demo> {
  const file = accountFile(folder);
  makeFolder(folder, file);
  const account = (await keptAccount(file)) ?? seedAccount({ baseTime: Date.now() });
  const simulator = await startSimulator({ account });
  let saving = saveAccount(folder, account);
  await saving;
  simulator.startDrift(DRIFT_EVERY_MS, () => {
    saving = saving.then(() => saveAccount(folder, account));
  });
  return {
    simulator,
    async close() {
      await simulator.close();
      await saving;
    },
  };
}

/** The file that a folder keeps the simulated account in. */
export function accountFile(folder: string): string {
  return path.join(folder, "simulated-account.json");
}

/** Every source of the simulated account, due as often as given; by default as the sources declare. */
export function simulatedTargets(
  { url, account: { accountId, region } }: Simulator,
  intervals?: Intervals,
): RunTarget[] {
  const client = { region, endpoint: url, credentials: CREDENTIALS };
  return SOURCES.map((source) => ({ source, account: accountId, client, ...(intervals && { intervals }) }));
}

async function keptAccount(file: string): Promise<SimulatedAccount | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return SimulatedAccount.load(text);
  } catch (error) {
    throw new LocalError(
      `${file} cannot be read (${formatError(error)}): begin again with \`stocktake start --reset\`, or set STOCKTAKE_DATA to another folder`,
      {
        cause: error,
      },
    );
  }
}

/** Keeps the simulated account in the folder. */
export async function saveAccount(folder: string, account: SimulatedAccount): Promise<void> {
  const file = accountFile(folder);
  await writeFile(`${file}.new`, account.save(), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
