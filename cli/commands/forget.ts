import { Command } from "commander";
import { settingsFrom } from "../settings.ts";
import type { ForgetOptions } from "../target-records/forget.ts";
import { addExamples } from "./help.ts";

/** `stocktake forget` */
export function forgetCommand(): Command {
  const command = new Command("forget")
    .summary("delete the history of a retired target of this machine for good")
    .description(
      "Deletes all that this machine's inventory has of a retired target: versions, changes, edges and syncs. It says how much that is, and asks. " +
        "The target stays retired, so that nothing late brings it back.",
    )
    .argument("<target>", "an account with all its regions, or an account and region, like 123456789012/eu-west-1")
    .option("--yes", "do not ask")
    .action(async (name: string, options: ForgetOptions) => {
      const { forgetTargets } = await import("../target-records/forget.ts");
      await forgetTargets(name, options, settingsFrom(process.env));
    });
  return addExamples(
    command,
    [["after the account was retired", "npx stocktake forget 123456789012/eu-west-1"]],
    [
      "0  deleted",
      "1  a sync of it still runs, or the inventory cannot be written",
      "2  invalid arguments; nothing was deleted",
    ],
  );
}
