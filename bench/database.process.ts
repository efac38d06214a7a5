import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { createMissingTables } from "../cli/tables.ts";
import { tableNames } from "../functions/store/schema.ts";
import { bulkWriter, captureStore } from "./database/bulk.ts";
import { type Preload, preload } from "./database/preload.ts";
import { NAIVE_TABLE, TABLE_PREFIX } from "./processes/account.ts";
import { cpuMs } from "./processes/cpu.ts";
import { serve } from "./processes/serve.ts";

/** The embedded database, on disk and in a process of its own. */

const folder = mkdtempSync(path.join(tmpdir(), "stocktake-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const captured = captureStore();
const server = dynalite({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1");
const listening = new Promise((resolve) => server.once("listening", resolve));
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const calls = {
  /** Makes the tables and answers where they are. */
  async open(): Promise<string> {
    await listening;
    const client = new DynamoDBClient({ endpoint: url() });
    await createMissingTables(client, tableNames(TABLE_PREFIX));
    const keys = ["collection", "key"] as const;
    await client.send(
      new CreateTableCommand({
        TableName: NAIVE_TABLE,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
        KeySchema: keys.map((AttributeName, place) => ({ AttributeName, KeyType: place === 0 ? "HASH" : "RANGE" })),
      }),
    );
    client.destroy();
    return url();
  },
  /** Syncs a collection for the first time, its items written past the protocol, which is many times faster. */
  preload: (what: Preload): Promise<number> => preload(url(), bulkWriter(captured()), what),
  cpuMs,
};

export type DatabaseCalls = typeof calls;

serve(calls);
