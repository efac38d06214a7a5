import { Command } from "commander";
import { settingsFrom } from "../settings.ts";
import type { TargetOptions } from "../targets.ts";
import { addExamples } from "./help.ts";
import { withTargets } from "./options.ts";

/** `stocktake run` */
export function runCommand(): Command {
  const command = withTargets(
    new Command("run")
      .summary("keep the inventory of a real account up to date")
      .description(
        "Syncs every source of a real account whenever it is due, with your ordinary AWS credentials, until Ctrl-C. It goes " +
          "on where it stopped, and `serve` may run beside it. Without --region it syncs the targets that `targets add` stored, if there are any.",
      ),
  ).action(async (options: Partial<TargetOptions>) => {
    const { runDueSyncs } = await import("../run-due.ts");
    process.exitCode = await runDueSyncs({ source: [], region: [], ...options }, settingsFrom(process.env));
  });
  return addExamples(
    command,
    [
      ["every source in one region", "npx stocktake run --region eu-west-1"],
      ["the targets that `targets add` stored", "npx stocktake run"],
      ["gently", "npx stocktake run --region eu-west-1 --calls-per-second 2"],
    ],
    [
      "0  stopped by Ctrl-C",
      "1  the command cannot start, for example because there are no credentials",
      "2  invalid arguments; nothing was done",
    ],
  );
}
