import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SyncRecord } from "../../functions/model/sync-record.ts";
import { STORED_FORMAT } from "../../functions/store/port.ts";
import { openDatabase } from "../../functions/store/sqlite/database.ts";
import { createSqliteStore, type SqliteStore } from "../../functions/store/sqlite/store.ts";
import { added, COLLECTION, collectionRecord, instant, signal, stateOf, syncRecord } from "./changes.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stocktake-file-"));
  file = join(folder, "inventory.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

const OPTIONS = { retentionDays: 30 };
const CHANGES = Array.from({ length: 500 }, (_, n) => added(`key ${1_000 + n}`, instant(1)));

async function fill(): Promise<void> {
  const store = createSqliteStore(file, OPTIONS);
  await store.write(CHANGES, signal);
  await store.close();
}

async function readAll(store: SqliteStore): Promise<number> {
  return (await store.items(COLLECTION, {}, { limit: 1_000 })).items.length;
}

describe("the file of a database", () => {
  test("is made with its folder, and only its user may read it and what stands beside it", async () => {
    const before = process.umask(0o022);
    file = join(folder, "new", "folder", "inventory.db");
    const store = createSqliteStore(file, OPTIONS);
    process.umask(before);
    await store.write(CHANGES, signal);
    const files = readdirSync(join(folder, "new", "folder")).sort();
    expect(files).toEqual(["", "-shm", "-wal", "-writer"].map((suffix) => `inventory.db${suffix}`));
    for (const name of files) expect(statSync(join(folder, "new", "folder", name)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "new", "folder")).mode & 0o777).toBe(0o700);
    await store.close();
  });

  test("keeps the mode that somebody gave it", async () => {
    await fill();
    chmodSync(file, 0o640);
    const store = createSqliteStore(file, OPTIONS);
    expect(await readAll(store)).toBe(CHANGES.length);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    await store.close();
  });

  test("keeps what is stored when it is closed and opened again, its log empty", async () => {
    await fill();
    const log = `${file}-wal`;
    expect(existsSync(log) ? statSync(log).size : 0).toBe(0);
    const store = createSqliteStore(file, OPTIONS);
    expect(await readAll(store)).toBe(CHANGES.length);
    await store.close();
  });

  test("does not grow when changes are written again", async () => {
    const database = openDatabase(file);
    const store = createSqliteStore(database, OPTIONS);
    for (let n = 0; n < 3; n += 1) await store.write(CHANGES, signal);
    for (const [table, rows] of [
      ["stored_versions", 500],
      ["stored_changes", 500],
      ["stored_edges", 1_000],
    ]) {
      expect(database.all(`SELECT count(*) FROM ${table}`)).toEqual([[rows]]);
    }
    database.close();
  });

  test("has nothing of a write that fails, and takes the next one", async () => {
    const database = openDatabase(file);
    const discard = (at: string) =>
      database.run("INSERT INTO stored_discards (collection, at) VALUES (?, ?)", [COLLECTION, at]);
    const failing = database.write(() => {
      discard(instant(1));
      throw new Error("it cannot be done");
    });
    await expect(failing).rejects.toThrow(`database ${file} failed: it cannot be done`);
    await database.write(() => discard(instant(2)));
    expect(database.all("SELECT at FROM stored_discards")).toEqual([[instant(2)]]);
    database.close();
  });

  test("may have any name", async () => {
    file = join(folder, "what? 100% 'a;b' é#.db");
    await fill();
    expect(existsSync(file)).toBe(true);
  });

  test("gets new views when another release defined them differently", async () => {
    await fill();
    const other = new Database(file);
    other.exec("DROP VIEW items; CREATE VIEW items AS SELECT 1; CREATE VIEW of_another_release AS SELECT 1");
    other.close();
    const database = openDatabase(file);
    const names = database.all("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name");
    expect(names.flat()).toEqual(["changes", "edges", "items", "items_at", "read_timestamp"]);
    expect(database.all("SELECT * FROM items")).toEqual([]);
    database.close();
  });
});

describe("a database that is opened to be read", () => {
  test("is not made, and says so", () => {
    expect(() => createSqliteStore(file, { ...OPTIONS, readOnly: true })).toThrow(
      `there is no database ${file} yet: sync first`,
    );
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(file, "");
    expect(() => createSqliteStore(file, { ...OPTIONS, readOnly: true })).toThrow(/there is no database .* yet/);
    expect(statSync(file).size).toBe(0);
  });

  test("is read while it is written elsewhere, and refuses writes", async () => {
    const writer = createSqliteStore(file, OPTIONS);
    const reader = createSqliteStore(file, { ...OPTIONS, readOnly: true });
    expect(await readAll(reader)).toBe(0);
    await writer.write(CHANGES, signal);
    expect(await readAll(reader)).toBe(CHANGES.length);
    const refused = reader.addDiscards(COLLECTION, [instant(1)]);
    await expect(refused).rejects.toMatchObject({ code: "denied", message: expect.stringMatching(/is read-only: /) });
    await reader.close();
    await writer.close();
  });
});

