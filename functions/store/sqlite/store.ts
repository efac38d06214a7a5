import { epochMs, instantOf } from "../../model/instant.ts";
import type { NameOf } from "../../model/node.ts";
import type { Store } from "../port.ts";
import { openDatabase, type SqliteDatabase } from "./database.ts";
import { forgetCollection, pruneHistory } from "./deletion.ts";
import { clockStore, scopeStore } from "./scopes.ts";
import { searchStore } from "./search.ts";
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

export type SqliteStore = Store &
  Required<Pick<Store, "prune" | "forget" | "searchCandidates" | "itemsOfShortId">> & {
    /** Brings the search index up to date, as it is brought after a search. */
    indexForSearch(nameOf: NameOf): Promise<void>;
  };

const DAY_MS = 86_400_000;

/** The store in a SQLite file. A database that is open already, which several stores may share, is left open when a store closes. */
export function createSqliteStore(file: string | SqliteDatabase, options: SqliteStoreOptions): SqliteStore {
  const { retentionDays, now = Date.now, readOnly = false, keepsSearchIndex = !readOnly } = options;
  const database = typeof file === "string" ? openDatabase(file, { readOnly }) : file;
  const clock = clockStore(database, now);
  const versions = versionStore(database);
  let isOpen = true;
  const { reset, catchUp, idle, ...search } = searchStore(database, clock.readTimestamp, {
    isOpen: () => isOpen,
    isKept: keepsSearchIndex,
  });
  return {
    now,
    clockOffset: () => undefined,
    ...clock,
    ...scopeStore(database),
    ...versions,
    ...search,
    indexForSearch: catchUp,
    async restore(restoration, signal) {
      const { versions: restored = [], changes = [] } = restoration;
      const collections = [...restored, ...changes.map(({ after }) => after)].map(({ collection }) => collection);
      // The index may have gone past what comes back.
      const forget = () => database.write(() => reset([...new Set(collections)]), signal);
      await forget();
      await versions.restore(restoration, signal);
      await forget();
    },
    async prune(signal) {
      // Whatever a wrong clock says, nothing expires before something was committed that much later.
      const time = Math.min(now(), epochMs(await clock.readTimestamp()));
      return pruneHistory(database, instantOf(Math.max(0, time - retentionDays * DAY_MS)), signal);
    },
    forget: (collection, until, signal) => forgetCollection(database, { collection, until }, signal),
    async close() {
      isOpen = false;
      await idle();
      if (typeof file === "string") database.close();
    },
  };
}
