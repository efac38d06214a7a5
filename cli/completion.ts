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
  // What a command's own commands take is offered after its name.
  const all = [command, ...command.commands].flatMap(({ options }) => options);
  const options = [...new Map(all.map((option) => [option.long, option])).values()];
  return {
    name: command.name(),
    summary: command.summary(),
    options: [...options.filter(({ hidden }) => !hidden).map((option) => completedOption(option, sources)), HELP],
    words: [
      ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
      ...command.commands.map((each) => each.name()),
    ],
  };
}

const HELP = { long: "--help", description: "display help for command", takesValue: false, words: [] };

function completedOption({ long, description, required, argChoices, flags }: Option, sources: readonly string[]) {
  const words = argChoices ?? (TAKES_SOURCE.test(flags) ? sources : []);
  return { long: long ?? "", description, takesValue: required, words };
}

const TAKES_SOURCE = /^--source |<source>$/;

/** The cases of a `case`: what an option's value, or a command's next word, may be. */
function cases(commands: readonly Completed[], offer: (words: readonly Offered[]) => string) {
  const options = new Map(commands.flatMap((command) => command.options).map((option) => [option.long, option]));
  const valued = [...options.values()].filter(({ takesValue }) => takesValue);
  const free = valued.filter(({ words }) => words.length === 0).map(({ long }) => long);
  const named = commands.map(({ name, summary }) => ({ word: name, description: summary }));
  return {
    values: [
      ...valued
        .filter(({ words }) => words.length > 0)
        .map(({ long, words }) => `    ${long}) ${offer(words.map((word) => ({ word })))}; return ;;`),
      `    ${free.join("|")}) return ;;`,
    ],
    commands: [
      ...commands.map(({ name, options, words }) => {
        const described = options.map(({ long, description }) => ({ word: long, description }));
        return `    ${name}) ${offer([...words.map((word) => ({ word })), ...described])} ;;`;
      }),
      `    help) ${offer(named)} ;;`,
      `    "") ${offer([...named, ...ALWAYS])} ;;`,
    ],
  };
}

interface Offered {
  readonly word: string;
  readonly description?: string;
}

/** What may come where a command may. */
const ALWAYS: readonly Offered[] = [
  { word: "help", description: "display help for a command" },
  { word: "--help", description: "display help" },
  { word: "--version", description: "display the version" },
];

function bash(commands: readonly Completed[]): string {
  const { values, commands: words } = cases(
    commands,
    (offered) => `COMPREPLY=($(compgen -W "${offered.map(({ word }) => word).join(" ")}" -- "$word"))`,
  );
  return `# Completion of stocktake in bash. In ~/.bashrc: eval "$(npx stocktake completion bash)"
_stocktake() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command=""
  COMPREPLY=()
  # --option=value is three words here.
  if [[ "$before" == "=" ]]; then before="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [[ "$word" == "=" ]]; then word=""; fi
  if ((COMP_CWORD > 1)); then command="\${COMP_WORDS[1]}"; fi
  case "$before" in
${values.join("\n")}
  esac
  case "$command" in
${words.join("\n")}
  esac
}
complete -F _stocktake stocktake
`;
}

function zsh(commands: readonly Completed[]): string {
  const { values, commands: words } = cases(
    commands,
    (offered) => `offered=(${offered.map(zshOffer).join(" ")}); _describe stocktake offered`,
  );
  return `#compdef stocktake
# Completion of stocktake in zsh. In ~/.zshrc, after compinit: eval "$(npx stocktake completion zsh)"
_stocktake() {
  local before="\${words[CURRENT-1]}" command="" offered=()
  if [[ "$PREFIX" == --*=* ]]; then before="\${PREFIX%%=*}"; compset -P '*='; fi
  if ((CURRENT > 2)); then command="\${words[2]}"; fi
  case "$before" in
${values.join("\n")}
  esac
  case "$command" in
${words.join("\n")}
  esac
}
if [[ "$funcstack[1]" == "_stocktake" ]]; then _stocktake "$@"; else compdef _stocktake stocktake; fi
`;
}

/** A word as `_describe` takes it: a colon begins its description. */
function zshOffer({ word, description }: Offered): string {
  const name = word.replaceAll(":", "\\:");
  return singleQuoted(description ? `${name}:${description}` : name);
}

function fish(commands: readonly Completed[]): string {
  const first = (offered: string) => `complete -c stocktake -n __fish_use_subcommand ${offered}`;
  const lines = commands.flatMap(({ name, summary, options, words }) => [
    first(`-a ${name} -d ${singleQuoted(summary)}`),
    ...(words.length > 0 ? [`${fishWithin(name)} -a ${singleQuoted(words.join(" "))}`] : []),
    ...options.map(({ long, description, takesValue, words }) => {
      const value = takesValue ? ` -x${words.length > 0 ? ` -a ${singleQuoted(words.join(" "))}` : ""}` : "";
      return `${fishWithin(name)} -l ${long.slice(2)}${value} -d ${singleQuoted(description)}`;
    }),
  ]);
  const always = ALWAYS.map(({ word, description = "" }) =>
    first(`${word.startsWith("--") ? `-l ${word.slice(2)}` : `-a ${word}`} -d ${singleQuoted(description)}`),
  );
  const names = commands.map(({ name }) => name).join(" ");
  return `# Completion of stocktake in fish. In ~/.config/fish/config.fish: npx stocktake completion fish | source
complete -c stocktake -f
${[...lines, ...always].join("\n")}
${fishWithin("help")} -a ${singleQuoted(names)}
`;
}

/** Within a command: it is the first word after the program's, not the value of an option. */
function fishWithin(command: string): string {
  return `complete -c stocktake -n 'set -l words (commandline -opc); test "$words[2]" = ${command}'`;
}

/** A text as fish and POSIX shells read it back. */
function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
