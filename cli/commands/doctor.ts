import { Command } from "commander";
import type { DoctorOptions } from "../doctor/doctor.ts";
import { addExamples } from "./help.ts";
import { withAccount } from "./options.ts";

/** `stocktake doctor` */
export function doctorCommand(): Command {
  const command = withAccount(
    new Command("doctor")
      .summary("check settings, credentials, permissions, network and storage, and say what to do")
      .description(
        "Shows what was resolved of every setting and where it came from, and asks each service for one page of what it " +
          "lists: whether it answers, which permission is missing, how far the clock is off. Changes nothing.",
      ),
    "check",
  )
    .option("--profile <name>", "a profile of your AWS configuration (default: AWS_PROFILE)")
    .option("--json", "print everything as one line of JSON")
    .action(async (options: Partial<DoctorOptions>) => {
      const { doctor } = await import("../doctor/doctor.ts");
      process.exitCode = await doctor({ source: [], region: [], ...options }, process.env);
    });
  return addExamples(
    command,
    [
      ["why a sync fails", "npx stocktake doctor --region eu-west-1"],
      ["one source, with a profile", "npx stocktake doctor --profile audit --source workspaces.images"],
      ["for a program", "npx stocktake doctor --json"],
    ],
    ["0  no problem", "1  there is a problem", "2  invalid arguments"],
  );
}
