import { type Command, Option } from "commander";
import { parsePath } from "../../functions/model/paths.ts";
import type { ApiOptions } from "../read/api.ts";
import { instantFrom } from "../read/instants.ts";
import { FORMATS, type Format } from "../read/print.ts";
import { UsageError } from "../usage.ts";

/** What the options of several commands have in common. */

/** Collects the values of an option that may be given several times. */
export const repeatable = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** A whole number, or a UsageError that names the option. */
export function wholeNumber(option: string, what: string, max = 999_999): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d*$/.test(text) && Number(text) <= max) return Number(text);
    throw new UsageError(`${option} ${text} is not ${what}`);
  };
}

/** An option that takes an instant, or how long ago it was. */
export function instantOption(name: string, description: string): Option {
  return new Option(`${name} <instant>`, description).argParser((text) => instantFrom(text, name, Date.now()));
}

/** An option that takes one of a few words. */
export function choiceOption(flags: string, words: readonly string[], description: string): Option {
  return new Option(flags, description).choices(words);
}

/** The collections that a list is about. */
export interface FilterOptions {
  readonly source?: string;
  readonly account?: string;
  readonly region?: string;
  readonly scope?: string;
}

/** Adds the options that narrow a list to some of the collections. */
export function withCollections(command: Command): Command {
  return command
    .option("--source <id>", "only what this source lists")
    .option("--account <id>", "only what is in this AWS account")
    .option("--region <region>", "only what is in this AWS region");
}

/** Adds the options that narrow a list to some of the collections, or to a scope of them. */
export function withFilters(command: Command): Command {
  return withCollections(command).option(
    "--scope <scope>",
    "only what this scope of a source lists; /v1/sources names the scopes",
  );
}

/** Adds the option that keeps what has all the words. */
export function withWords(command: Command, what: string): Command {
  return command.option("--q <words>", `only ${what} with all these words, or parts of words, in any case`);
}

/** In which form entries are printed, and from which inventory. */
export interface FormatOptions extends ApiOptions {
  readonly format?: Format;
  readonly json?: boolean;
  readonly columns?: readonly string[];
}

/** How much of a list is printed, in which form, and from which inventory. */
export interface OutputOptions extends FormatOptions {
  readonly limit: number;
  readonly all?: boolean;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000_000;
const DEMO = "read the demo's inventory (default: only when there is no other)";

/** Adds the options that choose sources, regions and account; `what` is done with them. */
export function withAccount(command: Command, what: string): Command {
  return command
    .option("--source <id>", `${what} only this source (repeatable)`, repeatable)
    .option("--region <region>", `${what} this region (repeatable; default: AWS_REGION or the profile's)`, repeatable)
    .option("--account <id>", "the account that the credentials must be of (default: the one that STS names)")
    .option(
      "--allow-unknown-region",
      "take any region's name, and sources that are not known to exist in a region that is given",
    );
}

/** Adds the options that choose what to sync of a real account. */
export function withTargets(command: Command): Command {
  return withAccount(command, "sync").option(
    "--calls-per-second <number>",
    "maximum calls per second per service and region (default: none; backs off when throttled)",
  );
}

/** Adds the option that reads what `stocktake start` stored. */
export function withDemo(command: Command): Command {
  return command.option("--demo", DEMO);
}

/** Adds the options of all commands that read a list. */
export function withOutput(command: Command, what: string): Command {
  return withFormat(
    command
      .optionsGroup("Output:")
      .option(
        "--limit <n>",
        `the maximum number of ${what}`,
        wholeNumber("--limit", `a whole number from 1 to ${MAX_LIMIT}; --all prints everything`, MAX_LIMIT),
        DEFAULT_LIMIT,
      )
      .option("--all", `print all ${what}`),
  );
}

/** Adds the options of all commands that print what they read; `further` are formats that only the command has. */
export function withFormat(command: Command, further: readonly string[] = []): Command {
  return withInventory(
    command
      .optionsGroup("Output:")
      .addOption(choiceOption("--format <format>", [...FORMATS, ...further], "how to print (default: table)"))
      .option("--json", "the same as --format json: one line of JSON each")
      .option(
        "--columns <list>",
        "members to print, with commas between: key,state,document.Status",
        columnsFrom("--columns"),
      ),
  );
}

/** Adds the options that choose the inventory that is read. */
export function withInventory(command: Command): Command {
  return withDemo(command.optionsGroup("Inventory:"))
    .option("--from <file>", "read a mirror: a file that `stocktake mirror` made")
    .option("--api <url>", "read a deployed API; this is its URL, as deploying printed it")
    .option("--profile <name>", "sign with this profile of your AWS configuration (default: the usual chain)")
    .option("--api-region <region>", "the API's region (default: the one in its URL)")
    .optionsGroup("Options:");
}

/** Reads an option that is a list of members, each once, or throws a UsageError. */
export function columnsFrom(option: string): (text: string) => readonly string[] {
  return (text) => {
    const columns = text.split(/(?<!\\),/).map((column) => column.replaceAll("\\,", ",").trim());
    const wrong = columns.find((column) => column === "" || parsePath(column) === undefined);
    if (wrong !== undefined) {
      throw new UsageError(`${option}: "${wrong}" is not a member, like key, state or document.Status`);
    }
    const twice = columns.find((column, index) => columns.indexOf(column) !== index);
    if (twice !== undefined) throw new UsageError(`${option} names ${twice} twice: name it once`);
    return columns;
  };
}

/** How many entries to print. */
export function maxEntries({ limit, all }: OutputOptions): number {
  return all ? Number.POSITIVE_INFINITY : limit;
}
