import { styleText } from "node:util";
import { Command } from "commander";
import { oneLine } from "../functions/model/errors.ts";
import { changesCommand } from "./commands/changes.ts";
import { completionCommand } from "./commands/completion.ts";
import { exploreCommand } from "./commands/explore.ts";
import { graphCommand } from "./commands/graph.ts";
import { itemsCommand } from "./commands/items.ts";
import { serveCommand } from "./commands/serve.ts";
import { smokeCommand } from "./commands/smoke.ts";
import { startCommand } from "./commands/start.ts";
import { syncCommand } from "./commands/sync.ts";
import { teach } from "./commands/teaching.ts";
import { version } from "./version.ts";

const GROUPS: readonly (readonly [heading: string, commands: readonly (() => Command)[]])[] = [
  ["Keep an inventory:", [startCommand, syncCommand, serveCommand]],
  ["Look into it:", [itemsCommand, changesCommand, graphCommand]],
  ["A deployed stack:", [exploreCommand, smokeCommand]],
  ["Your shell:", [completionCommand]],
];

const WIDEST_HELP = 100;

/** Every command there is. Commands load what they need when they are run, so that this is quick. */
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
      getOutHelpWidth: () => Math.min(process.stdout.columns || 80, WIDEST_HELP),
      getErrHelpWidth: () => Math.min(process.stderr.columns || 80, WIDEST_HELP),
      outputError: (text, write) => write(`${oneLine(text.replace(/^error: /, "stocktake: "))}\n`),
    });
  for (const [heading, commands] of GROUPS) {
    for (const command of commands) {
      program.addCommand(command().copyInheritedSettings(program).helpGroup(heading));
    }
  }
  return teach(
    program,
    [
      ["see it work, without an AWS account", "npx stocktake start"],
      ["a real account: sync it, then ask", "npx stocktake sync --region eu-west-1"],
      ["what changed since yesterday at this time", "npx stocktake changes --since 24h"],
      ["more of one command", "npx stocktake items --help"],
    ],
    [
      "0  done; everything is complete",
      "1  something failed, was held, or stands in the way",
      "2  the command was not understood; nothing was done",
    ],
  ).addHelpText("after", ENVIRONMENT);
}

const ENVIRONMENT = `
Environment:
  STOCKTAKE_DATA             folder of the stored state (default: .stocktake)
  PORT                       of start, serve and explore, on 127.0.0.1 (default: 8787)
  STOCKTAKE_RETENTION_DAYS   how long the past is kept (default: 400)
  AWS_ENDPOINT_URL_DYNAMODB  a DynamoDB to keep the state in, instead of the embedded one
  STOCKTAKE_TABLE_PREFIX     of its tables' names (default: stocktake-)
  STOCKTAKE_DEBUG            set, to see where an unexpected error came from
  NO_COLOR                   set, for no colours; there are none but on a terminal`;
