import { styleText } from "node:util";
import { Command, CommanderError } from "commander";
import { toSingleLine } from "../functions/model/errors.ts";
import { changesCommand } from "./commands/changes.ts";
import { completionCommand } from "./commands/completion.ts";
import { diffCommand } from "./commands/diff.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { exploreCommand } from "./commands/explore.ts";
import { exportCommand } from "./commands/export.ts";
import { forgetCommand } from "./commands/forget.ts";
import { graphCommand } from "./commands/graph.ts";
import { addExamples } from "./commands/help.ts";
import { historyCommand } from "./commands/history.ts";
import { itemsCommand } from "./commands/items.ts";
import { lineageCommand } from "./commands/lineage.ts";
import { mcpCommand } from "./commands/mcp.ts";
import { mirrorCommand } from "./commands/mirror.ts";
import { openCommand } from "./commands/open.ts";
import { reportCommand } from "./commands/report.ts";
import { runCommand } from "./commands/run.ts";
import { searchCommand } from "./commands/search.ts";
import { serveCommand } from "./commands/serve.ts";
import { showCommand } from "./commands/show.ts";
import { smokeCommand } from "./commands/smoke.ts";
import { sqlCommand } from "./commands/sql.ts";
import { startCommand } from "./commands/start.ts";
import { statusCommand } from "./commands/status.ts";
import { syncCommand } from "./commands/sync.ts";
import { targetsCommand } from "./commands/targets.ts";
import { verifyCommand } from "./commands/verify.ts";
import { verifyReportCommand } from "./commands/verify-report.ts";
import { version } from "./version.ts";

const GROUPS: readonly (readonly [heading: string, commands: readonly (() => Command)[]])[] = [
  [
    "Keep an inventory:",
    [
      ...[startCommand, syncCommand, runCommand, serveCommand, targetsCommand, forgetCommand],
      ...[verifyCommand, doctorCommand],
    ],
  ],
  [
    "Look into it:",
    [
      ...[statusCommand, searchCommand, showCommand, historyCommand, itemsCommand, changesCommand, diffCommand],
      ...[lineageCommand, graphCommand, sqlCommand, openCommand, mcpCommand],
    ],
  ],
  ["Take it elsewhere:", [exportCommand, mirrorCommand, reportCommand, verifyReportCommand]],
  ["A deployed stack:", [exploreCommand, smokeCommand]],
  ["Your shell:", [completionCommand]],
];

const MAX_HELP_WIDTH = 100;

/** Every command there is. Commands load what they need when they run, so that this is quick. */
export function commandLine(): Command {
  const program = new Command("stocktake")
    .description("A trustworthy, historical inventory of AWS resources the usual tools miss.")
    .version(version)
    .commandsGroup("Your shell:")
    .helpCommand("help [command]", "display help for a command")
    .exitOverride()
    .allowExcessArguments(false)
    .configureHelp({ styleTitle: (title) => styleText("bold", title, { validateStream: false }) })
    .configureOutput({
      getOutHelpWidth: () => Math.min(process.stdout.columns || 80, MAX_HELP_WIDTH),
      getErrHelpWidth: () => Math.min(process.stderr.columns || 80, MAX_HELP_WIDTH),
      outputError: (text, write) => write(`${toSingleLine(text.replace(/^error: /, "stocktake: "))}\n`),
    });
  for (const [heading, commands] of GROUPS) {
    for (const command of commands) {
      const added = command().copyInheritedSettings(program).helpGroup(heading);
      for (const own of added.commands) own.copyInheritedSettings(program);
      program.addCommand(added);
    }
  }
  return addExamples(
    program,
    [
      ["see it work, without an AWS account", "npx stocktake start"],
      ["sync a real account, then ask", "npx stocktake sync --region eu-west-1"],
      ["what changed in the last 24 hours", "npx stocktake changes --since 24h"],
      ["more about one command", "npx stocktake items --help"],
    ],
    [
      "0  success; everything is complete",
      "1  something failed, or removals are pending",
      "2  invalid arguments; nothing was done",
    ],
  ).addHelpText("after", ENVIRONMENT);
}

/** Runs the command that the arguments name, or prints the help or the version that they ask for. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const program = commandLine();
  // Commander answers `nosuch --help` and `help nosuch` with the help of the whole; the unknown command alone it refuses.
  const name = args[0] === "help" ? (args[1] ?? "help") : (args[0] ?? "");
  const isKnown =
    name.startsWith("-") || name === "help" || program.commands.some((command) => command.name() === name);
  try {
    await program.parseAsync(isKnown || name === "" ? args : [name], { from: "user" });
  } catch (error) {
    // What was asked for has been printed.
    if (!(error instanceof CommanderError && error.exitCode === 0)) throw error;
  }
}

const ENVIRONMENT = `
Environment:
  STOCKTAKE_DATA             folder of the stored state (default: .stocktake)
  PORT                       of start, serve and explore, on 127.0.0.1 (default: 8787)
  STOCKTAKE_RETENTION_DAYS   how long the past is kept (default: 400)
  AWS_ENDPOINT_URL_DYNAMODB  a DynamoDB that keeps the state, instead of the folder
  STOCKTAKE_TABLE_PREFIX     of its tables' names (default: stocktake-)
  HTTPS_PROXY                a proxy for https; NO_PROXY names hosts that are reached without it
  AWS_CA_BUNDLE              a file of certificate authorities to trust beside the known ones
  STOCKTAKE_DEBUG            print where an unexpected error came from
  NO_COLOR                   disable colors

State:
  A real account's inventory is kept in inventory.db, the demo's in demo.db. Commands that read use
  inventory.db; with --demo, or when there is no inventory.db, they use demo.db.`;
