import { Command } from "commander";
import { settingsFrom } from "../settings.ts";
import type { AddOptions, RetireOptions } from "../target-records/change.ts";
import type { ImportOptions } from "../target-records/import.ts";
import type { ListOptions } from "../target-records/list.ts";
import { addExamples } from "./help.ts";
import { repeatable } from "./options.ts";

const CODES = ["0  success", "1  the inventory cannot be read or written", "2  invalid arguments; nothing was done"];
const TARGETS = "an account and region, like 123456789012/eu-west-1";
const APPROVE = "remove the items, however many there are";

/** `stocktake targets` */
export function targetsCommand(): Command {
  const command = new Command("targets")
    .summary("list, add and retire the accounts and regions that are inventoried")
    .description(
      "The targets are the accounts and regions that are inventoried, on this machine or by a deployed stack. They come from " +
        "you, from the configuration, or from an organization that a stack discovers.",
    );
  for (const make of [listCommand, addCommand, retireCommand, importCommand]) {
    command.addCommand(make());
  }
  return addExamples(
    command,
    [
      ["what a deployed stack inventories", "npx stocktake targets list --stack Stocktake"],
      ["one more region", "npx stocktake targets add 123456789012/eu-west-1 --stack Stocktake"],
      ["a closed account", "npx stocktake targets retire 123456789012 --stack Stocktake"],
    ],
    CODES,
  );
}

function listCommand(): Command {
  const command = withStack(
    new Command("list")
      .summary("list the targets")
      .description("Lists the targets, retired ones too, and how the organization was last discovered."),
  )
    .option("--json", "print one line of JSON a target")
    .action(async (options: ListOptions) => {
      const { listTargets } = await import("../target-records/list.ts");
      await listTargets(options, settingsFrom(process.env));
    });
  return addExamples(command, [["on this machine", "npx stocktake targets list"]], CODES);
}

function addCommand(): Command {
  const command = withStack(
    new Command("add")
      .summary("have a target inventoried")
      .description("Has targets inventoried from now on. Brings retired ones back.")
      .argument("<target...>", TARGETS)
      .option("--source <id>", "only this source (repeatable; default: all that exist in the region)", repeatable),
  ).action(async (names: readonly string[], options: AddOptions) => {
    const { addTargets } = await import("../target-records/change.ts");
    await addTargets(names, options, settingsFrom(process.env));
  });
  return addExamples(
    command,
    [
      ["on this machine, for `npx stocktake run`", "npx stocktake targets add 123456789012/eu-west-1"],
      [
        "two regions of a deployed stack",
        "npx stocktake targets add 123456789012/eu-west-1 123456789012/us-east-1 --stack Stocktake",
      ],
    ],
    CODES,
  );
}

function retireCommand(): Command {
  const command = withStack(
    new Command("retire")
      .summary("stop inventorying a target")
      .description(
        "Stops inventorying targets: nothing is due there any more, and their items are removed with cause `target retired`. " +
          "Their history stays.",
      )
      .argument("[target...]", "an account with all its regions, or an account and region, like 123456789012/eu-west-1")
      .option("--gone", "those that the organization does not have any more")
      .option("--approve-removals", APPROVE),
  ).action(async (names: readonly string[], options: RetireOptions) => {
    const { retireTargets } = await import("../target-records/change.ts");
    await retireTargets(names, options, settingsFrom(process.env));
  });
  return addExamples(
    command,
    [
      ["a closed account", "npx stocktake targets retire 123456789012 --approve-removals"],
      ["what the organization lost", "npx stocktake targets retire --gone --stack Stocktake"],
    ],
    CODES,
  );
}

function importCommand(): Command {
  const command = withStack(
    new Command("import")
      .summary("enter the configuration's targets")
      .description(
        "Enters the targets of the configuration, or the stack's own account and region where that names none. Adds and " +
          "changes, and retires nothing unless it is asked to. `npm run deploy` does it.",
      )
      .option("--config <file>", "the configuration (default: stocktake.config.json, where there is one)")
      .option("--retire-missing", "retire those that the configuration brought and has no more")
      .option("--approve-removals", APPROVE),
  ).action(async (options: ImportOptions) => {
    const { importTargets } = await import("../target-records/import.ts");
    await importTargets(options, settingsFrom(process.env));
  });
  return addExamples(
    command,
    [["after the configuration was changed", "npx stocktake targets import --stack Stocktake"]],
    CODES,
  );
}

function withStack(command: Command): Command {
  return command
    .option("--stack <name>", "of a deployed stack (default: of this machine)")
    .option("--region <region>", "the stack's region (default: AWS_REGION or the profile's)")
    .option("--profile <name>", "a profile of your AWS configuration (default: the usual chain)");
}
