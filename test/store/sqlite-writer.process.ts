import { writeSync } from "node:fs";
import { openDatabase } from "../../functions/store/sqlite/database.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { added, instant, signal } from "./changes.ts";

/* A process of test/store/sqlite-processes.test.ts: writes batches to a database and says which are stored, or holds the lock for ever. */

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

if (mode === "hold") {
  const database = openDatabase(file);
  await database.write(() => {
    database.run("INSERT INTO stored_discards (collection, at) VALUES ('never committed', 'never')");
    say("holding");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
}
