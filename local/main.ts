import { Command, CommanderError, Option } from "commander";
import { explain, oneLine } from "../functions/core/errors.ts";
import { explore } from "./commands/explore.ts";
import { serve } from "./commands/serve.ts";
import { smoke } from "./commands/smoke.ts";
import { start } from "./commands/start.ts";
import { sync } from "./commands/sync.ts";
import { settingsFrom } from "./settings.ts";
import { LocalError, UsageError } from "./usage.ts";
import { version } from "./version.ts";

// The SDK's warning that it will one day want a newer Node is not for those who run this.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

const repeatable = (value: string, before: string[]) => [...before, value];

function wholeSeconds(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--timeout-seconds ${text} is not a whole number of seconds`);
}

function commandLine(run: (command: () => Promise<number>) => Promise<void>): Command {
  const program = new Command("stocktake")
    .description("A trustworthy, historical inventory of AWS resources the usual tools miss.")
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${oneLine(text.replace(/^error: /, "stocktake: "))}\n`) });

  program
    .command("start")
    .description("a simulated account, synced again and again, and the API over it; to see what this is")
    .action(() => run(() => start(settingsFrom(process.env))));

  program
    .command("sync")
    .description(
      "one sync of every source of a real account; exit code 0 all complete, 1 something failed or held, 2 usage",
    )
    .option("--source <id>", "sync only this source (repeatable)", repeatable, [])
    .option("--region <region>", "sync this region (repeatable; default: AWS_REGION or the profile's)", repeatable, [])
    .addOption(new Option("--account <id>", "the account that the credentials belong to (default: asks STS)"))
    .option("--accept-removals <source>", "apply what the guard would hold of this source (repeatable)", repeatable, [])
    .option("--tail", "list only what is newer than what is known, where the source can; a page when nothing is new")
    .option(
      "--cut-after <seconds>",
      "complete a listing that can be cut after this time, and go on from there",
      undefined,
    )
    .option("--calls-per-second <number>", "call no service in a region more often (default: as fast as it lets)")
    .option("--json", "print one line of JSON a sync on standard output")
    .action((options) => run(() => sync(options, settingsFrom(process.env))));

  program
    .command("serve")
    .description("the API over the stored state; nothing is synced")
    .action(() => run(() => serve(settingsFrom(process.env))));

  program
    .command("explore")
    .description("the explorer over a deployed API, its requests signed with your credentials")
    .requiredOption("--api <url>", "where the API is, as deploying printed it")
    .option("--profile <name>", "sign with this profile of your AWS configuration (default: the usual chain)")
    .option("--region <region>", "the API's region (default: the one that its URL names)")
    .action((options) => run(() => explore(options, settingsFrom(process.env))));

  program
    .command("smoke")
    .description(
      "one sync of every source of a deployed stack, read back through its API; exit code 0 all complete, 1 not",
    )
    .requiredOption("--stack <name>", "the stack's name, as deploying printed it")
    .option("--region <region>", "the stack's region (default: AWS_REGION or the profile's)")
    .option("--profile <name>", "a profile of your AWS configuration (default: the usual chain)")
    .option("--timeout-seconds <seconds>", "how long to wait for the syncs", wholeSeconds)
    .action((options) => run(() => smoke(options)));

  for (const command of program.commands) command.allowExcessArguments(false);
  return program;
}

async function main(): Promise<void> {
  try {
    await commandLine(async (command) => {
      process.exitCode = await command();
    }).parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

/** Says in one line what is wrong, unless that has been said. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const known = error instanceof UsageError || error instanceof LocalError;
  process.stderr.write(`stocktake: ${known ? oneLine(error.message) : explain(error)}\n`);
  if (error instanceof UsageError) return 2;
  if (!known && process.env.STOCKTAKE_DEBUG) console.error(error);
  return 1;
}

await main();
