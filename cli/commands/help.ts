import type { Command } from "commander";

/** A command line to try, and what it does. */
export type Example = readonly [what: string, line: string];

/** The exit codes of commands that read. */
export const READING_CODES = [
  "0  success (results may be empty)",
  "1  the inventory, or the API, cannot be read",
  "2  invalid arguments",
] as const;

/** Adds examples and the meaning of the exit codes to the end of a command's help. */
export function addExamples(command: Command, examples: readonly Example[], exitCodes: readonly string[]): Command {
  const lines = examples.flatMap(([what, line]) => [`  # ${what}`, `  ${line}`]);
  const codes = exitCodes.map((code) => `  ${code}`);
  return command.addHelpText("after", () => {
    const section = (title: string, content: readonly string[]) => `\n${title}\n${content.join("\n")}`;
    return `${section("Examples:", lines)}\n${section("Exit codes:", codes)}`;
  });
}
