import type { Command } from "commander";
import { type FollowedChange, follow } from "../follow/follow.ts";
import { positionFile } from "../follow/position-file.ts";
import { runWithChanges } from "../follow/run-command.ts";
import { postChanges } from "../follow/webhook.ts";
import { networkFrom } from "../network.ts";
import { type ApiOptions, openApi, type Query } from "../read/api.ts";
import { settingsFrom } from "../settings.ts";
import { stopSignal } from "../stop.ts";
import { UsageError } from "../usage.ts";
import { wholeNumber } from "./options.ts";

/** What `changes` takes to follow the log. */
export interface FollowOptions extends ApiOptions {
  readonly follow?: boolean;
  readonly position?: string;
  readonly exec?: string;
  readonly webhook?: string;
  readonly slack?: boolean;
  readonly explorer?: string;
  readonly every: number;
  readonly batch: number;
}

const DEFAULT_SECONDS = 10;
const MAX_SECONDS = 86_400;
const DEFAULT_BATCH = 100;
const MAX_BATCH = 1_000;

/** Adds the options that follow the log. */
export function withFollowing(command: Command): Command {
  return command
    .optionsGroup("Following:")
    .option("--follow", "print what changes from now on, or from --since or --position on, until Ctrl-C")
    .option("--position <file>", "keep in this file how far it has come; without --follow, give what is new and end")
    .option("--exec <command>", "run this with the shell, with a line of JSON a change on its standard input")
    .option("--webhook <url>", "POST to this address, to Slack as a message")
    .option("--slack", "POST a message as Slack takes it (default: to hooks.slack.com)")
    .option("--explorer <url>", "link messages to the explorer at this address")
    .option(
      "--batch <n>",
      "changes that a command or a request gets, at most",
      count("--batch", MAX_BATCH),
      DEFAULT_BATCH,
    )
    .option("--every <seconds>", "ask so often for more", count("--every", MAX_SECONDS), DEFAULT_SECONDS)
    .optionsGroup("Options:");
}

function count(option: string, max: number): (text: string) => number {
  return wholeNumber(option, `a whole number from 1 to ${max}`, max);
}

/** Whether the options ask to follow the log. */
export function isFollowing({ follow, position, exec, webhook }: FollowOptions): boolean {
  return Boolean(follow) || [position, exec, webhook].some((option) => option !== undefined);
}

/** Follows the log as the options say; `print` prints what is not given to a command or an address. */
export async function followLog(
  options: FollowOptions,
  query: Query,
  print: (changes: readonly FollowedChange[]) => Promise<void>,
): Promise<void> {
  const { position, exec, webhook } = options;
  if (exec !== undefined && webhook !== undefined)
    throw new UsageError("--exec and --webhook: give one of them, and run another follower with a position of its own");
  if (webhook === undefined && (options.slack || options.explorer !== undefined))
    throw new UsageError(`--${options.slack ? "slack" : "explorer"} says what --webhook posts: give --webhook, too`);
  const given = Object.fromEntries(query.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const { since: _since, ...filters } = given;
  const signal = stopSignal();
  const give = giver(options, print, signal);
  const api = await openApi(options, settingsFrom(process.env));
  try {
    await follow({
      ...{ api, query: given, give, signal, batch: options.batch },
      once: !options.follow,
      pollMs: options.every * 1_000,
      ...(position !== undefined && { file: positionFile(position, { inventory: api.location, query: filters }) }),
    });
  } finally {
    await api.close();
  }
}

function giver(
  { exec, webhook, slack, explorer }: FollowOptions,
  print: (changes: readonly FollowedChange[]) => Promise<void>,
  signal: AbortSignal,
): (changes: readonly FollowedChange[]) => Promise<void> {
  if (exec !== undefined) return (changes) => runWithChanges(exec, changes);
  if (webhook === undefined) return print;
  const address = URL.canParse(webhook) ? new URL(webhook) : undefined;
  if (!address || !/^https?:$/.test(address.protocol))
    throw new UsageError(`--webhook ${webhook} is not an http or https address`);
  const target = { url: webhook, slack: slack ?? address.hostname === "hooks.slack.com", explorer };
  const { fetch } = networkFrom(process.env);
  return (changes) => postChanges(changes, { ...target, fetch }, signal);
}
