import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDatabase } from "../../functions/store/sqlite/database.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { added, COLLECTION, instant, signal } from "./changes.ts";

/* Several processes have one database open. */

const PROCESS = fileURLToPath(new URL("./sqlite-writer.process.ts", import.meta.url));
const BATCH = 100;

let folder: string;
let file: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stocktake-processes-"));
  file = join(folder, "inventory.db");
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** A process, and the lines that it says. */
function start(...args: string[]) {
  const child = spawn(process.execPath, ["--import", "tsx", PROCESS, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const said: string[] = [];
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout }).on("line", (line) => said.push(line));
  const has = async (count: number) => {
    while (said.length < count) await once(lines, "line");
  };
  return { child, said, ended, has };
}

test("processes that open a new database at once, and write, lose nothing when one of them is killed", async () => {
  const killed = start("write", file, "killed", "10000");
  const others = ["one", "two"].map((name) => start("write", file, name, "12"));
  await killed.has(5);
  killed.child.kill("SIGKILL");
  await killed.ended;
  for (const other of others) expect(await other.ended).toEqual([0, null]);

  const store = createSqliteStore(file, { retentionDays: 30 });
  const keys: string[] = [];
  for (let after: string | undefined, page = 0; page === 0 || after !== undefined; page += 1) {
    const { items, next } = await store.items(COLLECTION, {}, { limit: 1_000, ...(after !== undefined && { after }) });
    keys.push(...items.map(([{ key }]) => key));
    after = next;
  }
  const batchesOf = (name: string) => {
    const batches = new Map<string, number>();
    for (const [writer, batch = ""] of keys.map((key) => key.split(" "))) {
      if (writer === name) batches.set(batch, (batches.get(batch) ?? 0) + 1);
    }
    return batches;
  };
  for (const name of ["one", "two", "killed"]) expect(new Set(batchesOf(name).values())).toEqual(new Set([BATCH]));
  for (const name of ["one", "two"]) expect(batchesOf(name).size).toBe(12);
  expect([...batchesOf("killed").keys()]).toEqual(expect.arrayContaining(killed.said));
  // What it was told is stored, and at most one batch more.
  expect(batchesOf("killed").size - killed.said.length).toBeLessThanOrEqual(1);

  const positions = keys.map((key) => ({ key, at: instant(Number(key.split(" ")[1])) }));
  expect(await store.changesAt(COLLECTION, positions)).toHaveLength(keys.length);
  await store.close();
  const database = openDatabase(file);
  expect(database.all("PRAGMA integrity_check")).toEqual([["ok"]]);
  expect(database.all("SELECT count(*) FROM stored_edges")).toEqual([[2 * keys.length]]);
  database.close();
});

test.each([
  ["a write", "hold"],
  ["its commit", "commit"],
])(
  "a process that is stopped amid %s keeps no reader waiting, and is named to a process that wants to write",
  async (_, mode) => {
    const database = openDatabase(file, { lockTimeoutMs: 500 });
    const store = createSqliteStore(database, { retentionDays: 30 });
    await store.write([added("a", instant(1))], signal);

    const stopped = start(mode, file);
    await stopped.has(1);
    stopped.child.kill("SIGSTOP");

    let reads = 0;
    let waiting = true;
    const writing = store.addDiscards(COLLECTION, [instant(1)]).finally(() => {
      waiting = false;
    });
    writing.catch(() => undefined);
    while (waiting) {
      expect(await store.itemsOf(COLLECTION, ["a"])).toHaveLength(1);
      reads += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(reads).toBeGreaterThan(10);
    await expect(writing).rejects.toMatchObject({
      code: "unavailable",
      message: `database ${file} is locked by process ${stopped.child.pid} (sqlite-writer.process ${mode}): wait for it or stop it`,
    });
    const another = createSqliteStore(file, { retentionDays: 30 });
    expect(await another.itemsOf(COLLECTION, ["a"])).toHaveLength(1);
    await another.close();

    stopped.child.kill("SIGKILL");
    await stopped.ended;
    await store.addDiscards(COLLECTION, [instant(1)]);
    expect(await store.discards("never committed")).toEqual(new Set());
    database.close();
  },
);
