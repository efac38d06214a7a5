import { writeSync } from "node:fs";
import Database from "libsql";
import { openDatabase } from "../../functions/store/sqlite/database.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { added, instant, signal } from "./changes.ts";

/* A process of test/store/sqlite-processes.test.ts: writes batches to a database and says which are stored, or holds the lock for ever: in what it writes, or in its commit. */

const [mode, file = "", name = "", batches = "0"] = process.argv.slice(2);
const BATCH = 100;

function say(word: string | number): void {
  writeSync(1, `${word}\n`);
}

if (mode === "write") {
  const store = createSqliteStore(file, { retentionDays: 30 });
  for (let batch = 0; batch < Number(batches); batch += 1) {
    const keys = Array.from({ length: BATCH }, (_, n) => `${name} ${batch} ${n}`);
    await store.write(
      keys.map((key) => added(key, instant(batch))),
      signal,
    );
    say(batch);
  }
  await store.close();
}

function holdForEver(): void {
  say("holding");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

if (mode === "hold" || mode === "commit") {
  const database = openDatabase(file);
  const exec = Database.prototype.exec;
  Database.prototype.exec = function (sql) {
    if (sql === "COMMIT") holdForEver();
    return exec.call(this, sql);
  };
  await database.write(() => {
    database.run("INSERT INTO stored_discards (collection, at) VALUES ('never committed', 'never')");
    if (mode === "hold") holdForEver();
  });
}
