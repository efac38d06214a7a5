import type { Command, Option } from "commander";

/** Scripts that complete commands, options and values in a shell, made from the definition of the commands. */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** The words that its argument may be. */
  readonly words: readonly string[];
}

interface CompletedOption {
  readonly long: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** The words that its value may be; none when it may be anything. */
  readonly words: readonly string[];
}

/** The script for a shell. `sources` are the ids that options for sources take. */
export function completionScript(program: Command, shell: Shell, sources: readonly string[]): string {
  const commands = program.commands.map((command) => completed(command, sources));
  return { bash, zsh, fish }[shell](commands);
}

function completed(command: Command, sources: readonly string[]): Completed {
  const { options } = command;
  return {
    name: command.name(),
    summary: command.summary(),
    options: [...options.map((option) => completedOption(option, sources)), HELP],
    words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
}

const HELP = { long: "--help", description: "display help for command", takesValue: false, words: [] };

function completedOption({ long, description, required, argChoices, flags }: Option, sources: readonly string[]) {
  const words = argChoices ?? (TAKES_SOURCE.test(flags) ? sources : []);
  return { long: long ?? "", description, takesValue: required, words };
}

const TAKES_SOURCE = /^--source |<source>$/;

/** The cases of a `case`: what an option's value, or a command's next word, may be. */
function cases(commands: readonly Completed[], offer: (words: readonly string[]) => string) {
  const options = new Map(commands.flatMap((command) => command.options).map((option) => [option.long, option]));
  const valued = [...options.values()].filter(({ takesValue }) => takesValue);
  const free = valued.filter(({ words }) => words.length === 0).map(({ long }) => long);
  return {
    values: [
      ...valued
        .filter(({ words }) => words.length > 0)
        .map(({ long, words }) => `    ${long}) ${offer(words)}; return ;;`),
      `    ${free.join("|")}) return ;;`,
    ],
    commands: [
      ...commands.map(
        ({ name, options, words }) => `    ${name}) ${offer([...words, ...options.map(({ long }) => long)])} ;;`,
      ),
      `    "") ${offer([...commands.map(({ name }) => name), "help", "--help", "--version"])} ;;`,
    ],
  };
}

function bash(commands: readonly Completed[]): string {
  const { values, commands: words } = cases(
    commands,
    (offered) => `COMPREPLY=($(compgen -W "${offered.join(" ")}" -- "$word"))`,
  );
  return `# Completion of stocktake in bash. In ~/.bashrc: eval "$(npx stocktake completion bash)"
_stocktake() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command=""
  COMPREPLY=()
  if ((COMP_CWORD > 1)); then command="\${COMP_WORDS[1]}"; fi
  case "$before" in
${values.join("\n")}
  esac
  case "$command" in
${words.join("\n")}
  esac
}
complete -o default -F _stocktake stocktake
`;
}

function zsh(commands: readonly Completed[]): string {
  const { values, commands: words } = cases(commands, (offered) => `compadd -- ${offered.join(" ")}`);
  return `#compdef stocktake
# Completion of stocktake in zsh. In ~/.zshrc, after compinit: eval "$(npx stocktake completion zsh)"
_stocktake() {
  local before="\${words[CURRENT-1]}" command=""
  if ((CURRENT > 2)); then command="\${words[2]}"; fi
  case "$before" in
${values.join("\n")}
  esac
  case "$command" in
${words.join("\n")}
  esac
}
compdef _stocktake stocktake
`;
}

function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, summary, options, words }) => [
    `complete -c stocktake -n __fish_use_subcommand -a ${name} -d ${singleQuoted(summary)}`,
    ...(words.length > 0 ? [`${fishWithin(name)} -a ${singleQuoted(words.join(" "))}`] : []),
    ...options.map(({ long, description, takesValue, words }) => {
      const value = takesValue ? ` -x${words.length > 0 ? ` -a ${singleQuoted(words.join(" "))}` : ""}` : "";
      return `${fishWithin(name)} -l ${long.slice(2)}${value} -d ${singleQuoted(description)}`;
    }),
  ]);
  return `# Completion of stocktake in fish. In ~/.config/fish/config.fish: npx stocktake completion fish | source
complete -c stocktake -f
${lines.join("\n")}
`;
}

function fishWithin(command: string): string {
  return `complete -c stocktake -n '__fish_seen_subcommand_from ${command}'`;
}

/** A text as both fish and POSIX shells read it back. */
function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}
