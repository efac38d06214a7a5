import { Command } from "commander";
import type { SmokeOptions } from "../smoke/smoke.ts";
import { addExamples } from "./help.ts";
import { wholeNumber } from "./options.ts";

/** `stocktake smoke` */
export function smokeCommand(): Command {
  const command = new Command("smoke")
    .summary("try a deployed stack: one sync of every source, read back through its API")
    .description(
      "Tries a deployed stack: syncs every source of it once, and reads back through its API what was synced.",
    )
    .requiredOption("--stack <name>", "the stack's name, as deploying printed it")
    .option("--region <region>", "the stack's region (default: AWS_REGION or the profile's)")
    .option("--profile <name>", "a profile of your AWS configuration (default: the usual chain)")
    .option(
      "--timeout-seconds <seconds>",
      "how long to wait for the syncs",
      wholeNumber("--timeout-seconds", "a whole number of seconds"),
    )
    .action(async (options: SmokeOptions) => {
      process.exitCode = await smoke(options);
    });
  return addExamples(
    command,
    [["the stack that `npm run deploy` made", "npx stocktake smoke --stack Stocktake --region eu-west-1"]],
    [
      "0  every source is complete, and read back as it was synced",
      "1  a source failed, has pending removals, or was read back differently",
      "2  invalid arguments",
    ],
  );
}

/** Tries a deployed stack: one sync of every source, read back through the API. Exit code 0 all complete, 1 not. */
export async function smoke(options: SmokeOptions): Promise<number> {
  // The clients that only this command needs are loaded only for it.
  const { smokeStack } = await import("../smoke/smoke.ts");
  return smokeStack(options);
}