describe("a database that is opened to be read where nothing can be written", () => {
  /** Runs as a user who may only read, since root may write everywhere, with a copy of a database that nobody has open. */
  async function asReader(log: string, body: () => Promise<void>): Promise<void> {
    await fill();
    const copies = join(folder, "copies");
    mkdirSync(copies);
    copyFileSync(file, join(copies, "inventory.db"));
    file = join(copies, "inventory.db");
    if (log !== "") writeFileSync(`${file}-wal`, log);
    for (const name of readdirSync(copies)) chmodSync(join(copies, name), 0o444);
    for (const each of [folder, copies]) chmodSync(each, 0o555);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await body();
    } finally {
      if (isRoot) process.seteuid?.(0);
      for (const each of [folder, copies]) chmodSync(each, 0o700);
    }
  }

  test("is read all the same", () =>
    asReader("", async () => {
      const reader = createSqliteStore(file, { ...OPTIONS, readOnly: true });
      expect(await readAll(reader)).toBe(CHANGES.length);
      await reader.close();
      expect(() => createSqliteStore(file, OPTIONS)).toThrow(/is read-only: make the file and its folder writable/);
    }));

  test("is refused when its log has something that the file has not", () =>
    asReader("some of a log", async () => {
      expect(() => createSqliteStore(file, { ...OPTIONS, readOnly: true })).toThrow(
        /cannot be opened: check that you may read and write it and its/,
      );
    }));
});

