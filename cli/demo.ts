import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { formatError } from "../functions/model/errors.ts";
import { SimulatedAccount } from "../simulator/account.ts";
import { seedAccount } from "../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../simulator/server.ts";
import { makeFolder } from "./data-folder.ts";
import { LocalError } from "./usage.ts";

/** A simulated account that is served, drifts, and is the same the next time. */
export interface Demo {
  readonly simulator: Simulator;
  close(): Promise<void>;
}

const DRIFT_EVERY_MS = 8_000;

/** Starts the simulated account that the folder keeps, or a new one. */
export async function startDemo(folder: string): Promise<Demo> {
  const file = path.join(folder, "simulated-account.json");
  makeFolder(folder, file);
  const account = (await keptAccount(file)) ?? seedAccount({ baseTime: Date.now() });
  const simulator = await startSimulator({ account });
  let saving = save(file, account);
  await saving;
  simulator.startDrift(DRIFT_EVERY_MS, () => {
    saving = saving.then(() => save(file, account));
  });
  return {
    simulator,
    async close() {
      await simulator.close();
      await saving;
    },
  };
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
      `${file} cannot be read (${formatError(error)}): delete it, or set STOCKTAKE_DATA to another folder`,
      {
        cause: error,
      },
    );
  }
}

async function save(file: string, account: SimulatedAccount): Promise<void> {
  await writeFile(`${file}.new`, account.save(), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
