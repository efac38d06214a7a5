import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { environment, newFolder } from "../cli/cli.ts";
import { runInProcess } from "../cli/in-process.ts";
import { type Serving, startServing } from "../cli/serving.ts";
import { ROOT } from "./markdown.ts";
import { type ShownCommand, shownCommands } from "./shell.ts";

/**
 * Runs the commands that the documents show, on a simulated account: in a shell with npm, npx and curl, or in this process where a shell
 * gives the words to the command as they stand.
 */

/** The commands that are not run here: why not, and what runs or checks them instead. */
const ELSEWHERE: readonly { readonly line: RegExp; readonly why: string; readonly by: string }[] = [
  { line: /^aws /, why: "needs an AWS account", by: "test/docs/commands.test.ts" },
  {
    line: /^(AWS_REGION=\S+ )?npx cdk (bootstrap|deploy|destroy)/,
    why: "needs an AWS account",
    by: "test/infra/synth.test.ts",
  },
  { line: /^npm run (deploy|destroy)( -- .+)?$/, why: "needs an AWS account", by: "test/infra/synth.test.ts" },
  { line: /^npm run cost$/, why: "writes a file of the project", by: "test/infra/cost.test.ts" },
  { line: /^npm run schema$/, why: "writes a file of the project", by: "test/infra/configuration.test.ts" },
  { line: /^npm run pages$/, why: "writes files of the project", by: "test/docs/sources.test.ts" },
  { line: /^npm run client$/, why: "writes a file of the project", by: "test/api/openapi.test.ts" },
  { line: /^npm run build$/, why: "is built before any test", by: "test/cli/build.ts" },
  { line: /^npx stocktake (smoke|.+ --stack )/, why: "needs a deployed stack", by: "test/lambda/smoke.test.ts" },
  {
    line: /^npx stocktake targets (add|retire --gone)$/,
    why: "needs a target's name, or has nothing to retire",
    by: "test/cli/targets-command.test.ts",
  },
  { line: /^npx stocktake export\b/, why: "writes files in the project", by: "test/export/export.test.ts" },
  {
    line: /^npx stocktake (mirror .*|sql( --from .*)?)$/,
    why: "needs a deployed API, or its mirror",
    by: "test/cli/mirror.test.ts",
  },
  { line: /^npx stocktake status --api /, why: "needs a deployed API", by: "test/cli/read-deployed.test.ts" },
  { line: /^npx stocktake explore$/, why: "needs a deployed API", by: "test/explorer/proxy.test.ts" },
  {
    line: /^npx stocktake start --reset$/,
    why: "takes as long as npm start",
    by: "test/cli/start-command.test.ts",
  },
  { line: /^npx stocktake$/, why: "prints its help, with exit code 2", by: "test/cli/help.test.ts" },
  { line: /^npm run synth$/, why: "leaves a folder in the project", by: "test/infra/synth.test.ts" },
  { line: /^npm (ci|test|run check)$/, why: "this test is part of it", by: ".ci/run" },
  { line: /^npm run format$/, why: "changes files", by: ".ci/run" },
  {
    line: /^npx (vitest|biome|tsc)\b/,
    why: "runs where the page is followed",
    by: "test/docs/adding-a-source.test.ts",
  },
  {
    line: /^npx stocktake sync --source organizations\.accounts$/,
    why: "only the page has this source",
    by: "test/docs/adding-a-source.test.ts",
  },
  {
    line: /^npm run test:property /,
    why: "takes hours; the test plays some of its runs",
    by: "test/sync/protocol.property.test.ts",
  },
  { line: /^npm run test:dynamodb-local$/, why: "is part of npm test", by: "vitest.config.ts" },
  {
    line: /^npx stocktake (items|changes) .+ > \w+\.jsonl$|^STOCKTAKE_DATA=/,
    why: "writes files in the project",
    by: "test/docs/recipes.test.ts",
  },
  {
    line: /^npx stocktake changes .*--(follow|position)\b/,
    why: "goes on until it is stopped, or posts somewhere",
    by: "test/cli/follow-command.test.ts",
  },
  { line: /^npx stocktake mcp\b/, why: "says nothing until a client asks", by: "test/cli/mcp.test.ts" },
  {
    line: /^npx stocktake (report|verify-report) /,
    why: "writes files in the project, or needs them, and a key",
    by: "test/cli/report.test.ts",
  },
  { line: /^npm run bench/, why: "takes minutes on an idle machine", by: "bench/main.ts" },
];

/** The account of `npm start`, whose answers the README shows. */
const SIMULATED = "111122223333";
const README_SERVER = "http://127.0.0.1:8787";

let folder: Awaited<ReturnType<typeof newFolder>>;
let simulator: Simulator;
let sts: Server;
let serving: Serving;
let env: NodeJS.ProcessEnv;

const originOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Answers every caller that they are of the simulated account. */
async function startSts(): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
      <Arn>arn:aws:iam::${SIMULATED}:user/test</Arn><UserId>test</UserId><Account>${SIMULATED}</Account>
      </GetCallerIdentityResult></GetCallerIdentityResponse>`);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

beforeAll(async () => {
  folder = await newFolder();
  simulator = await startSimulator({
    account: seedAccount({ baseTime: Date.now(), accountId: SIMULATED, associations: 60 }),
  });
  sts = await startSts();
  const settings = {
    AWS_ENDPOINT_URL: simulator.url,
    AWS_ENDPOINT_URL_STS: originOf(sts),
    AWS_REGION: "eu-west-1",
    AWS_SESSION_TOKEN: "test",
    PORT: "0",
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
  };
  const own = environment(folder.folder, settings);
  expect(await runInProcess(["sync"], own)).toMatchObject({ code: 0 });
  serving = await startServing(own);
  env = { ...own, API_URL: serving.origin };
});

afterAll(async () => {
  await serving?.stop();
  sts?.close();
  await simulator?.close();
  await folder?.remove();
});

const shown = new Map(shownCommands().map((command) => [command.line, command]));
const elsewhere = (line: string) => ELSEWHERE.filter((each) => each.line.test(line));
const run = [...shown.values()].filter(({ line }) => elsewhere(line).length === 0);

/** What a command prints when it has started and runs until Ctrl-C: where it serves, or what it keeps up to date. */
const STARTED = /^(?:Open (http:\/\/127\.0\.0\.1:\d+)\/|Keeping .+ Ctrl-C stops it)/m;

/** What the shell changes nothing of. The lines that are interrupted go through npx. */
const isPlain = (line: string) => /^npx stocktake (?!serve|run)[\w ./:=,-]+$/.test(line);
/** What needs the shell and no npx, which takes longer than the command. */
const FOR_SHELL_ALONE = /^npx stocktake (?!serve|run)/;

/** Shells that run, by their process groups. */
const running = new Set<number>();
afterAll(() => {
  for (const group of running) process.kill(-group, "SIGKILL");
});

/** Runs a line until it ends. A command that runs until Ctrl-C is interrupted once it has started. */
async function runLine({ line, words, answer }: ShownCommand) {
  if (isPlain(line)) {
    const { code, stdout, stderr } = await runInProcess(words.slice(2), env);
    return { ended: code, stdout, stderr, interrupted: false, status: undefined, answer };
  }
  const here = line
    .replaceAll(README_SERVER, serving.origin)
    .replace(FOR_SHELL_ALONE, "bin/stocktake.mjs ")
    .replace(/^curl /, "curl --fail --silent --show-error ")
    // The history that is the default would take as long as all other commands.
    .replace(/^npm start$/, "$& -- --days 0");
  const child = spawn("bash", ["-c", here], { cwd: ROOT, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const { pid: group = 0 } = child;
  running.add(group);
  let [stdout, stderr] = ["", ""];
  let served: Promise<number | undefined> | undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    const started = STARTED.exec(stdout);
    if (!started || served) return;
    const [, origin] = started;
    served = (origin ? fetch(`${origin}/v1/sources`).then(({ status }) => status) : Promise.resolve(undefined)).finally(
      () => process.kill(-group, "SIGINT"),
    );
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  running.delete(group);
  return { ended: code ?? signal, stdout, stderr, interrupted: served !== undefined, status: await served, answer };
}

describe("a command that the documents show runs", () => {
  test.each(run)("$line", async (command) => {
    const { ended, stdout, stderr, interrupted, status, answer } = await runLine(command);
    // npm ends by the signal itself, once what it ran has ended in order.
    expect(ended, stderr).toBe(interrupted ? "SIGINT" : 0);
    expect(stdout + stderr).not.toBe("");
    if (/\b(start|serve)$/.test(command.line)) expect(status).toBe(200);
    if (answer) expect(agrees(JSON.parse(answer), JSON.parse(stdout)), stdout).toBe(true);
  });
});

test("every command that is not run has a reason, and something that runs it instead", () => {
  for (const { line, why, by } of ELSEWHERE) {
    expect(
      [...shown.keys()].some((each) => line.test(each)),
      `${line} is in no document`,
    ).toBe(true);
    expect(why).not.toBe("");
    expect(existsSync(path.join(ROOT, by)), by).toBe(true);
  }
  expect([...shown.keys()].filter((line) => elsewhere(line).length > 1)).toEqual([]);
  expect(run.map(({ words }) => words[0])).toEqual(expect.arrayContaining(["npm", "npx", "curl"]));
});

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Whether a shown value has the members of the real one. Instants may differ, and a text that ends in "..." is shortened. */
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
