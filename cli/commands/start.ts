import { Command } from "commander";
import { settingsFrom } from "../settings.ts";
import { addExamples } from "./help.ts";

/** `stocktake start` */
export function startCommand(): Command {
  const command = new Command("start")
    .summary("start a demo: a simulated account, synced every 20 seconds, with API and explorer")
    .description(
      "Starts a demo: a simulated AWS account, synced every 20 seconds, with API and explorer on 127.0.0.1, until " +
        "Ctrl-C. Needs no AWS account. Its inventory is separate from that of real accounts.",
    )
    .action(async () => {
      const { start } = await import("../start.ts");
      process.exitCode = await start(settingsFrom(process.env));
    });
  return addExamples(
    command,
    [
      ["start, and look at http://127.0.0.1:8787", "npx stocktake start"],
      ["on another port, with the state in another folder", "PORT=9000 STOCKTAKE_DATA=/tmp/try npx stocktake start"],
    ],
    [
      "0  stopped by Ctrl-C",
      "1  the server cannot start, for example because the port is in use",
      "2  invalid arguments",
    ],
  );
}
