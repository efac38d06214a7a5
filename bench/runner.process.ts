import { memoryStore } from "../functions/store/memory.ts";
import { serve } from "./processes/serve.ts";
import { type SyncOnce, syncOnce } from "./processes/sync-once.ts";
import { drain } from "./runs/drain.ts";
import { compareEngineWithParsing } from "./runs/engine.ts";
import { measured } from "./runs/measured.ts";
import { NaiveTable } from "./runs/naive.ts";
import { bareGets, bareWalk, itemsOverHttp, keysOf, walkOverHttp } from "./runs/reading.ts";
import { type SyncTask, syncInto } from "./runs/sync.ts";

/** What is measured: baseline and subject, in one process, one after the other. */

const memory = memoryStore();

const calls = {
  /** The source's listing with the official paginator, nothing stored. */
  drain: (source: string, service: string) => measured(() => drain(source, service)),
  /** The same, everything upserted. */
  naive: async (source: string, service: string, database: string, collection: string) => {
    const table = new NaiveTable(database);
    try {
      return await measured(() => table.upsertAll(source, service, collection));
    } finally {
      table.close();
    }
  },
  sync: (task: SyncTask) => syncInto(task, measured),
  /** The same into a store in this process's memory, the same at every call. */
  syncInMemory: (task: SyncOnce) => syncOnce(memory, task),
  /** The most memory that this process has ever had, in bytes. */
  peakMemory: () => process.resourceUsage().maxRSS * 1024,
  compareEngineWithParsing,
  keysOf,
  bareGets,
  itemsOverHttp,
  bareWalk,
  walkOverHttp,
};

export type RunnerCalls = typeof calls;

serve(calls);
