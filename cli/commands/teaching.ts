import type { Command } from "commander";

/** A command line to try, and what it is for. */
export type Example = readonly [what: string, line: string];

/** The exit codes of commands that read. */
export const READING_CODES = [
  "0  printed, be it nothing",
  "1  what is stored, or the API, cannot be read",
  "2  the command was not understood, or asks for what there cannot be",
] as const;

/** Ends a command's help with command lines to try and with what its exit codes say. */
export function teach(command: Command, examples: readonly Example[], exitCodes: readonly string[]): Command {
  const lines = examples.flatMap(([what, line]) => [`  # ${what}`, `  ${line}`]);
  const codes = exitCodes.map((code) => `  ${code}`);
  return command.addHelpText("after", () => {
    const titled = (title: string, below: readonly string[]) => `\n${title}\n${below.join("\n")}`;
    return `${titled("Examples:", lines)}\n${titled("Exit codes:", codes)}`;
  });
}
