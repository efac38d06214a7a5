import process from "node:process";
import { createClient } from "stocktake/api";
import { followChanges } from "./follow-changes.js";

const client = createClient({ baseUrl: process.env.STOCKTAKE_URL ?? "http://127.0.0.1:8787" });

await followChanges(client, "since.txt", (change) => {
  console.log(JSON.stringify(change));
});
