import { Command, Option } from "commander";
import { settingsFrom } from "../settings.ts";
import type { SyncOptions } from "../sync.ts";
import { UsageError } from "../usage.ts";
import { addExamples } from "./help.ts";
import { repeatable, withTargets } from "./options.ts";

interface Given extends Partial<SyncOptions> {
  /** A deployed stack, whose functions sync. */
  readonly stack?: string;
  readonly stackRegion?: string;
  readonly profile?: string;
  /** Earlier names of options. */
  readonly acceptRemovals?: readonly string[];
  readonly tail?: boolean;
}

/** `stocktake sync` */
export function syncCommand(): Command {
  const command = withTargets(
    new Command("sync")
      .summary("sync every source of a real account once")
      .description(
        "Lists every source of a real account once, with your ordinary AWS credentials, and stores what changed. You can " +
          "stop it with Ctrl-C, or kill it, at any time: run it again.",
      ),
  )
    .option("--approve-removals <source>", "apply this source's pending removals (repeatable)", repeatable)
    .option(
      "--approve-account <source>",
      "store this source's items although all are another account's (repeatable)",
      repeatable,
    )
    .addOption(new Option("--accept-removals <source>").argParser(repeatable).hideHelp())
    .option(
      "--incremental",
      "list only what is newer than known, of the sources that can: one page when nothing is new",
    )
    .addOption(new Option("--tail").hideHelp())
    .addOption(new Option("--cut-after <seconds>").argParser(refuseCutAfter).hideHelp())
    .option("--json", "print one line of JSON a sync on standard output")
    .optionsGroup("A deployed stack:")
    .option("--stack <name>", "have this stack's functions sync: what is chosen is due at once")
    .option("--stack-region <region>", "the stack's region (default: AWS_REGION or the profile's)")
    .option("--profile <name>", "find the stack with this profile of your AWS configuration")
    .optionsGroup("Options:")
    .action(async ({ acceptRemovals = [], approveRemovals = [], tail, ...options }: Given) => {
      if (options.stack !== undefined) {
        const { syncDeployed } = await import("../sync-deployed.ts");
        const { stack, stackRegion, profile, source = [], region = [], account } = options;
        process.exitCode = await syncDeployed({
          ...{ stack, source, region, approveRemovals: [...approveRemovals, ...acceptRemovals] },
          ...(stackRegion !== undefined && { stackRegion }),
          ...(profile !== undefined && { profile }),
          ...(account !== undefined && { account }),
        });
        return;
      }
      const { sync } = await import("../sync.ts");
      process.exitCode = await sync(
        {
          ...{ source: [], region: [], approveAccount: [], ...options },
          approveRemovals: [...approveRemovals, ...acceptRemovals],
          incremental: options.incremental ?? tail ?? false,
        },
        settingsFrom(process.env),
      );
    });
  return addExamples(
    command,
    [
      ["every source in one region", "npx stocktake sync --region eu-west-1"],
      [
        "one source in two regions",
        "npx stocktake sync --source workspaces.images --region eu-west-1 --region us-east-1",
      ],
      ["with a profile of your AWS configuration", "AWS_PROFILE=audit npx stocktake sync"],
      [
        "what is new in a long list, at little cost",
        "npx stocktake sync --source sagemaker.associations --incremental",
      ],
      ["how each sync ended, for a program", "npx stocktake sync --region eu-west-1 --json"],
      [
        "what a deployed stack keeps pending",
        "npx stocktake sync --stack Stocktake --approve-removals workspaces.images",
      ],
    ],
    [
      "0  everything is complete",
      "1  something failed, or removals are pending; what did not fail is stored",
      "2  invalid arguments; nothing was done",
    ],
  );
}

function refuseCutAfter(): never {
  throw new UsageError("--cut-after is not needed any more: leave it out. A long list is stored in parts by itself");
}
