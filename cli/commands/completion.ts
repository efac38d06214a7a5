import { Argument, Command } from "commander";
import { completionScript, SHELLS, type Shell } from "../completion.ts";
import { print } from "../output.ts";
import { addExamples } from "./help.ts";

/** `stocktake completion` */
export function completionCommand(): Command {
  const command = new Command("completion")
    .summary("print a script that completes commands, options and sources in your shell")
    .description(
      "Prints a script for your shell that completes the command `stocktake`: its commands, options and source ids. To " +
        'have that command in a clone, let a function stand for npx: stocktake() { npx stocktake "$@"; } (in fish: alias ' +
        "stocktake 'npx stocktake')",
    )
    .addArgument(new Argument("<shell>", "the shell to complete in").choices(SHELLS))
    .action(async (shell: Shell) => {
      const { SOURCES } = await import("../../functions/sources/registry.ts");
      const program = command.parent ?? command;
      await print(
        completionScript(
          program,
          shell,
          SOURCES.map(({ id }) => id),
        ),
      );
    });
  return addExamples(
    command,
    [
      ["in ~/.bashrc", 'eval "$(npx stocktake completion bash)"'],
      ["in ~/.zshrc, after compinit", 'eval "$(npx stocktake completion zsh)"'],
      ["in ~/.config/fish/config.fish", "npx stocktake completion fish | source"],
    ],
    ["0  success", "2  invalid arguments"],
  );
}
