import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandLine } from "../../cli/command-line.ts";
import { completionScript, SHELLS, type Shell } from "../../cli/completion.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { BASH, describeWith, FISH, type Program, SCRIPT, ZSH } from "../installed.ts";
import { newFolder } from "./cli.ts";

/** A shell on a terminal, with settings of the tests' own. It says when it can be typed into, and what it was told to run. */
interface Interactive {
  readonly program: Program;
  /** How it is started to read its settings from a file in the folder it runs in. */
  readonly command: string;
  readonly file: string;
  readonly settings: readonly string[];
}

const READY = "ready> ";
/** What stands for the command: it says with which words it was called. */
const RUN = `stocktake() { printf 'ran[%s]\\n' "$*"; }`;

const INTERACTIVE: Readonly<Record<Shell, Interactive>> = {
  bash: {
    program: BASH,
    command: "bash --noprofile --rcfile settings.bash -i",
    file: "settings.bash",
    settings: [RUN, "source completion.bash", `PS1='${READY}'`],
  },
  zsh: {
    program: ZSH,
    command: "ZDOTDIR=$PWD zsh -d -i",
    file: ".zshrc",
    settings: ["autoload -Uz compinit; compinit -u -D", RUN, "source completion.zsh", `PS1='${READY}'`],
  },
  fish: {
    program: FISH,
    command: "fish --no-config -C 'source settings.fish' -i",
    file: "settings.fish",
    settings: [
      `function stocktake; printf 'ran[%s]\\n' "$argv"; end`,
      "source completion.fish",
      `function fish_prompt; printf '${READY}'; end`,
    ],
  },
};

let folder: Awaited<ReturnType<typeof newFolder>>;
const sources = SOURCES.map(({ id }) => id);

beforeAll(async () => {
  folder = await newFolder();
  const write = (name: string, text: string) => writeFile(path.join(folder.folder, name), text);
  for (const shell of SHELLS) {
    await write(`completion.${shell}`, completionScript(commandLine(), shell, sources));
    await write(INTERACTIVE[shell].file, `${INTERACTIVE[shell].settings.join("\n")}\n`);
  }
});
afterAll(() => folder.remove());

/** Types a line on a terminal, with \t where the Tab key is pressed, and answers what the command was called with. */
function ranAfter(shell: Shell, typed: string): Promise<string> {
  const { command } = INTERACTIVE[shell];
  const env = { PATH: process.env.PATH, HOME: folder.folder, TERM: "xterm", SHELL: "/bin/sh" };
  const child = spawn(SCRIPT.file, ["-qec", command, "/dev/null"], { env, cwd: folder.folder });
  let written = "";
  let asked = false;
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      written += chunk.toString();
      if (!asked && written.includes(READY)) {
        asked = true;
        child.stdin.write(`${typed}\n`);
      }
      const [, ran] = /ran\[(.*?)\]/.exec(written) ?? [];
      if (ran === undefined) return;
      resolve(ran.trimEnd());
      child.kill("SIGKILL");
    });
    child.once("close", () => reject(new Error(`${shell} ended: ${written}`)));
  });
}

describe.each(SHELLS)("completion in %s", (shell) => {
  const { program } = INTERACTIVE[shell];

  describeWith([program, SCRIPT], "on a terminal", () => {
    test.each([
      ["a command", "stocktake ver\t", "verify"],
      ["the command of which help is wanted", "stocktake help chan\t", "help changes"],
      ["an option of the whole", "stocktake --ver\t", "--version"],
      ["an option of a command", "stocktake sync --inc\t", "sync --incremental"],
      ["no option of another command", "stocktake serve --inc\t", "serve --inc"],
      ["a source", "stocktake items --source workspaces.app\t", "items --source workspaces.applications"],
      ["a source after =", "stocktake items --source=workspaces.app\t", "items --source=workspaces.applications"],
      ["what a value may be", "stocktake items --state rem\t", "items --state removed"],
      ["a shell", "stocktake completion z\t", "completion zsh"],
      ["an option after an option", "stocktake graph --direction in --no\tx", "graph --direction in --node x"],
      ["nothing where anything may be, not even a file", "stocktake items --region compl\t", "items --region compl"],
    ])("%s", async (_what, typed, ran) => {
      expect(await ranAfter(shell, typed)).toBe(ran);
    });
  });
});

test.each(SHELLS)("the script for %s has every command and every source", (shell) => {
  const script = completionScript(commandLine(), shell, sources);
  for (const word of [...commandLine().commands.map((command) => command.name()), ...sources])
    expect(script).toContain(word);
});
