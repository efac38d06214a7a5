import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { SOURCES } from "../../functions/sources/registry.ts";
import { seedAccount } from "../../local/simulator/seed/seed.ts";
import { exampleWorld } from "../api/harness/example-world.ts";
import type { World } from "../api/harness/world.ts";
import { problemOfAws } from "./aws-commands.ts";
import { codeBlocks, DOCUMENTS, ROOT, textOf } from "./markdown.ts";
import { type ShownCommand, shownCommands } from "./shell.ts";

/** Every command that the documents show is one that there is, and is run by a test or cannot be. */

const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** Which test runs a script, or its parts; of those that none can run, what they are. */
const RUN_BY: Readonly<Record<string, string>> = {
  start: "test/local/start-command.test.ts",
  serve: "test/local/start-command.test.ts",
  sync: "test/local/sync-command.test.ts",
  explore: "test/explorer/proxy.test.ts",
  smoke: "test/lambda/smoke.test.ts",
  synth: "test/infra/synth.test.ts",
  // Need an account; the same test synthesises what they deploy and destroy.
  deploy: "test/infra/synth.test.ts",
  destroy: "test/infra/synth.test.ts",
  // Takes many minutes, and a machine that does nothing else.
  bench: "bench/main.ts",
  // Run whenever anything lands; formatting is checked then.
  test: ".ci/run",
  check: ".ci/run",
  format: ".ci/run",
  "test:dynamodb-local": "test/store/dynamodb-local.ts",
  "test:property": "test/core/protocol.property.test.ts",
};

/** The account of `npm start`. */
const SIMULATED = "111122223333";

let world: World;

beforeAll(async () => {
  world = await exampleWorld();
  const { associations, accountId, region } = seedAccount({ baseTime: world.now() });
  const documents = [...associations].slice(0, 20).map((each) => ({
    ...each,
    CreationTime: new Date(each.CreationTime).toISOString(),
  }));
  await world.sync({ source: "sagemaker.associations", account: accountId, region, documents });
});

const commands = shownCommands();

test("the documents show commands", () => {
  expect(commands.length).toBeGreaterThan(30);
  const programs = new Set(commands.map(({ words }) => words[0]));
  expect([...programs].sort()).toEqual(["aws", "curl", "npm", "npx"]);
});

test.each(commands)("$document: $line", { timeout: 60_000 }, async (command) => {
  expect(await problemOf(command)).toBeUndefined();
});

test("what the tests of commands look for, they find", async () => {
  const complaints = await Promise.all(
    [
      "npm run build",
      "npm run sync -- --sorce x",
      "npx stocktake snyc",
      "npx vitest run test/none.test.ts",
      "aws sqs purge-queues",
      "make",
    ].map((line) => problemOf({ document: "", line, words: line.split(" ") })),
  );
  expect(complaints).toEqual([
    "there is no script build",
    "stocktake sync has no --sorce",
    "there is no stocktake snyc",
    "there is no test/none.test.ts",
    "there is no sqs purge-queues",
    "nothing says how make is tested",
  ]);
});

test("every path of the API that the README lists is one", async () => {
  const { paths } = await world.read<{ paths: object }>("/v1/openapi.json");
  const listed = codeBlocks(textOf("README.md")).flatMap(({ text }) => text.match(/(?<=^GET )\S+/gm) ?? []);
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(listed));
  expect(listed.length).toBeGreaterThan(8);
});

test("the README has the two lines", () => {
  const lines = codeBlocks(textOf("README.md")).flatMap(({ text }) => text.split("\n"));
  for (const line of ["npm ci && npm start", "npm ci && npm test"]) {
    expect(
      lines.some((each) => each.startsWith(line)),
      line,
    ).toBe(true);
  }
});

test("the README's table has every source, as the registry has it", () => {
  const rows = [...textOf("README.md").matchAll(/^\| `([a-z]+\.[a-z-]+)` \| ([^|]+) \|/gm)];
  expect(rows.map(([, id, operation]) => [id, operation])).toEqual(SOURCES.map(({ id, operation }) => [id, operation]));
});

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
      return problemOfCurl(command);
    default:
      return `nothing says how ${words[0]} is tested`;
  }
}

