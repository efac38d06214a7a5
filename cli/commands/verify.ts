import { Command } from "commander";
import { settingsFrom } from "../settings.ts";
import type { VerifyOptions } from "../verify.ts";
import { addExamples } from "./help.ts";
import { repeatable, withDemo } from "./options.ts";

/** `stocktake verify` */
export function verifyCommand(): Command {
  const command = withDemo(
    new Command("verify")
      .summary("check stored data against its checksums, and repair it")
      .description(
        "Checks what is stored against its checksums, and versions, change log and edges against each other. With --repair, " +
          "restores what was lost or changed, from what is left of it; run a sync afterwards. Syncs may run meanwhile.",
      )
      .option("--source <id>", "verify only this source (repeatable)", repeatable)
      .option("--repair", "repair what is damaged")
      .option("--json", "print one line of JSON a scope")
      .option("--stack <name>", "verify what a deployed stack stores (default: what this machine does)")
      .option("--region <region>", "the stack's region (default: AWS_REGION or the profile's)")
      .option("--profile <name>", "find the stack with this profile of your AWS configuration"),
  ).action(async (options: Partial<VerifyOptions>) => {
    const { verify } = await import("../verify.ts");
    process.exitCode = await verify({ source: [], ...options }, settingsFrom(process.env));
  });
  return addExamples(
    command,
    [
      ["everything on this machine", "npx stocktake verify"],
      ["repair what is damaged", "npx stocktake verify --repair"],
      ["each problem, for a program", "npx stocktake verify --json"],
      ["repair what a deployed stack stores", "npx stocktake verify --repair --stack Stocktake"],
    ],
    [
      "0  nothing is damaged, or all of it was repaired",
      "1  there is damage, or a scope could not be verified",
      "2  invalid arguments; nothing was done",
    ],
  );
}
