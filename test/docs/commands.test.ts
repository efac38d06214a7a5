import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { runInProcess } from "../cli/in-process.ts";
import { problemOfAws } from "./aws-commands.ts";
import { codeBlocks, DOCUMENTS, ROOT, textOf } from "./markdown.ts";
import { type ShownCommand, shownCommands } from "./shell.ts";

/** Every command that the documents show exists. test/docs/running-commands.test.ts runs those that can be run. */

const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

const commands = shownCommands();

test("the documents show commands", () => {
  expect(commands.length).toBeGreaterThan(30);
  const programs = new Set(commands.map(({ words }) => words[0]));
  expect([...programs].sort()).toEqual(["aws", "curl", "npm", "npx"]);
});

test.each(commands)("$document: $line", async (command) => {
  expect(await problemOf(command)).toBeUndefined();
});

test("a command that does not exist is found", async () => {
  const problems = await Promise.all(
    [
      "npm run bild",
      "npm run sync -- --sorce x",
      "npx stocktake snyc",
      "npx stocktake targets nosuch",
      "npx vitest run test/none.test.ts",
      "aws lambda invoke-all",
      "make",
    ].map((line) => problemOf({ document: "", line, words: line.split(" ") })),
  );
  expect(problems).toEqual([
    "there is no script bild",
    "stocktake sync has no --sorce",
    "there is no stocktake snyc",
    "there is no stocktake targets nosuch",
    "there is no test/none.test.ts",
    "there is no lambda invoke-all",
    "nothing says how make is tested",
  ]);
});

test("the README shows how to start the demo and run the tests", () => {
  const lines = codeBlocks(textOf("README.md")).flatMap(({ text }) => text.split("\n"));
  for (const line of ["npm ci && npm start", "npm ci && npm test"]) {
    expect(
      lines.some((each) => each.startsWith(line)),
      line,
    ).toBe(true);
  }
});

test("docs/configuration.md has every option of sync, and every variable that the help names", async () => {
  const page = textOf("docs/configuration.md");
  const [options, variables] = [await helpOf("stocktake", "sync"), await helpOf("stocktake", "")];
  const named = [
    ...(options?.match(/(?<=^ {2})--[a-z-]+/gm) ?? []),
    ...(variables?.split("Environment:")[1]?.match(/(?<=^ {2})[A-Z_]{4,}(?= )/gm) ?? []),
  ];
  expect(named.length).toBeGreaterThan(10);
  for (const name of named) expect(page).toMatch(new RegExp(`^\\| \`${name}\\b`, "m"));
});

const ADDRESS = /^(http:\/\/127\.0\.0\.1:8787|\$API_URL)\/v1\//;

async function problemOf(command: ShownCommand): Promise<string | undefined> {
  const { words } = command;
  switch (words[0]) {
    case "npm":
      return problemOfNpm(words);
    case "npx":
      return problemOfNpx(words, command.document);
    case "aws":
      return problemOfAws(words);
    case "curl":
      return words.some((word) => ADDRESS.test(word)) ? undefined : "its address is not one of the documents'";
    default:
      return `nothing says how ${words[0]} is tested`;
  }
}

async function problemOfNpm([, verb = "", ...rest]: readonly string[]): Promise<string | undefined> {
  // It has installed what this test runs on.
  if (verb === "ci") return rest.length > 0 ? "npm ci takes nothing here" : undefined;
  const [script = "", ...more] = verb === "run" ? rest : [verb, ...rest];
  const [separator, ...args] = more;
  const runs = scripts[script];
  if (runs === undefined) return `there is no script ${script}`;
  if (separator !== undefined && separator !== "--") return `"${separator}" would go to npm: put -- before it`;
  const [, own] = /^node bin\/stocktake\.mjs (\w+)$/.exec(runs) ?? [];
  return own ? problemOfOptions("stocktake", own, args) : undefined;
}

async function problemOfNpx([, program = "", ...args]: readonly string[], document: string) {
  const [first = ""] = args;
  if (program in PROGRAMS) {
    return first.startsWith("-")
      ? problemOfOptions(program, "", args)
      : problemOfOptions(program, first, args.slice(1));
  }
  if (!existsSync(path.join(ROOT, "node_modules/.bin", program))) return `there is no ${program}`;
  const files = args.filter((word) => /\.\w+$/.test(word));
  const made = codeBlocks(document ? textOf(document) : "").map(({ file }) => file);
  const missing = files.filter((file) => !existsSync(path.join(ROOT, file)) && !made.includes(file));
  return missing.length > 0 ? `there is no ${missing.join(", ")}` : undefined;
}

/** The programs that print their own help. */
const PROGRAMS: Readonly<Record<string, (args: readonly string[]) => Promise<string>>> = {
  stocktake(args) {
    // This process runs one at a time.
    const help = turn.then(() => runInProcess(args, HELP_ENVIRONMENT));
    turn = help;
    return help.then(({ code, stdout, stderr }) => (code === 0 ? stdout : Promise.reject(new Error(stderr))));
  },
  async cdk(args) {
    const cdk = ["node_modules/aws-cdk/bin/cdk", ...args];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, cdk, { cwd: ROOT, env: HELP_ENVIRONMENT });
    return stdout + stderr;
  },
};

const HELP_ENVIRONMENT = {
  PATH: process.env.PATH,
  HOME: "/nonexistent",
  NO_COLOR: "1",
  CDK_DISABLE_CLI_TELEMETRY: "true",
};
let turn: Promise<unknown> = Promise.resolve();

/** What is wrong with the command or its options, by the program's help. */
async function problemOfOptions(
  program: string,
  command: string,
  args: readonly string[],
): Promise<string | undefined> {
  const [own = ""] = args;
  // `targets` has commands of its own.
  if (command === "targets" && /^[a-z]+$/.test(own))
    return problemOfOptions(program, `${command} ${own}`, args.slice(1));
  const options = args.filter((word) => /^--?[a-z]/.test(word));
  const help = await helpOf(program, command);
  if (!help?.includes(`${program} ${command}`.trim())) return `there is no ${program} ${command}`;
  const unknown = options.filter((option) => !new RegExp(`(^|[\\s,])${option}(?![\\w-])`, "m").test(help));
  return unknown.length > 0 ? `${program} ${command} has no ${unknown.join(", ")}` : undefined;
}

const helps = new Map<string, Promise<string | undefined>>();

/** A command's help; undefined when there is no such command. */
function helpOf(program: string, command: string): Promise<string | undefined> {
  const name = `${program} ${command}`;
  const args = [...(command ? command.split(" ") : []), "--help"];
  const help = helps.get(name) ?? (PROGRAMS[program]?.(args) ?? Promise.resolve(undefined)).catch(() => undefined);
  helps.set(name, help);
  return help;
}

test.each(DOCUMENTS)("%s names only files that exist", (document) => {
  const text = textOf(document);
  const made = codeBlocks(text).map(({ file }) => file);
  const named = [...text.matchAll(/`((?:functions|cli|explorer|simulator|infra|test|bench|docs|bin|\.ci)\/[^`\s]*)`/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !/[<>*{}]/.test(name) && !made.includes(name));
  expect(named.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
});