async function problemOfNpm([, verb = "", ...rest]: readonly string[]): Promise<string | undefined> {
  // Installs what everything here runs on.
  if (verb === "ci") return rest.length > 0 ? "npm ci takes nothing here" : undefined;
  const [script = "", ...more] = verb === "run" ? rest : [verb, ...rest];
  const [separator, ...args] = more;
  const runs = scripts[script];
  if (runs === undefined) return `there is no script ${script}`;
  const test = RUN_BY[script];
  if (!test || !existsSync(path.join(ROOT, test))) return `nothing says which test runs ${script}`;
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

/** What can be asked for its help. */
const PROGRAMS: Readonly<Record<string, string>> = {
  stocktake: "bin/stocktake.mjs",
  cdk: "node_modules/aws-cdk/bin/cdk",
};

/** Whether the program has the command, and its help tells of the options given. */
async function problemOfOptions(program: string, command: string, args: readonly string[]) {
  const options = args.filter((word) => /^--?[a-z]/.test(word));
  const told = await helpOf(program, command);
  if (!told?.includes(`${program} ${command}`.trim())) return `there is no ${program} ${command}`;
  const unknown = options.filter((option) => !new RegExp(`(^|[\\s,])${option}(?![\\w-])`, "m").test(told));
  return unknown.length > 0 ? `${program} ${command} has no ${unknown.join(", ")}` : undefined;
}

const helps = new Map<string, Promise<string | undefined>>();

/** What a command says of itself; undefined when it is none. */
function helpOf(program: string, command: string): Promise<string | undefined> {
  const env = { PATH: process.env.PATH, HOME: "/nonexistent", NO_COLOR: "1", CDK_DISABLE_CLI_TELEMETRY: "true" };
  const args = [PROGRAMS[program] ?? "", ...(command ? [command] : []), "--help"];
  const known =
    helps.get(args.join(" ")) ??
    promisify(execFile)(process.execPath, args, { cwd: ROOT, env }).then(
      ({ stdout, stderr }) => stdout + stderr,
      () => undefined,
    );
  helps.set(args.join(" "), known);
  return known;
}

/** Asks an example store what the command would ask, and compares its answer with the one shown. */
async function problemOfCurl({ words, answer }: ShownCommand): Promise<string | undefined> {
  const url = words.find((word) => /^(http:\/\/127\.0\.0\.1:8787|\$API_URL)\/v1\//.test(word));
  if (!url) return "it asks no address that the documents tell of";
  const path = url.replace(/^.*?(?=\/v1\/)/, "").replace("?source=sagemaker", `?account=${SIMULATED}&source=sagemaker`);
  const response = await world.get(path);
  const body: unknown = await response.json();
  if (!response.ok) return JSON.stringify(body);
  return answer && !agrees(JSON.parse(answer), body) ? `the answer is ${JSON.stringify(body)}` : undefined;
}

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Whether a shown value has the members of the real one: instants differ, and of what ends in "..." the rest is left out. */
function agrees(shown: unknown, real: unknown): boolean {
  if (typeof shown === "string" && typeof real === "string") {
    const begins = shown.endsWith("...") && (real.startsWith(shown.slice(0, -3)) || real.length > shown.length);
    return shown === real || begins || (INSTANT.test(shown) && INSTANT.test(real));
  }
  if (typeof shown !== "object" || typeof real !== "object" || !shown || !real) return shown === real;
  const [names, others] = [Object.keys(shown), Object.keys(real)];
  const own = real as Record<string, unknown>;
  return names.length === others.length && Object.entries(shown).every(([name, value]) => agrees(value, own[name]));
}

test.each(DOCUMENTS)("%s names only files, scripts and tests that there are", (document) => {
  const text = textOf(document);
  const made = codeBlocks(text).map(({ file }) => file);
  const named = [...text.matchAll(/`((?:functions|local|infra|test|bench|docs|bin|\.ci)\/[^`\s]*)`/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !/[<>*{}]/.test(name) && !made.includes(name));
  expect(named.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
});
