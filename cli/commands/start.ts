import { Command } from "commander";
import { settingsFrom } from "../settings.ts";
import { teach } from "./teaching.ts";

/** `stocktake start` */
export function startCommand(): Command {
  const command = new Command("start")
    .summary("see what this is: a simulated account, synced again and again, and served")
    .description(
      "Syncs a simulated AWS account that changes all the time, again and again, and serves the API and the explorer " +
        "over it on 127.0.0.1, until Ctrl-C. Needs no AWS account.",
    )
    .action(async () => {
      const { start } = await import("../start.ts");
      process.exitCode = await start(settingsFrom(process.env));
    });
  return teach(
    command,
    [
      ["start, and look at http://127.0.0.1:8787", "npx stocktake start"],
      ["on another port, with the state in another folder", "PORT=9000 STOCKTAKE_DATA=/tmp/try npx stocktake start"],
    ],
    ["0  stopped by Ctrl-C", "1  something stands in the way, such as a port in use", "2  not understood"],
  );
}
