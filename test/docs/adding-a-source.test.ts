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
  ...[
    "functions/model",
    "functions/sync",
    "functions/sources",
    "functions/aws",
    "functions/store/port.ts",
    "simulator",
  ],
  ...["test/sources", "test/simulator", "test/fixtures"],
  ...["test/closing-line.ts", "test/slow-first.ts", "test/store/dynamodb-local.ts", "test/cli/build.ts"],
  ...["package.json", "tsconfig.json", "biome.json", "vitest.config.ts", ".gitignore"],
];
/** The parts that go through the registry. */
const INFRASTRUCTURE = [
  ...["infra", "cdk.json", "functions/api", "functions/inventory", "functions/store/dynamodb/schema.ts"],
  "functions/lambda/metrics.ts",
];

/** Prints what the new source gets when the copy is synthesized. */
const SYNTHESIS = `
import { deployment, referred } from "./test/infra/deployment.ts";
const { resources } = deployment();
const [own] = resources("AWS::Lambda::Function").filter(
  ({ Properties }) => Properties.Environment.Variables.STOCKTAKE_SOURCE === "workspaces.bundles",
);
const of = (type: string, text: string) => resources(type).filter((each) => JSON.stringify(each).includes(text));
const mapping = of("AWS::Lambda::EventSourceMapping", own.id);
const queue = referred(mapping[0].Properties.EventSourceArn);
console.log(JSON.stringify({
  schedules: of("AWS::Scheduler::Schedule", own.id).map(({ Properties }) => Properties.ScheduleExpression),
  queueWithDeadLetters: of("AWS::SQS::Queue", queue).some(({ Properties }) => Properties.RedrivePolicy),
  alarms: of("AWS::CloudWatch::Alarm", "workspaces.bundles").length,
  actions: of("AWS::IAM::Policy", "workspaces:DescribeWorkspaceBundles").map(({ Properties }) =>
    Properties.Roles.map(referred)),
  role: referred(own.Properties.Role),
}));
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
  const env = { ...process.env, NO_COLOR: "1", AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };
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

test.each(COMMANDS)("%s", { timeout: 180_000 }, async (command) => {
  const { code, said } = await run(command);
  expect([code, said]).toEqual([0, expect.any(String)]);
  if (command.includes("vitest")) expect(said).toMatch(/Tests +\d+ passed \(\d+\)/);
});

test("the source gets its function, schedule, queue, alarms and grant", { timeout: 180_000 }, async () => {
  copy([...INFRASTRUCTURE, "test/infra/deployment.ts"]);
  writeFileSync(path.join(folder, "synthesis.ts"), SYNTHESIS);
  const { code, said } = await run("npx tsx synthesis.ts");
  expect([code, said]).toEqual([0, expect.stringContaining("{")]);
  const got = JSON.parse(said.slice(said.lastIndexOf('{"schedules"')));
  expect(got).toEqual({
    schedules: ["rate(1 hour)", "rate(1 day)"],
    queueWithDeadLetters: true,
    alarms: 9,
    actions: [[got.role]],
    role: expect.any(String),
  });
});

test("the page adds a source that the project does not have", () => {
  expect(SOURCES.map(({ id }) => id)).not.toContain("workspaces.bundles");
});
