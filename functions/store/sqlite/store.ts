import { setImmediate as yieldToOthers } from "node:timers/promises";
import { epochMs, type Instant, instantOf } from "../../model/instant.ts";
import type { NameOf } from "../../model/node.ts";
import type { Store } from "../port.ts";
import { openDatabase, type SqliteDatabase, type Value } from "./database.ts";
import { forgetCollection } from "./forget.ts";
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
      return pruneBefore(database, instantOf(Math.max(0, time - retentionDays * DAY_MS)), signal);
    },
    forget: (collection, until, signal) => forgetCollection(database, { collection, until }, signal),
    async close() {
      isOpen = false;
      await idle();
      if (typeof file === "string") database.close();
    },
  };
}

const PRUNED_ROWS = 2_000;
/** Tables whose records go when they are older than retention, each with the rest of its primary key, which begins with an instant. */
const PRUNED = [
  ["stored_changes", "at, key", "at"],
  ["stored_syncs", "sync", "sync"],
] as const;

/** Deletes the log and sync records before `start`, and notes that history begins there. Answers how many. */
async function pruneBefore(database: SqliteDatabase, start: Instant, signal?: AbortSignal): Promise<number> {
  // Noted first: what reads the log in between must not take it for whole.
  await database.write(() => database.run("UPDATE stored_retention SET start = max(start, ?)", [start]), signal);
  let pruned = 0;
  for (const [table, sort, time] of PRUNED) {
    // One seek for each collection: the table is much larger than their number.
    const next = `SELECT collection FROM ${table} WHERE collection > ? ORDER BY collection LIMIT 1`;
    const remove = `
      DELETE FROM ${table} WHERE collection = ?1 AND (${sort}) IN (
        SELECT ${sort} FROM ${table} WHERE collection = ?1 AND ${time} < ?2 LIMIT ${PRUNED_ROWS})`;
    for (let collection = ""; ; ) {
      const row = await database.read(() => database.first(next, [collection]));
      if (!row) break;
      collection = String(row[0]);
      for (let deleted = PRUNED_ROWS; deleted === PRUNED_ROWS; pruned += deleted) {
        deleted = await database.write(() => database.run(remove, [collection, start]), signal);
        await yieldToOthers();
      }
    }
  }
  await pruneSearch(database, start, signal);
  return pruned;
}

/** Texts that no instant within retention has, since the item has had another one from before then on, or is gone altogether. */
const OUTDATED = `
  SELECT s.id FROM stored_search s WHERE s.id > ?1 AND s.at < ?2 AND (
    EXISTS (
      SELECT 1 FROM stored_search n WHERE n.collection = s.collection AND n.key = s.key AND n.at > s.at AND n.at <= ?2)
    OR NOT EXISTS (SELECT 1 FROM stored_versions v WHERE v.collection = s.collection AND v.key = s.key))
  ORDER BY s.id LIMIT ${PRUNED_ROWS}`;

async function pruneSearch(database: SqliteDatabase, start: Instant, signal?: AbortSignal): Promise<void> {
  for (let last: Value = -1; ; ) {
    const from: Value = last;
    const rows = await database.write(() => {
      const outdated = database.all(OUTDATED, [from, start]);
      for (const [id = null] of outdated) {
        database.run("DELETE FROM stored_search_text WHERE rowid = ?", [id]);
        database.run("DELETE FROM stored_search WHERE id = ?", [id]);
      }
      return outdated;
    }, signal);
    if (rows.length < PRUNED_ROWS) return;
    last = rows.at(-1)?.[0] ?? -1;
    await yieldToOthers();
  }
}
