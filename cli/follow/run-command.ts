import { spawn } from "node:child_process";
import { once } from "node:events";
import { formatError } from "../../functions/model/errors.ts";
import { counted } from "../counted.ts";
import { LocalError } from "../usage.ts";
import type { FollowedChange } from "./follow.ts";

/** Runs a command line of the shell with changes on its standard input, a line of JSON each. Throws LocalError unless it ends with 0. */
export async function runWithChanges(command: string, changes: readonly FollowedChange[]): Promise<void> {
  const child = spawn(command, { shell: true, stdio: ["pipe", "inherit", "inherit"] });
  // A command that does not read all of its input may still have done its work.
  child.stdin.on("error", () => undefined);
  child.stdin.end(changes.map((change) => `${JSON.stringify(change)}\n`).join(""));
  let ended: readonly [code: number | null, signal: NodeJS.Signals | null];
  try {
    ended = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  } catch (error) {
    throw new LocalError(`--exec ${command} cannot be started: ${formatError(error)}`, { cause: error });
  }
  const [code, signal] = ended;
  if (code === 0) return;
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  throw new LocalError(
    `--exec ${command} ended ${how}: its ${counted(changes.length, "change")} ${changes.length === 1 ? "is" : "are"} given again with the next run`,
  );
}
