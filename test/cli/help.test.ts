import { spawn } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { beforeAll, describe, expect, test } from "vitest";
import { commandLine } from "../../cli/command-line.ts";
import { commandFile, FIVE_SOURCES, finished, TARGET_ARGUMENTS } from "./cli.ts";
import { runInProcess } from "./in-process.ts";
import { useWorld } from "./world.ts";

const world = useWorld({ associations: 60 }, { once: true });
beforeAll(async () => {
  expect(await runInProcess(["sync", ...TARGET_ARGUMENTS, ...FIVE_SOURCES], world().env)).toMatchObject({ code: 0 });
});

/** The help of a command, as it is printed. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (written) => {
      text += written;
    },
  });
  command.outputHelp();
  return text;
}

function commands(): Command[] {
  const program = commandLine();
  return [program, ...program.commands];
}

const examplesOf = (help: string) =>
  help.split("\n").filter((line) => /^ {2}\S.*npx stocktake|^ {2}npx stocktake/.test(line));
const named = commands().map((command) => [command.name(), helpOf(command)] as const);
const examples = [...new Set(named.flatMap(([, help]) => examplesOf(help).map((line) => line.trim())))];

describe("--help", () => {
  test.each(named)("of %s has examples, explains the exit codes, and fits into 100 columns", (_name, help) => {
    expect(examplesOf(help).length).toBeGreaterThan(0);
    expect(help).toMatch(/\nExit codes:\n {2}0 {2}\S/);
    expect(Math.max(...help.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("names every command, and is what the program prints", async () => {
    const { code, stdout, stderr } = await world().run("--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(named[0]?.[1]);
    for (const [name] of named.slice(1)) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
  });

  test("is printed on standard error, with exit code 2, when no command is given", async () => {
    const { code, stdout, stderr } = await world().run();
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: stocktake");
  });
});

/** Commands that go on until they are stopped, or need what is not here. */
const ONLY_READ =
  /^\S* ?.*stocktake (start|serve|explore|mcp|forget|smoke|sync|run|doctor|show|history|open|export|mirror|sql(?= *$)|report|verify-report|changes .*--(?:follow|position)|\S.* --(stack|from))\b/;

describe("the examples", () => {
  test.each(examples.filter((line) => ONLY_READ.test(line)))("%s is accepted", async (line) => {
    const words = line.slice(line.indexOf("stocktake ") + "stocktake ".length).split(" ");
    const program = commandLine();
    const carriedOut: string[] = [];
    for (const command of program.commands) {
      for (const each of [command, ...command.commands]) each.action(() => void carriedOut.push(command.name()));
    }
    await program.parseAsync(words, { from: "user" });
    expect(carriedOut).toEqual([words[0]]);
  });

  /** What a shell gives to the command as it stands is run in this process. */
  const isPlain = (line: string) => /^npx stocktake [\w ./:=,-]+$/.test(line);
  const PRINTED = /^(stocktake: (No \w+\.|Nothing is known of [^\n]+|Showing \d+\. [^\n]+)\n)?$/;

  test.each(examples.filter((line) => !ONLY_READ.test(line) && isPlain(line)))("%s runs", async (line) => {
    const { code, stderr } = await runInProcess(line.split(" ").slice(2), world().env);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(PRINTED);
  });

  test.each(examples.filter((line) => !ONLY_READ.test(line) && !isPlain(line)))("%s runs", async (line) => {
    const { folder, env } = world();
    const binaries = path.join(folder, "bin");
    await mkdir(binaries, { recursive: true });
    const npx = path.join(binaries, "npx");
    await writeFile(npx, `#!/bin/sh\nshift\nexec "${process.execPath}" "${commandFile()}" "$@"\n`);
    await chmod(npx, 0o755);
    // `compdef` is zsh's, and `source` how fish reads a script.
    const script = `compdef() { :; }\n${line.replace(/\| source$/, "| cat")}`;
    const shell = spawn("bash", ["-o", "pipefail", "-c", script], { env: { ...env, PATH: `${binaries}:${env.PATH}` } });
    const { code, stderr } = await finished(shell);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(PRINTED);
  });
});
