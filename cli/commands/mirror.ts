import { Command } from "commander";
import type { MirrorOptions } from "../mirror-command.ts";
import { settingsFrom } from "../settings.ts";
import { addExamples } from "./help.ts";
import { wholeNumber } from "./options.ts";

/** `stocktake mirror` */
export function mirrorCommand(): Command {
  const command = new Command("mirror")
    .summary("copy a deployed inventory into one SQLite file, and keep it up to date")
    .description(
      "Copies what a deployed API has into a SQLite file: all items, and the change log as far as it is kept. Run again, it adds what is " +
        "new. It can be stopped at any time, and goes on where it was. The file keeps what the deployment's retention drops later.",
    )
    .requiredOption("--api <url>", "the deployed API; this is its URL, as deploying printed it")
    .requiredOption("--into <file>", "the SQLite file; it is made where there is none")
    .option("--follow", "go on until Ctrl-C, adding what is new")
    .option(
      "--every <seconds>",
      "with --follow: how often to ask for what is new",
      wholeNumber("--every", "a number of seconds from 1 to 86400", 86_400),
      60,
    )
    .option("--profile <name>", "sign with this profile of your AWS configuration (default: the usual chain)")
    .option("--api-region <region>", "the API's region (default: the one in its URL)")
    .action(async (options: MirrorOptions) => {
      const { mirror } = await import("../mirror-command.ts");
      await mirror(options, settingsFrom(process.env));
    });
  const api = "https://a1b2.execute-api.eu-west-1.amazonaws.com";
  return addExamples(
    command,
    [
      ["copy it once, or add what is new", `npx stocktake mirror --api ${api} --into mirror.db`],
      ["keep it up to date", `npx stocktake mirror --api ${api} --into m.db --follow`],
      ["then ask the copy; `sql` and other commands do it, too", "npx stocktake items --from mirror.db"],
    ],
    [
      "0  the mirror is up to date, or was stopped by Ctrl-C",
      "1  the API or the file failed; what was copied stays",
      "2  invalid arguments; nothing was done",
    ],
  );
}