describe("a database that cannot be used", () => {
  const opening = (readOnly = false) => {
    try {
      createSqliteStore(file, { ...OPTIONS, readOnly });
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test.each([false, true])("is another file: it is left as it is (read only: %s)", (readOnly) => {
    writeFileSync(file, "This is no database.\n".repeat(1_000));
    expect(opening(readOnly)).toMatchObject({
      code: "malformed",
      message: `${file} is not a database: move it away, or set STOCKTAKE_DATA to another folder`,
    });
    expect(readFileSync(file, "utf8")).toBe("This is no database.\n".repeat(1_000));
  });

  test("is another program's", () => {
    const other = new Database(file);
    other.exec("CREATE TABLE theirs (id)");
    other.close();
    expect(opening()).toMatchObject({
      code: "unsupported",
      message: expect.stringMatching(/another program: move it/),
    });
  });

  test.each([
    [STORED_FORMAT + 1, "was written by a newer Stocktake", "update, or set STOCKTAKE_DATA to another folder"],
    [STORED_FORMAT - 1, "was written by an older Stocktake", "move it away and sync again"],
  ])("has format %i", async (format, what, remedy) => {
    await fill();
    const other = new Database(file);
    other.exec(`PRAGMA user_version = ${format}`);
    other.close();
    for (const readOnly of [false, true]) {
      expect(opening(readOnly)).toMatchObject({
        code: "unsupported",
        message: `database ${file} ${what} (format ${format}): ${remedy}`,
      });
    }
  });

  test("is a folder, or lies where no folder can be", () => {
    const name = file;
    mkdirSync(name);
    expect(opening()).toMatchObject({ code: "denied", message: expect.stringMatching(/cannot be opened: /) });
    writeFileSync(join(folder, "text"), "");
    file = join(folder, "text", "inventory.db");
    expect(opening()).toMatchObject({
      code: "denied",
      message: expect.stringMatching(/cannot be created \(E\w+\): make its folder writable, or set STOCKTAKE_DATA/),
    });
  });

  test.each([
    ["deleted", () => undefined],
    ["replaced", () => writeFileSync(file, "")],
  ])("was %s meanwhile", async (_, put) => {
    await fill();
    const store = createSqliteStore(file, OPTIONS);
    expect(await readAll(store)).toBe(CHANGES.length);
    renameSync(file, join(folder, "moved.db"));
    put();
    const message = `database ${file} was deleted or replaced while this process had it open: stop the process, and start it again`;
    // Reads may go on for a moment, writes must not.
    await vi.waitFor(() => expect(readAll(store)).rejects.toMatchObject({ code: "unavailable", message }), {
      timeout: 60_000,
    });
    await expect(store.write(CHANGES, signal)).rejects.toMatchObject({ code: "unavailable", message });
    await store.close();
  });
  test("was replaced the moment before it is written to", async () => {
    await fill();
    const store = createSqliteStore(file, OPTIONS);
    expect(await readAll(store)).toBe(CHANGES.length);
    renameSync(file, join(folder, "moved.db"));
    writeFileSync(file, "");
    await expect(store.write(CHANGES, signal)).rejects.toMatchObject({ code: "unavailable" });
    await expect(readAll(store)).rejects.toMatchObject({ code: "unavailable" });
    await store.close();
  });

  test("cannot be made: nothing of it is left, and it is made when it can be", () => {
    const module = new URL("../../functions/store/sqlite/database.ts", import.meta.url);
    const script = `import(${JSON.stringify(module)}).then(({ openDatabase }) => openDatabase(${JSON.stringify(file)}))`;
    const node = `exec '${process.execPath}' --import tsx --eval '${script}'`;
    const limited = spawnSync("bash", ["-c", `trap "" XFSZ; ulimit -f 40; ${node}`], { encoding: "utf8" });
    expect(limited.stderr).toMatch(/database .*inventory\.db cannot be read or written/);
    const database = openDatabase(file);
    expect(database.all("SELECT * FROM items")).toEqual([]);
    database.close();
  });

  test("has records that cannot be read: they can be replaced as if they were lost", async () => {
    const database = openDatabase(file);
    const store = createSqliteStore(database, OPTIONS);
    await store.putScopeState(stateOf(1));
    await store.putCollectionRecord(collectionRecord(1));
    await database.write(() => {
      database.run("UPDATE stored_scopes SET state = '{'");
      database.run("UPDATE stored_collections SET record = ''");
    });
    const message = `database ${file}: the state of scope all of ${COLLECTION} cannot be read: run \`stocktake verify --repair\``;
    await expect(store.scopeState(COLLECTION, "all")).rejects.toMatchObject({ code: "damaged", message });
    expect(await store.scopeStates(COLLECTION)).toEqual([]);
    expect(await store.collectionRecords(["test"])).toEqual([]);
    expect(await store.putScopeState(stateOf(2))).toBe(false);
    expect(await store.putScopeState(stateOf(1))).toBe(true);
    expect(await store.putCollectionRecord(collectionRecord(1))).toBe(true);
    expect(await store.scopeStates(COLLECTION)).toEqual([stateOf(1)]);
    database.close();
  });

  test("has a sync's record that cannot be read: pages go on after it", async () => {
    const database = openDatabase(file);
    const store = createSqliteStore(database, OPTIONS);
    const records = [0, 1, 2, 3].map((second) => syncRecord(instant(second)));
    for (const record of records) await store.recordSync(record);
    await database.write(() => database.run("UPDATE stored_syncs SET record = '{' WHERE sync < ?", [instant(2)]));
    const found: SyncRecord[] = [];
    for (let after: { after?: string } | undefined = {}; after; ) {
      const { syncs, next } = await store.syncs(COLLECTION, { ...after, order: "asc" }, 1);
      found.push(...syncs);
      after = next === undefined ? undefined : { after: next };
    }
    expect(found).toEqual(records.slice(2));
    database.close();
  });

  test("is damaged", async () => {
    await fill();
    const size = statSync(file).size;
    truncateSync(file, size / 2);
    truncateSync(file, size);
    const store = createSqliteStore(file, OPTIONS);
    await expect(readAll(store)).rejects.toMatchObject({
      code: "damaged",
      message: expect.stringMatching(
        /^database .*inventory\.db is damaged \(.*malformed\): restore a copy of it, or move it away/,
      ),
    });
    await store.close();
  });

  test("is on a full disk: what is stored stays, and the next write is possible when there is space", async () => {
    const database = openDatabase(file);
    const store = createSqliteStore(database, OPTIONS);
    await store.write(CHANGES.slice(0, 10), signal);
    database.first(`PRAGMA max_page_count = ${20}`);
    await expect(store.write(CHANGES, signal)).rejects.toMatchObject({
      code: "unavailable",
      message: `database ${file}: the disk is full. Nothing is lost: free space, then sync`,
    });
    expect(await readAll(store)).toBe(10);
    database.first("PRAGMA max_page_count = 1000000");
    await store.write(CHANGES, signal);
    expect(await readAll(store)).toBe(CHANGES.length);
    expect(database.all("PRAGMA integrity_check")).toEqual([["ok"]]);
    database.close();
  });

  test("is locked by a program that leaves no note", async () => {
    await fill();
    const other = new Database(file);
    other.exec("BEGIN IMMEDIATE");
    const database = openDatabase(file, { lockTimeoutMs: 50 });
    const store = createSqliteStore(database, OPTIONS);
    await expect(store.addDiscards(COLLECTION, [instant(1)])).rejects.toMatchObject({
      code: "unavailable",
      message: `database ${file} is locked by another program: wait for it, or close the program that has the file open`,
    });
    const patient = openDatabase(file, { lockTimeoutMs: 600_000 });
    const reason = new Error("stopped");
    const stop = new AbortController();
    const writing = createSqliteStore(patient, OPTIONS).write(CHANGES, stop.signal);
    stop.abort(reason);
    await expect(writing).rejects.toBe(reason);
    other.exec("ROLLBACK");
    await store.addDiscards(COLLECTION, [instant(1)]);
    for (const opened of [database, patient, other]) opened.close();
  });
});
