import { Command } from "commander";
import { settingsFrom } from "../settings.ts";
import { UsageError } from "../usage.ts";
import { addExamples } from "./help.ts";

const DEFAULT_DAYS = 35;
const MAX_DAYS = 365;

function daysFrom(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= MAX_DAYS) return Number(text);
  throw new UsageError(`--days ${text} is not a whole number from 0 to ${MAX_DAYS}`);
}

/** `stocktake start` */
export function startCommand(): Command {
  const command = new Command("start")
    .summary("start a demo: a simulated account, synced every 20 seconds, with API and explorer")
    .description(
      "Starts a demo: a simulated AWS account, synced every 20 seconds, with API and explorer on 127.0.0.1, until " +
        "Ctrl-C. Needs no AWS account. Its inventory is separate from that of real accounts.",
    )
    .option(
      "--days <count>",
      `days of simulated history that a new demo begins with, 0 to ${MAX_DAYS} (default: ${DEFAULT_DAYS})`,
      daysFrom,
    )
    .option("--reset", "delete the demo's inventory first, and make a new one")
    .action(async ({ days = DEFAULT_DAYS, reset = false }: { readonly days?: number; readonly reset?: boolean }) => {
      const { start } = await import("../start.ts");
      process.exitCode = await start({ days, reset }, settingsFrom(process.env));
    });
  return addExamples(
    command,
    [
      ["start, and look at http://127.0.0.1:8787", "npx stocktake start"],
      ["begin again", "npx stocktake start --reset"],
      ["on another port, with the state in another folder", "PORT=9000 STOCKTAKE_DATA=/tmp/try npx stocktake start"],
    ],
    [
      "0  stopped by Ctrl-C",
      "1  the server cannot start, for example because the port is in use",
      "2  invalid arguments",
    ],
  );
}
