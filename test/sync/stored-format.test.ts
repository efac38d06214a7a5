import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { STORED_FORMAT } from "../../functions/store/port.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { createTestClock, present, runSync, thing } from "./engine.ts";

let folder: string;
let file: string;
const clock = createTestClock();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stocktake-format-"));
  file = join(folder, "inventory.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => createSqliteStore(file, { now: clock.now, retentionDays: 30 });
const setFormat = (format: number) => {
  const database = new Database(file);
  database.exec(`PRAGMA user_version = ${format}`);
  database.close();
};

describe("a stored inventory", () => {
  test("of this format goes on", async () => {
    const first = open();
    await runSync(first, clock, [thing("a")]);
    await first.close();
    const second = open();
    expect(await present(second)).toEqual({ a: 1 });
    await second.close();
  });
  test.each([STORED_FORMAT + 1, 99])("of the newer format %i is refused, and stays as it is", async (format) => {
    const first = open();
    await runSync(first, clock, [thing("a")]);
    await first.close();
    setFormat(format);
    expect(open).toThrow(/format/);
    setFormat(STORED_FORMAT);
    const again = open();
    expect(await present(again)).toEqual({ a: 1 });
    await again.close();
  });
});
