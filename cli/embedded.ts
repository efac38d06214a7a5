import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import { type Address, answeringAddress } from "./embedded-address.ts";
import { EmbeddedHandler } from "./embedded-handler.ts";
import { type DatabaseThread, startDatabaseThread } from "./embedded-thread.ts";
import { LocalError } from "./usage.ts";

/** A DynamoDB on this machine. */
export interface EmbeddedDatabase {
  /** Sends a client's requests to it, whichever process runs it. */
  handler(options: NodeHttpHandlerOptions): EmbeddedHandler;
  /** If it is this process that runs it, answers what is under way and leaves it to another. */
  close(): Promise<void>;
}

const PATIENCE_MS = 15_000;
const PAUSE_MS = 50;

/**
 * Opens the embedded database of a folder. One process at a time runs it, and others use it through that one, whose
 * address it leaves in the folder; when that one ends, whoever comes first of those who need the database runs it.
 */
export async function openEmbedded(folder: string): Promise<EmbeddedDatabase> {
  const levelFolder = path.join(folder, "database");
  const addressFile = path.join(folder, "database.json");
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new LocalError(`the folder ${folder} cannot be made: set STOCKTAKE_DATA to one that can`, { cause: error });
  });

  let own: DatabaseThread | undefined;
  let found: Promise<Address> | undefined;
  let answering: Address | undefined;
  let closed = false;

  const findOrRun = async (): Promise<Address> => {
    if (own?.address) return own.address;
    let thread: DatabaseThread | undefined;
    try {
      for (const until = performance.now() + PATIENCE_MS; !closed && performance.now() < until; await sleep(PAUSE_MS)) {
        const address = await answeringAddress(addressFile);
        if (address) return address;
        thread ??= startDatabaseThread(levelFolder, addressFile);
        const ownAddress = await thread.open();
        if (!ownAddress) continue;
        own = thread;
        thread = undefined;
        return ownAddress;
      }
    } finally {
      await thread?.close();
    }
    throw new LocalError(
      closed
        ? `the database in ${folder} is closed`
        : `the database in ${folder} is in use by a process that does not answer: end it, or set STOCKTAKE_DATA to another folder`,
    );
  };
  const finder = {
    find() {
      found ??= findOrRun().then(
        (address) => {
          answering = address;
          return address;
        },
        (error: unknown) => {
          found = undefined;
          throw error;
        },
      );
      return found;
    },
    lost(address: Address) {
      if (address !== answering) return;
      answering = undefined;
      found = undefined;
    },
  };

  await finder.find();
  return {
    handler: (options) => new EmbeddedHandler(options, finder),
    async close() {
      closed = true;
      await found?.catch(() => undefined);
      await own?.close();
    },
  };
}
