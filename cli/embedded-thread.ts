import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { explain, oneLine } from "../functions/model/errors.ts";
import type { Address } from "./embedded-address.ts";
import { LocalError } from "./usage.ts";

/** A thread that has the embedded database open, or would like to. */
export interface DatabaseThread {
  /** Opens the database and answers at an address that it leaves for others; undefined while another process has it. */
  open(): Promise<Address | undefined>;
  /** Where it answers: undefined before it has opened the database, and when it has ended. */
  readonly address: Address | undefined;
  /** Answers the requests under way, closes the database if it is open, and ends the thread. */
  close(): Promise<void>;
}

/** How long a request that is under way may still take when the database is closed. */
const FINISH_WITHIN_MS = 10_000;

type Opening =
  | { readonly address: Address }
  | { readonly failure: { readonly code?: string; readonly message: string } };

export function startDatabaseThread(folder: string, addressFile: string): DatabaseThread {
  const worker = new Worker(new URL("./embedded-worker.mjs", import.meta.url), {
    workerData: { folder, addressFile, finishWithinMs: FINISH_WITHIN_MS },
  });
  let address: Address | undefined;
  let closing = false;
  const ended = once(worker, "exit").catch(() => undefined);
  worker.on("error", (error) => {
    if (address === undefined || closing) return;
    process.stderr.write(`stocktake: the database in ${folder} has to be opened again: ${explain(error)}\n`);
  });
  worker.once("exit", () => {
    address = undefined;
  });
  return {
    get address() {
      return address;
    },
    async open() {
      worker.postMessage("open");
      const [opening] = (await once(worker, "message")) as [Opening];
      if ("address" in opening) {
        address = opening.address;
        return address;
      }
      const { code, message } = opening.failure;
      if (code === "LEVEL_LOCKED") return undefined;
      const why = oneLine(message);
      throw new LocalError(`the database in ${folder} cannot be opened: ${why}. Move it away, or set STOCKTAKE_DATA`);
    },
    async close() {
      closing = true;
      let failure: string | undefined;
      if (address !== undefined) {
        worker.once("message", ({ error }: { error?: string }) => {
          failure = error;
          void worker.terminate();
        });
        worker.postMessage("close");
        await ended;
      }
      await worker.terminate();
      if (failure) throw new LocalError(`the database in ${folder} did not close: ${failure}`);
    },
  };
}
