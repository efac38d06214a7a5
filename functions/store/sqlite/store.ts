import { epochMs, instantOf } from "../../model/instant.ts";
import type { Store } from "../port.ts";
import { clockStore } from "./clock.ts";
import { collectionStore } from "./collections.ts";
import { openDatabase, type SqliteDatabase } from "./database.ts";
import { edgeReader } from "./edges.ts";
import { itemReader } from "./items.ts";
import { logReader } from "./log.ts";
import { pruneBefore } from "./prune.ts";
import { restorer } from "./restore.ts";
import { scopeStore } from "./scopes.ts";
import { syncStore } from "./syncs.ts";
import { recordWriter } from "./write.ts";

export interface SqliteStoreOptions {
  /** How long log and sync records are kept. */
  readonly retentionDays: number;
  /** The machine's time, epoch ms. */
  readonly now?: () => number;
  readonly readOnly?: boolean;
}

export interface SqliteStore extends Store {
  /** Deletes log and sync records that are older than retention, as DynamoDB does by itself. Answers how many. */
  prune(signal?: AbortSignal): Promise<number>;
}

const DAY_MS = 86_400_000;

/** The store in a SQLite file. A database that is open already, which several stores may share, is left open when a store closes. */
export function createSqliteStore(file: string | SqliteDatabase, options: SqliteStoreOptions): SqliteStore {
  const { retentionDays, now = Date.now, readOnly = false } = options;
  const database = typeof file === "string" ? openDatabase(file, { readOnly }) : file;
  const clock = clockStore(database, now);
  return {
    now,
    clockOffset: () => undefined,
    ...clock,
    ...scopeStore(database),
    ...collectionStore(database),
    ...recordWriter(database),
    ...itemReader(database),
    ...logReader(database),
    ...edgeReader(database),
    ...restorer(database),
    ...syncStore(database),
    async prune(signal) {
      // Whatever a wrong clock says, nothing expires before something was committed that much later.
      const time = Math.min(now(), epochMs(await clock.readTimestamp()));
      return pruneBefore(database, instantOf(Math.max(0, time - retentionDays * DAY_MS)), signal);
    },
    async close() {
      if (typeof file === "string") database.close();
    },
  };
}
