import { isDeepStrictEqual } from "node:util";
import { serviceOf } from "../../model/collection.ts";
import type { CollectionRecord } from "../../model/collection-record.ts";
import { SyncError } from "../../model/errors.ts";
import { escapeNul, unescapeNul } from "../../model/escape-nul.ts";
import { EPOCH, epochMs, type Instant, instantOf } from "../../model/instant.ts";
import type { ScopeState } from "../../model/scope-state.ts";
import { type SyncRecord, syncKey } from "../../model/sync-record.ts";
import { type DiscoveryRecord, type TargetRecord, targetName } from "../../model/target-record.ts";
import type { Store } from "../port.ts";
import type { SqliteDatabase, Value } from "./database.ts";

const SCOPES = "SELECT state FROM stored_scopes WHERE collection = ?";
const SCOPE = `${SCOPES} AND scope = ?`;
export const PUT_SCOPE = "INSERT OR REPLACE INTO stored_scopes (state, collection, scope) VALUES (?, ?, ?)";
const COLLECTION = "SELECT record FROM stored_collections WHERE collection = ?";
/** After a service's name comes `.` or `/`, which are neighbors, and 0 is the next: a service's collections are a range of names. */
const COLLECTIONS_OF = `
  SELECT record FROM stored_collections JOIN json_each(?)
  WHERE collection >= value || '.' AND collection < value || '0' ORDER BY collection`;
export const PUT_COLLECTION =
  "INSERT OR REPLACE INTO stored_collections (record, collection, service) VALUES (?, ?, ?)";
const TARGET = "SELECT record FROM stored_targets WHERE target = ?";
const TARGETS = "SELECT record FROM stored_targets ORDER BY target";
const PUT_TARGET = "INSERT OR REPLACE INTO stored_targets (record, target) VALUES (?, ?)";
const DISCOVERY = "SELECT record FROM stored_discovery";
const PUT_DISCARD = "INSERT OR IGNORE INTO stored_discards (collection, at) VALUES (?, ?)";
const PUT_MARK = "INSERT OR IGNORE INTO stored_marks (collection, scope, lease, at) VALUES (?, ?, ?, ?)";
const PUT_SYNC = "INSERT OR REPLACE INTO stored_syncs (collection, sync, record) VALUES (?, ?, ?)";
const SYNCS = `
  SELECT record, sync FROM stored_syncs WHERE collection = ? AND sync >= ? AND sync > ? AND sync < ? ORDER BY sync`;
/** Sync keys begin with an instant: this sorts after all of them. */
const AFTER_ALL = "~";

/** The clock and the marks. */
export function clockStore(database: SqliteDatabase, now: () => number) {
  return {
    cursorSecret: () =>
      database.read(() => Buffer.from(String(database.first("SELECT secret FROM stored_secret")), "hex")),
    readTimestamp: () =>
      database.read(() => {
        const [at] = database.first("SELECT at FROM read_timestamp") ?? [];
        return typeof at === "string" ? at : EPOCH;
      }),
    begin: ({ collection, scope, lease }) =>
      database.write(() => {
        const [clock] = database.first("SELECT at FROM stored_clock") ?? [];
        const at = Math.max(Math.floor(now()), typeof clock === "string" ? epochMs(clock) + 1 : 0);
        setClock(database, instantOf(at));
        database.run(PUT_MARK, [collection, escapeNul(scope), lease, instantOf(at - 1)]);
        return instantOf(at);
      }),
    marks: () =>
      database.read(() =>
        database.all("SELECT collection, scope, lease FROM stored_marks").map(([collection, scope, lease]) => ({
          ...{ collection: String(collection), scope: unescapeNul(String(scope)), lease: Number(lease) },
        })),
      ),
    deleteMarks: ({ collection, scope, lease }) =>
      database.write(() => {
        const writers = [collection, escapeNul(scope), lease];
        database.run("DELETE FROM stored_marks WHERE collection = ? AND scope = ? AND lease <= ?", writers);
      }),
  } satisfies Partial<Store>;
}

/** Puts the clock to an instant, in the caller's transaction. */
export function setClock(database: SqliteDatabase, at: Instant): void {
  database.run("DELETE FROM stored_clock");
  database.run("INSERT INTO stored_clock VALUES (?)", [at]);
}

