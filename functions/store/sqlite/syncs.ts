import { escapeNul } from "../../model/escape-nul.ts";
import { type SyncRecord, syncKey } from "../../model/sync-record.ts";
import type { Store } from "../port.ts";
import type { SqliteDatabase } from "./database.ts";

const PUT = "INSERT OR REPLACE INTO stored_syncs (collection, sync, record) VALUES (?, ?, ?)";
const PAGE = `
  SELECT record FROM stored_syncs
  WHERE collection = ? AND sync >= ? AND sync < ? ORDER BY sync DESC LIMIT ?`;
/** Sync keys begin with an instant: this sorts after all of them. */
const AFTER_ALL = "~";

export function syncStore(database: SqliteDatabase): Pick<Store, "recordSync" | "syncs"> {
  return {
    recordSync: (record) =>
      database.write(() => {
        database.run(PUT, [record.collection, escapeNul(syncKey(record)), JSON.stringify(record)]);
      }),

    syncs: (collection, { since = "", before = AFTER_ALL }, limit) =>
      database.read(() => {
        const rows = database.all(PAGE, [collection, since, escapeNul(before), limit + 1]);
        const syncs = rows.slice(0, limit).map(([record]): SyncRecord => JSON.parse(String(record)));
        const last = syncs.at(-1);
        return { syncs, ...(rows.length > limit && last && { next: syncKey(last) }) };
      }),
  };
}
