import { randomUUID } from "node:crypto";
import { serviceOf } from "../../model/collection.ts";
import type { CollectionRecord } from "../../model/collection-record.ts";
import { SyncError } from "../../model/errors.ts";
import { escapeNul, unescapeNul } from "../../model/escape-nul.ts";
import { EPOCH, type Instant } from "../../model/instant.ts";
import type { ScopeState } from "../../model/scope-state.ts";
import type { Restoration } from "../port.ts";
import { openDatabase, type SqliteDatabase } from "./database.ts";
import { PUT_COLLECTION, PUT_SCOPE, setClock } from "./scopes.ts";
import { versionStore } from "./versions.ts";

/*
 * A copy of another inventory, in the same tables. Rows are added while readers are held at the instant before; then the clock, and with it
 * what readers see, moves in the transaction that stores how far the copy has come. Rows are immutable, so those of a page that was not noted
 * are stored once more. One process copies at a time, and every transaction checks that: another's first copy would bring versions whose log
 * is not there yet.
 */

/** The file as a mirror: what it copies, and how far it has come. */
const TABLE = "CREATE TABLE IF NOT EXISTS stored_mirror (api TEXT NOT NULL, progress TEXT, holder TEXT)";
const HAS_TABLE = "SELECT 1 FROM sqlite_schema WHERE name = 'stored_mirror'";

/** What readers see from now on. */
export interface MirroredState {
  /** Everything up to this instant has been added. */
  readonly at: Instant;
  /** Of a new mirror: the instant from which on its log is whole. */
  readonly keptSince?: Instant;
  readonly collections: readonly CollectionRecord[];
  /** Their `count` is counted here, as of `at`. */
  readonly scopes: readonly ScopeState[];
}

export interface Mirror {
  /** What `advance` last stored; undefined of a new mirror. */
  progress(): Promise<unknown>;
  /** Adds rows. Readers see those that are no later than the clock. */
  add(rows: Restoration, signal: AbortSignal): Promise<void>;
  /** Stores how far the copy has come and, in the same transaction, what readers see then. */
  advance(progress: unknown, state?: MirroredState): Promise<void>;
  close(): void;
}

/**
 * Opens a file as the mirror of an API, and makes it where there is none. A process that has it open writes no more. Throws SyncError for one
 * that is not.
 */
export async function openMirror(file: string | SqliteDatabase, api: string): Promise<Mirror> {
  const opened = typeof file === "string" ? openDatabase(file) : file;
  const holder = randomUUID();
  try {
    await begin(opened, api, holder);
  } catch (error) {
    if (typeof file === "string") opened.close();
    throw error;
  }
  const database: SqliteDatabase = {
    ...opened,
    write(body, signal) {
      const asHolder = () => {
        assertHeld(opened, holder);
        return body();
      };
      return opened.write(asHolder, signal);
    },
  };
  const versions = versionStore(database);
  return {
    progress: () =>
      database.read(() => {
        const [progress] = database.first("SELECT progress FROM stored_mirror") ?? [];
        return typeof progress === "string" ? JSON.parse(progress) : undefined;
      }),
    async add(rows, signal) {
      await versions.restore(rows, signal);
      const before = (rows.changes ?? []).flatMap((change) => change.before ?? []);
      for (const collection of new Set(before.map((version) => version.collection))) {
        const superseded = before.filter((version) => version.collection === collection);
        await versions.delete(collection, { versions: superseded }, signal);
      }
    },
    advance: (progress, state) =>
      database.write(() => {
        if (state) show(database, state);
        database.run("UPDATE stored_mirror SET progress = ?", [JSON.stringify(progress)]);
      }),
    close: () => {
      if (typeof file === "string") opened.close();
    },
  };
}

export interface Mirrored {
  readonly api: string;
  /** The instant since which its past is whole. */
  readonly since: Instant;
  /** Whether its first copy has come to its end, so that there is something to read. */
  readonly isWhole: boolean;
}

/** What a file is a mirror of; undefined of a file that is none. */
export async function mirroredBy(database: SqliteDatabase): Promise<Mirrored | undefined> {
  return database.read(() => {
    if (!database.first(HAS_TABLE)) return undefined;
    const [api] = database.first("SELECT api FROM stored_mirror") ?? [];
    const [since] = database.first("SELECT start FROM stored_retention") ?? [];
    const isWhole = database.first("SELECT 1 FROM stored_clock") !== undefined;
    return { api: String(api), since: String(since ?? EPOCH), isWhole };
  });
}

function assertHeld(database: SqliteDatabase, holder: string): void {
  if (database.first("SELECT 1 FROM stored_mirror WHERE holder = ?", [holder])) return;
  throw new SyncError("superseded", `another process copies into ${database.file} now: this one has stopped`);
}

async function begin(database: SqliteDatabase, api: string, holder: string): Promise<void> {
  const mirrored = await mirroredBy(database);
  const refusal = (problem: string) => new SyncError("refused", `${database.file} ${problem}: name another file`);
  if (mirrored && mirrored.api !== api) throw refusal(`is a mirror of ${mirrored.api}, not of ${api}`);
  await database.write(() => {
    if (!database.first(HAS_TABLE)) {
      if (database.first("SELECT 1 FROM stored_clock")) throw refusal("is an inventory that syncs keep, not a mirror");
      database.run(TABLE);
      database.run("INSERT INTO stored_mirror (api) VALUES (?)", [api]);
    }
    database.run("UPDATE stored_mirror SET holder = ?", [holder]);
  });
}

function show(database: SqliteDatabase, { at, keptSince, collections, scopes }: MirroredState): void {
  const [clock] = database.first("SELECT at FROM stored_clock") ?? [];
  const reached = typeof clock === "string" && clock > at ? clock : at;
  setClock(database, reached);
  if (keptSince !== undefined) database.run("UPDATE stored_retention SET start = ?", [keptSince]);
  for (const record of collections) {
    const { collection } = record;
    database.run(PUT_COLLECTION, [JSON.stringify(record), collection, serviceOf(collection)]);
  }
  const put = (state: ScopeState) =>
    database.run(PUT_SCOPE, [JSON.stringify(state), state.collection, escapeNul(state.scope)]);
  // The views need the scopes' rows to find the items.
  scopes.forEach(put);
  const counts = new Map(
    database
      .all("SELECT collection, scope, count(*) FROM items GROUP BY collection, scope")
      .map(([collection, scope, count]) => [`${collection} ${unescapeNul(String(scope))}`, Number(count)]),
  );
  for (const state of scopes) {
    put({ ...state, committedAt: reached, count: counts.get(`${state.collection} ${state.scope}`) ?? 0 });
  }
}
