import { Command } from "commander";
import { settingsFrom } from "../settings.ts";
import type { SyncOptions } from "../sync.ts";
import { repeatable } from "./options.ts";
import { teach } from "./teaching.ts";

/** `stocktake sync` */
export function syncCommand(): Command {
  const command = new Command("sync")
    .summary("sync every source of a real account once")
    .description(
      "Lists every source of a real account once, with your ordinary AWS credentials, and stores what changed. It may " +
        "be stopped with Ctrl-C, or killed, at any time: run it again.",
    )
    .option("--source <id>", "sync only this source (repeatable)", repeatable)
    .option("--region <region>", "sync this region (repeatable; default: AWS_REGION or the profile's)", repeatable)
    .option("--account <id>", "the account that the credentials belong to (default: asks STS)")
    .option("--accept-removals <source>", "apply what the guard would hold of this source (repeatable)", repeatable)
    .option("--tail", "list only what is newer than what is known, where the source can; a page when nothing is new")
    .option("--cut-after <seconds>", "complete a listing that can be cut after this time, and go on from there")
    .option("--calls-per-second <number>", "call no service in a region more often (default: as fast as it lets)")
    .option("--json", "print one line of JSON a sync on standard output")
    .action(async (options: Partial<SyncOptions>) => {
      const { sync } = await import("../sync.ts");
      process.exitCode = await sync(
        { source: [], region: [], acceptRemovals: [], ...options },
        settingsFrom(process.env),
      );
    });
  return teach(
    command,
    [
      ["every source in one region", "npx stocktake sync --region eu-west-1"],
      [
        "one source in two regions",
        "npx stocktake sync --source workspaces.images --region eu-west-1 --region us-east-1",
      ],
      ["with a profile of your AWS configuration", "AWS_PROFILE=audit npx stocktake sync"],
      ["what is new in a long list, at little cost", "npx stocktake sync --source sagemaker.associations --tail"],
      ["how each sync ended, for a program", "npx stocktake sync --region eu-west-1 --json"],
    ],
    [
      "0  everything is complete",
      "1  something failed or was held; what did not fail is stored",
      "2  the command was not understood; nothing was done",
    ],
  );
}
