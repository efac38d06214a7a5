import { Command } from "commander";
import type { ExploreOptions } from "../../explorer/explore.ts";
import { settingsFrom } from "../settings.ts";
import { addExamples } from "./help.ts";

/** `stocktake explore` */
export function exploreCommand(): Command {
  const command = new Command("explore")
    .summary("open a deployed API in the explorer")
    .description(
      "Serves the explorer on 127.0.0.1 over a deployed API, until Ctrl-C. Requests to it are signed with your " +
        "credentials, which do not leave this machine.",
    )
    .requiredOption("--api <url>", "the API's URL, as deploying printed it")
    .option("--profile <name>", "sign with this profile of your AWS configuration (default: the usual chain)")
    .option("--region <region>", "the API's region (default: the one in its URL)")
    .action(async (options: ExploreOptions) => {
      const { explore } = await import("../../explorer/explore.ts");
      process.exitCode = await explore(options, settingsFrom(process.env));
    });
  return addExamples(
    command,
    [
      [
        "with the credentials of a profile",
        "npx stocktake explore --api https://abc123.execute-api.eu-west-1.amazonaws.com --profile audit",
      ],
    ],
    ["0  stopped by Ctrl-C", "1  no credentials, or the API rejects them or does not respond", "2  invalid arguments"],
  );
}
