import { epochMs, instantOf } from "../../model/instant.ts";
import type { Store } from "../port.ts";
import { openDatabase, type SqliteDatabase } from "./database.ts";
import { forgetCollection, pruneHistory } from "./deletion.ts";
import { clockStore, scopeStore } from "./scopes.ts";
import { type SearchStore, searchStore } from "./search.ts";
import { versionStore } from "./versions.ts";

export interface SqliteStoreOptions {
  /** How long log and sync records are kept. */
  readonly retentionDays: number;
  /** The machine's time, epoch ms. */
  readonly now?: () => number;
  readonly readOnly?: boolean;
  /** Whether a search is followed by bringing the search index up to date (default: unless it is read only). */
  readonly keepsSearchIndex?: boolean;
}

export type SqliteStore = Store & Required<Pick<Store, "prune" | "forget">> & SearchStore;

const DAY_MS = 86_400_000;
/** The search index then has the collections again from the beginning. */
const REINDEX = "DELETE FROM stored_search_progress WHERE collection IN (SELECT value FROM json_each(?))";

/** The store in a SQLite file. A database that is open already, which several stores may share, is left open when a store closes. */
export function createSqliteStore(file: string | SqliteDatabase, options: SqliteStoreOptions): SqliteStore {
  const { retentionDays, now = Date.now, readOnly = false, keepsSearchIndex = !readOnly } = options;
  const database = typeof file === "string" ? openDatabase(file, { readOnly }) : file;
  const clock = clockStore(database, now);
  const versions = versionStore(database);
  const search = searchStore(database, clock.readTimestamp, keepsSearchIndex);
  return {
    now,
    clockOffset: () => undefined,
    ...clock,
    ...scopeStore(database),
    ...versions,
    ...search,
    async restore(restoration, signal) {
      const { versions: restored = [], changes = [] } = restoration;
      const collections = [...restored, ...changes.map(({ after }) => after)].map(({ collection }) => collection);
      // The index may have gone past what comes back.
      const reindex = () => database.write(() => database.run(REINDEX, [JSON.stringify(collections)]), signal);
      await reindex();
      await versions.restore(restoration, signal);
      await reindex();
    },
    async prune(signal) {
      // Whatever a wrong clock says, nothing expires before something was committed that much later.
      const time = Math.min(now(), epochMs(await clock.readTimestamp()));
      return pruneHistory(database, instantOf(Math.max(0, time - retentionDays * DAY_MS)), signal);
    },
    forget: (collection, until, signal) => forgetCollection(database, { collection, until }, signal),
    async close() {
      await search.close();
      if (typeof file === "string") database.close();
    },
  };
}
