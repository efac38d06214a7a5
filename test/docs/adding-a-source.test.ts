import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SOURCES } from "../../functions/sources/registry.ts";
import { codeBlocks, ROOT, textOf } from "./markdown.ts";

/** docs/adding-a-source.md, followed literally in a copy of the project. */

const BLOCKS = codeBlocks(textOf("docs/adding-a-source.md"));

/** The parts of the project that the page builds on. */
const COPIED = [
  ...["functions/model", "functions/sync", "functions/sources", "functions/aws", "functions/store/port.ts"],
  ...["simulator", "bin/pages", "test/sources", "test/closing-line.ts", "test/slow-first.ts"],
  ...["test/store/dynamodb-local.ts", "test/cli/build.ts"],
  ...["package.json", "tsconfig.json", "biome.json", "vitest.config.ts", ".gitignore"],
];

/** Prints what the engine, the API and the infrastructure know of the new source. */
const FACTS = `
import { SOURCES } from "./functions/sources/registry.ts";
const { id, operation, regions, intervalMinutes, grants, events } = SOURCES.find(({ id }) => id === "organizations.accounts");
const target = { partition: "aws", account: "123456789012", region: "us-east-1" };
const actions = grants.flatMap(({ action, resources }) => resources(target).map((on) => action + " on " + on));
console.log(JSON.stringify({ id, operation, regions, intervalMinutes, actions, events }));
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "stocktake-source-"));
  symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
  copy(COPIED);
  for (const { language, text, file } of BLOCKS) {
    if (file === undefined || language === "sh") continue;
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, language === "diff" ? patched(readFileSync(target, "utf8"), text) : text);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

function copy(paths: readonly string[]): void {
  for (const each of paths) cpSync(path.join(ROOT, each), path.join(folder, each), { recursive: true });
}

/** Applies a change whose context lines are consecutive lines of the file. */
function patched(before: string, diff: string): string {
  const lines = before.split("\n");
  let at = -1;
  for (const line of diff.trimEnd().split("\n")) {
    if (line.startsWith("+")) {
      lines.splice(at + 1, 0, line.slice(1));
      at += 1;
      continue;
    }
    const found = lines.indexOf(line.slice(1), at + 1);
    if (found === -1 || (at !== -1 && found !== at + 1)) throw new Error(`"${line}" does not stand where it should`);
    at = found;
  }
  return lines.join("\n");
}

async function run(command: string): Promise<{ readonly code: number | null; readonly said: string }> {
  const [program = "", ...args] = command.split(" ");
  const PATH = `${path.join(ROOT, "node_modules/.bin")}${path.delimiter}${process.env.PATH}`;
  const env = { ...process.env, PATH, NO_COLOR: "1", AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };
  const child = spawn(program, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, said };
}

const COMMANDS = BLOCKS.filter(({ language }) => language === "sh").flatMap(({ text }) => text.trim().split("\n"));

test("the page has commands: it tests, lints and checks types", () => {
  expect(COMMANDS.map((command) => command.split(" ")[1])).toEqual(["vitest", "biome", "tsc"]);
});

/**
 * What takes a fraction of the time: the programs without npx, the compiler of `npm run check`, and of the tests the new source's, since the
 * suite has the others.
 */
const QUICKER = [
  ["npx tsc", "node node_modules/typescript-native/bin/tsc --singleThreaded"],
  ["npx vitest run test/sources", "vitest run test/sources -t organizations.accounts"],
  ["npx biome", "biome"],
] as const;

test.each(COMMANDS)("%s", async (command) => {
  const { code, said } = await run(QUICKER.reduce((text, [whole, part]) => text.replace(whole, part), command));
  expect([code, said]).toEqual([0, expect.any(String)]);
  if (command.includes("vitest")) expect(said).toMatch(/Tests +[1-9]\d* passed/);
});

test("everything else follows from the declaration", async () => {
  writeFileSync(path.join(folder, "facts.ts"), FACTS);
  const { code, said } = await run("node --import tsx facts.ts");
  expect([code, said]).toEqual([0, expect.stringContaining("{")]);
  expect(JSON.parse(said.slice(said.lastIndexOf('{"id"')))).toEqual({
    ...{ id: "organizations.accounts", operation: "Organizations ListAccounts", regions: ["us-east-1"] },
    ...{ intervalMinutes: 360, actions: ["organizations:ListAccounts on *"] },
    events: ["CreateAccountResult", "CloseAccountResult"],
  });
});

test("the page adds a source of a service that the project does not list", () => {
  expect(SOURCES.filter(({ id }) => id.startsWith("organizations."))).toEqual([]);
});
