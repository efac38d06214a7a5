import process from "node:process";
import { createClient } from "stocktake/client";
import { appendChanges } from "./follow-changes.js";

const client = createClient({ baseUrl: process.env.STOCKTAKE_URL ?? "http://127.0.0.1:8787" });

await appendChanges(client, "changes.jsonl", {
  once: !process.argv.includes("--follow"),
  onRetry: (error, waitMs) => console.error(`Trying again in ${waitMs} ms: ${error}`),
});
