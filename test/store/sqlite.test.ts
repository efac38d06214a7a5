import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { storeContract } from "./contract.ts";

const folder = mkdtempSync(join(tmpdir(), "stocktake-store-"));
afterAll(() => rmSync(folder, { recursive: true }));

const RETENTION_DAYS = 30;
let files = 0;

storeContract("in a SQLite file", async () => {
  files += 1;
  return createSqliteStore(join(folder, `${files}.db`), { retentionDays: RETENTION_DAYS });
});

storeContract("on SQLite in memory", async () => createSqliteStore(":memory:", { retentionDays: RETENTION_DAYS }));