/** Scope states, discards, collection records, targets and sync records. */
export function scopeStore(database: SqliteDatabase) {
  const first = <T>(sql: string, parameters: readonly Value[]) => parsed<T>(database.first(sql, parameters))[0];
  const all = <T>(sql: string, parameters: readonly Value[]) => database.all(sql, parameters).flatMap(parsed<T>);

  /** Stores a record in place of the one that is selected by its key, if that is a revision earlier. */
  const compareAndSet = <T extends { readonly revision: number }>(
    record: T,
    [select, put]: readonly [select: string, put: string],
    key: readonly Value[],
    row = key,
  ) =>
    database.write(() => {
      const json = JSON.stringify(record);
      const stored = first<T>(select, key);
      // When another record is there, an earlier try may have stored this very one, and its answer may have been lost.
      if ((stored?.revision ?? 0) !== record.revision - 1) return isDeepStrictEqual(stored, JSON.parse(json));
      database.run(put, [json, ...row]);
      return true;
    });

  return {
    scopeState: (collection, scope) =>
      database.read(() => {
        const row = database.first(SCOPE, [collection, escapeNul(scope)]);
        const [state] = parsed<ScopeState>(row);
        if (!row || state) return state;
        const what = `the state of scope ${scope} of ${collection} cannot be read`;
        throw new SyncError("damaged", `database ${database.file}: ${what}: run \`stocktake verify --repair\``);
      }),
    scopeStates: (collection) => database.read(() => all<ScopeState>(`${SCOPES} ORDER BY scope`, [collection])),
    putScopeState: (state) => compareAndSet(state, [SCOPE, PUT_SCOPE], [state.collection, escapeNul(state.scope)]),
    discards: (collection) =>
      database.read(() => {
        const rows = database.all("SELECT at FROM stored_discards WHERE collection = ?", [collection]);
        return new Set(rows.map(([at]) => String(at)));
      }),
    addDiscards: (collection, instants) =>
      database.write(() => {
        for (const at of instants) database.run(PUT_DISCARD, [collection, at]);
      }),

    collectionRecord: (collection) => database.read(() => first<CollectionRecord>(COLLECTION, [collection])),
    collectionRecords: (services) =>
      database.read(() => all<CollectionRecord>(COLLECTIONS_OF, [JSON.stringify([...new Set(services)])])),
    putCollectionRecord(record) {
      const { collection } = record;
      return compareAndSet(record, [COLLECTION, PUT_COLLECTION], [collection], [collection, serviceOf(collection)]);
    },

    target: (target) => database.read(() => first<TargetRecord>(TARGET, [targetName(target)])),
    targets: () => database.read(() => all<TargetRecord>(TARGETS, [])),
    putTarget: (target) => compareAndSet(target, [TARGET, PUT_TARGET], [targetName(target)]),
    discovery: () => database.read(() => first<DiscoveryRecord>(DISCOVERY, [])),
    putDiscovery: (record) =>
      database.write(() => {
        database.run("DELETE FROM stored_discovery");
        database.run("INSERT INTO stored_discovery VALUES (?)", [JSON.stringify(record)]);
      }),

    recordSync: (record) =>
      database.write(() => {
        database.run(PUT_SYNC, [record.collection, escapeNul(syncKey(record)), JSON.stringify(record)]);
      }),
    syncs: (collection, { since = "", after = "", before = AFTER_ALL, order = "desc" }, limit) =>
      database.read(() => {
        const range = [since, after, before].map(escapeNul);
        const rows = database.all(`${SYNCS} ${order} LIMIT ?`, [collection, ...range, limit + 1]);
        const page = rows.slice(0, limit);
        // A record that cannot be read ends no page early.
        const [, last] = page.at(-1) ?? [];
        return {
          syncs: page.flatMap(parsed<SyncRecord>),
          ...(rows.length > limit && { next: unescapeNul(String(last)) }),
        };
      }),
  } satisfies Partial<Store>;
}

/** The record in a row. One that cannot be read counts as lost in lists, and where it is replaced: the revision after it is 1. */
export function parsed<T>(row: readonly Value[] | undefined): T[] {
  try {
    return row ? [JSON.parse(String(row[0]))] : [];
  } catch {
    return [];
  }
}
